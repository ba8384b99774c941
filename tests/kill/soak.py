#!/usr/bin/env python3
"""A soak: `lagesbild run` under a steady load on a real Kafka, with a kill -9 from time to time.

usage: soak.py BINARY --dump TOPIC_DUMP --probe ALERT_LATENCY [--rate N] [--seconds N] [--kill-every SECONDS] [--slope PERCENT]

The load is revisions of a fixed number of reports, sent again and again with another place, so that what must be held does not grow; beside
them 10 reports a second, each of which is an alert. In the end the last aggregates are compared with a count of the last versions that was
made here, and the probe must have had every alert, once. Where the binary has `audit`, it must find nothing. RSS and
the disk of the state are looked at at the end of each life; after the first third of the time RSS may grow by --slope percent, and
the disk must not double, in a run of ten minutes or more. Exit 0: all of that; 77: no broker could be started (a failure where CI is set).
"""
import argparse, collections, datetime, json, pathlib, random, subprocess, sys, tempfile, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from live import Live, run

REPORTS, ALERTS_A_SECOND, SLICE = 60_000, 10, 0.05
JUDGED_FROM_SECONDS = 600


class Versions:
    """Sends versions of the reports at a rate, and knows the last place of each."""

    def __init__(self, live, rate, seconds, rng):
        self.rate, self.seconds, self.rng = rate, seconds, rng
        self.last = {}
        self.feed = subprocess.Popen([str(c) for c in [live.binary, "feed", "ndjson", *live.settings, "-"]], stdin=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
        self.occurred = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
        self.thread = threading.Thread(target=self.send)
        self.thread.start()

    def line(self, number, now):
        name = f"v{number % REPORTS}"
        lat, lon = round(59.285 + 0.23 * self.rng.random(), 6), round(17.86 + 0.48 * self.rng.random(), 6)
        self.last[name] = (lat, lon)
        return json.dumps({"topic": "incidents", "timestamp": now, "value": {
            "org": "polisen", "id": name, "revision": 1 + number // REPORTS, "action": "correct" if number >= REPORTS else "new",
            "class": "assault", "occurred_from": self.occurred,
            "place": {"lat": lat, "lon": lon, "precision_m": 10}}}) + "\n"

    def send(self):
        began, number = time.monotonic(), 0
        while (now := time.monotonic() - began) < self.seconds:
            until = int(now * self.rate)
            sent_at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
            self.feed.stdin.write("".join(self.line(n, sent_at) for n in range(number, until)))
            number = until
            time.sleep(SLICE)
        self.sent = number

    def done(self):
        self.thread.join()
        error = self.feed.communicate(timeout=600)[1]
        if self.feed.returncode:
            sys.exit(f"feed: exit {self.feed.returncode}: {error[-2000:]}")
        return self.sent


def counted(values):
    """Assaults of 24 h by cell, in the last aggregates."""
    counts = {}
    for value in values:
        if value["level"] == "cell":
            counts[value["area"]] = value["windows"]["24h"].get("assault", {}).get("incidents", 0)
    return {area: count for area, count in counts.items() if count}


def count_again(live, places):
    """The same from the last places, by the borders of the cells."""
    cells = []
    for feature in json.loads((live.folder / "areas.geojson").read_text())["features"]:
        if feature["properties"]["level"] == "cell":
            ring = feature["geometry"]["coordinates"][0]
            lons, lats = zip(*ring)
            cells.append((feature["properties"]["id"], min(lats), max(lats), min(lons), max(lons)))
    counts = collections.Counter()
    for lat, lon in places:
        counts.update(cell for cell, south, north, west, east in cells if south <= lat <= north and west <= lon <= east)
    return dict(counts)


def recount(live, dump, versions, seconds=120):
    """Until what is committed is what was sent."""
    began, want = time.monotonic(), count_again(live, versions.last.values())
    while True:
        lines = run(dump, live.broker.address, "safety.area-aggregates.v1").splitlines()
        got = counted(json.loads(line.split("\t", 1)[1]) for line in lines)
        if got == want:
            return len(want), time.monotonic() - began
        if time.monotonic() - began > seconds:
            differing = {area: (got.get(area), want.get(area)) for area in sorted(set(got) | set(want)) if got.get(area) != want.get(area)}
            sys.exit(f"cells that differ, got and wanted: {differing}")
        time.sleep(1)


def audit(live):
    """What `audit` says, if there is one in this binary."""
    if "  audit " not in run(live.binary, "--help"):
        return "no audit in this binary"
    return run(live.binary, "audit", *live.settings).strip().splitlines()[-1]


def lives(args, live, end):
    """Kills it from time to time; of each life its end, RSS in MiB, and the disk of the state."""
    [instance] = live.instances.values()
    seen = []
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(args.kill_every, left))
        seen.append((time.monotonic(), instance.mib(), instance.disk_mib()))
        print(f"RSS {seen[-1][1]:.0f} MiB, state {seen[-1][2]:.0f} MiB, broker {live.broker.mib():.0f} MiB, "
              f"CPU {instance.cpu():.1f} s in {time.monotonic() - instance.began:.1f} s", flush=True)
        if end - time.monotonic() < 1:
            break
        instance.kill()
        instance.start()
        print(f"killed; ready after {instance.wait_ready():.2f} s", flush=True)
    return seen


def check_growth(args, seen):
    """A straight line through what was seen after the first third."""
    warm = seen[len(seen) // 3:]
    if len(warm) < 3:
        print("too short a run for a slope")
        return
    times, sizes = [at - warm[0][0] for at, _, _ in warm], [mib for _, mib, _ in warm]
    mean_time, mean = sum(times) / len(times), sum(sizes) / len(sizes)
    slope = sum((t - mean_time) * (s - mean) for t, s in zip(times, sizes)) / sum((t - mean_time) ** 2 for t in times)
    percent = 100 * slope * times[-1] / mean
    disks = [disk for _, _, disk in warm]
    print(f"RSS {mean:.0f} MiB, {percent:+.2f} % over {times[-1]:.0f} s; state {disks[0]:.0f} to {disks[-1]:.0f} MiB")
    if args.seconds < JUDGED_FROM_SECONDS:
        print("too short a run to judge that: it is all warming up")
    elif percent > args.slope or max(disks) > 2 * disks[0] + 64:
        sys.exit("it grows")


def soak(args, live):
    rules = live.folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("{family: violence}", "{class: shooting}"))
    [instance] = live.instances.values()
    instance.start()
    instance.wait_ready()
    load = live.load(args.probe, ALERTS_A_SECOND, args.seconds)
    versions = Versions(live, args.rate, args.seconds, random.Random(args.seed))
    seen = lives(args, live, time.monotonic() + args.seconds)
    sent = versions.done()
    cells, after = recount(live, args.dump, versions)
    print(f"{sent} versions of {REPORTS} reports, {sent / args.seconds:.0f} a second; recount equal in {cells} cells {after:.1f} s after the last")
    answer = load.answer()
    print(answer)
    if answer["twice"] or answer["alerts"] != answer["reports"]:
        sys.exit("alerts came twice, or did not come")
    print(audit(live))
    instance.stop()
    check_growth(args, seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--dump", type=pathlib.Path, required=True)
    parser.add_argument("--probe", type=pathlib.Path, required=True)
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=1800)
    parser.add_argument("--kill-every", type=float, default=60)
    parser.add_argument("--slope", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        live = Live(args.binary, folder, cell="5km")
        try:
            soak(args, live)
        finally:
            live.end()


if __name__ == "__main__":
    main()
