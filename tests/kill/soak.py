#!/usr/bin/env python3
"""A soak: `lagesbild run` under a steady load on a real Kafka, with a kill -9 from time to time.

usage: soak.py BINARY [--rate N] [--seconds N] [--kill-every SECONDS] [--slope PERCENT] [--windows LIST] [--grace TIME]

The load is bench/workload.cc's, sent at a rate by the wall, with the times of its own: a million reports to seven days, so that at 5,000 a
second a day passes in half a minute, and all windows and what must be held turn over every 30 s. So time is that of the records (`clock:
records`), and intake and picture are two processes, for one that has both ends where its input does. Both are killed at once. The limit of
the rules is 40 instead of the bench's 8, or most of the work would be `updated`.

In the end the last aggregates of all areas are compared with a plain count of the last 32 hours' reports (bench/recount.py), and `lagesbild
audit`, which folds the log again and wants every transition, row and aggregate as it is there, must find nothing; once in mid-run, too. RSS and
the disk of the state are looked at at the end of each life, from the second on; after the first fifth of the time RSS may change by --slope
percent, and the disk must not double, in a run of ten minutes or more. Exit 0: all of that; 77: no broker could be started (a failure where CI
is set).
"""
import argparse, collections, json, pathlib, shutil, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "bench")]
import recount
from live import Broker, Instance, run

TAIL_HOURS = 32  # the longest window, and what may come late to it
JUDGED_FROM_SECONDS = 600
RAW, ALERTS, AGGREGATES = "safety.reports.v1", "safety.alerts.v1", "safety.area-aggregates.v1"


class Soak:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.tools = args.binary.parent / "bench"
        for file in (ROOT / "bench" / "job").iterdir():
            shutil.copy(file, folder)
        rules = folder / "rules.yaml"
        rules.write_text(rules.read_text().replace("enter: 8, exit: 3", "enter: 40, exit: 20"))
        (folder / "secret").write_text("soak\n")
        run(self.tools / "workload", "--areas", folder / "areas.geojson")
        # The reports' times are of another day: nothing may be deleted by age.
        self.broker = Broker(folder).start("--property", "log.retention.check.interval.ms=86400000")
        sets = {"kafka.bootstrap.servers": self.broker.address, "tips.secret_file": folder / "secret", "clock": "records",
                "windows": args.windows, "grace": args.grace, "commit.interval": "1s"}
        self.settings = ["--config", folder / "lagesbild.yaml", *(word for item in sets.items() for word in ("--set", "%s=%s" % item))]
        run(args.binary, "topics", "apply", *self.settings, "--partitions", 4, "--raw-partitions", 4)
        self.parts = {part: Instance(args.binary, folder, part, self.settings) for part in ("intake", "picture")}

    def start(self):
        for part, instance in self.parts.items():
            instance.start("--only", part)

    def kill(self):
        for instance in self.parts.values():
            instance.kill()

    def load(self):
        events = self.args.rate * self.args.seconds
        return subprocess.Popen([str(c) for c in [
            self.tools / "workload", "--events", events, "--rate", self.args.rate, "--broker", self.broker.address, "--topic", RAW,
            "--out", self.folder / "tail", "--last", TAIL_HOURS]])

    def look(self):
        """RSS of both in MiB, the disk of the state in MiB."""
        rss = {part: instance.mib() for part, instance in self.parts.items()}
        disk = self.parts["picture"].disk_mib()
        cpu = {part: instance.cpu() for part, instance in self.parts.items()}
        lived = time.monotonic() - self.parts["picture"].began
        print(f"RSS intake {rss['intake']:.0f} MiB, picture {rss['picture']:.0f} MiB; state {disk:.0f} MiB, broker {self.broker.mib():.0f} MiB; "
              f"CPU in {lived:.0f} s: intake {cpu['intake']:.1f} s, picture {cpu['picture']:.1f} s", flush=True)
        return time.monotonic(), sum(rss.values()), disk

    def audit(self):
        return subprocess.Popen([str(c) for c in [self.args.binary, "audit", *self.parts["picture"].settings]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True)

    def audited(self, process, when):
        out = process.communicate(timeout=3600)[0].strip()
        print(f"audit {when}: exit {process.returncode}: {out.splitlines()[-1] if out else ''}", flush=True)
        if process.returncode:
            sys.exit(out[-3000:])

    def lives(self, load):
        """Kills both from time to time, until the load is over; what was seen at the end of each life."""
        seen, audit = [], None
        half = time.monotonic() + self.args.seconds / 2
        while load.poll() is None:
            try:
                load.wait(timeout=self.args.kill_every)
                break
            except subprocess.TimeoutExpired:
                pass
            seen.append(self.look())
            if audit is None and time.monotonic() >= half:
                audit = self.audit()
            self.kill()
            self.start()
            print(f"killed; ready after {max(i.wait_ready() for i in self.parts.values()):.2f} s", flush=True)
        if load.returncode:
            sys.exit(f"the load ended with {load.returncode}")
        if audit is not None:
            self.audited(audit, "in mid-run")
        return seen

    def wanted(self):
        """{area: {window: {class or "all": count}}} at the end, from the tail of what was sent."""
        held = {}
        for timestamp, key, revision, of, area, minute in recount.read_workload(self.folder / "tail"):
            last = timestamp
            if key not in held or held[key][0] < revision:
                held[key] = (revision, area, of, minute)
        minutes = collections.defaultdict(collections.Counter)
        for _, area, of, minute in held.values():
            minutes[area, of][minute] += 1
        model = {"minutes": {key: (sorted(by), by) for key, by in minutes.items()}, "classes": sorted({of for _, of in minutes})}
        areas = collections.defaultdict(list)
        for area in {area for area, _ in minutes}:
            areas[area].append(area)
            areas[f"p-{int(area[2:]) // 10:02d}"].append(area)
        return {area: recount.counts_at(model, parts, last + 1) for area, parts in areas.items()}, model["classes"]

    def recount(self, seconds=300):
        """Until what is committed is what was sent."""
        want, classes = self.wanted()
        began = time.monotonic()
        while True:
            latest = {}
            for line in run(self.tools / "topics", "--broker", self.broker.address, "dump", ALERTS, AGGREGATES).splitlines():
                entry = json.loads(line)
                if "aggregate" in entry:
                    latest[entry["aggregate"]["area"]] = recount.plain_counts(entry["aggregate"], classes)
            differ = [area for area in want if latest.get(area) != want[area]]
            if not differ:
                cells = sum(len(found) for windows in want.values() for found in windows.values())
                print(f"recount equal: {len(want)} areas, {cells} counts, {time.monotonic() - began:.1f} s after the last report", flush=True)
                return
            if time.monotonic() - began > seconds:
                sys.exit(f"{len(differ)} areas differ; {differ[0]}: got {latest.get(differ[0])}, want {want[differ[0]]}")
            time.sleep(1)

    def judge(self, seen):
        """A straight line through what was seen after the first fifth."""
        warm = seen[max(1, len(seen) // 5):]
        if len(warm) < 3:
            print("too short a run for a slope")
            return
        times, sizes = [at - warm[0][0] for at, _, _ in warm], [mib for _, mib, _ in warm]
        mean_time, mean = sum(times) / len(times), sum(sizes) / len(sizes)
        slope = sum((t - mean_time) * (s - mean) for t, s in zip(times, sizes)) / sum((t - mean_time) ** 2 for t in times)
        percent = 100 * slope * times[-1] / mean
        disks = [disk for _, _, disk in warm]
        print(f"RSS {mean:.0f} MiB ({min(sizes):.0f} to {max(sizes):.0f}), {percent:+.2f} % over {times[-1]:.0f} s; "
              f"state {disks[0]:.0f} to {disks[-1]:.0f} MiB, {max(disks):.0f} at most")
        if self.args.seconds < JUDGED_FROM_SECONDS:
            print("too short a run to judge that")
        elif percent > self.args.slope or max(disks) > 2 * disks[0] + 64:
            sys.exit("it grows")

    def run(self):
        self.start()
        for instance in self.parts.values():
            instance.wait_ready()
        load = self.load()
        try:
            seen = self.lives(load)
        finally:
            load.kill()
        self.recount()
        self.audited(self.audit(), "at the end")
        for instance in self.parts.values():
            instance.stop()
        self.judge(seen)

    def end(self):
        for instance in self.parts.values():
            if instance.up():
                instance.kill()
        self.broker.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=1800)
    parser.add_argument("--kill-every", type=float, default=60)
    parser.add_argument("--slope", type=float, default=1)
    parser.add_argument("--windows", default="[1h, 6h, 24h]", help="the recount knows these three")
    parser.add_argument("--grace", default="1h")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        soak = Soak(args, pathlib.Path(name))
        try:
            soak.run()
        finally:
            soak.end()


if __name__ == "__main__":
    main()
