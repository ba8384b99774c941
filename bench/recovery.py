#!/usr/bin/env python3
"""How long `lagesbild run` needs after kill -9 with a warm state, and for a cold start from the changelog, on a real Kafka.

usage: bench/recovery.py [--reports N] [--kills N] [--build DIR]

Feeds reports of the last 28 days over 1,600 places (the counts of each place and hour are rows of their own, the reports rows of a quarter of a
megabyte), and prints one JSON line a figure: size of the state and of the changelog; kill -9 under a load of 20 reports a second, then
from the start of the process to its first commit; stop, remove the state, start: rows of the changelog a second, of wall and of CPU time.
/livez is asked all the while. Build first: ninja -C build lagesbild alert_latency.
"""
import argparse, json, pathlib, random, statistics, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from live import Live, run

DAYS = 28


def say(**figure):
    print(json.dumps(figure), flush=True)


def write_reports(path, count, rng):
    """Ascending, over the last days and up to a minute ago."""
    begin = time.time() - DAYS * 86400 + 3600
    step = (time.time() - 60 - begin) / count
    with open(path, "w") as out:
        for n in range(count):
            at = begin + n * step
            when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"
            out.write(f'{{"topic":"incidents","timestamp":"{when}","value":{{"org":"polisen","id":"r{n}","class":"assault",'
                      f'"occurred_from":"{when}","place":{{"lat":{rng.uniform(59.29, 59.51):.6f},"lon":{rng.uniform(17.86, 18.34):.6f},'
                      f'"precision_m":10}}}}}}\n')


def first_commit(instance):
    """Seconds from its start to the first commit of the picture, CPU seconds until then, and to ready."""
    live = 0
    while instance.metric("commits_total", 'outcome="committed",task="picture"') + \
            instance.metric("commits_total", 'task="picture",outcome="committed"') < 1:
        if not instance.up():
            sys.exit(instance.log.read_text()[-3000:])
        live += instance.get("/livez")[0] == 200
        time.sleep(0.005)
    return time.monotonic() - instance.began, instance.cpu()


def kills(live, probe, count):
    [instance] = live.instances.values()
    load = live.load(probe, 20, 20 + 12 * count)
    seconds, cpu = [], []
    for _ in range(count):
        time.sleep(3)
        instance.kill()
        instance.start()
        took, used = first_commit(instance)
        seconds.append(took)
        cpu.append(used)
        instance.wait_ready()
    answer = load.answer()
    say(figure="kill -9: start to the first commit, s", median=round(statistics.median(seconds), 3), all=[round(s, 3) for s in seconds],
        cpu_s_median=round(statistics.median(cpu), 3), alerts_missing=answer["reports"] - answer["alerts"], alerts_twice=answer["twice"])


def cold(live):
    [instance] = live.instances.values()
    instance.stop()
    run("rm", "-rf", instance.state)
    before = instance.log.stat().st_size
    asked = {"livez": 0, "not 200": 0, "detail": ""}

    def look():
        status, _ = instance.get("/livez")
        asked["livez"] += 1
        asked["not 200"] += status not in (0, 200)  # 0: nobody listens yet
        if "rows/s" in (text := instance.get("/readyz")[1]):
            asked["detail"] = text

    instance.start()
    took = instance.wait_ready(seconds=600, every=0.1, look=look)
    say(figure="cold start to ready, s", value=round(took, 2), cpu_s=round(instance.cpu(), 2), peak_rss_mib=round(instance.mib("VmHWM")),
        livez_asked=asked["livez"], livez_not_200=asked["not 200"])
    for line in instance.log.read_text()[before:].splitlines():
        if "restor" in line:
            print(line)
    print(asked["detail"].strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=3_000_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        live = Live(args.build / "lagesbild", folder, partitions=1, settings=("--set", f"windows=[1h, 24h, {DAYS}d]"))
        try:
            rules = folder / "rules.yaml"
            rules.write_text(rules.read_text().replace("{family: violence}", "{class: shooting}"))
            records = folder / "in.ndjson"
            write_reports(records, args.reports, random.Random(1))
            run(live.binary, "feed", "ndjson", *live.settings, records)
            records.unlink()
            [instance] = live.instances.values()
            instance.start()
            took = instance.wait_ready(seconds=900, every=0.5)
            say(figure="backlog", reports=args.reports, seconds=round(took, 1), cpu_s=round(instance.cpu(), 1), rss_mib=round(instance.mib()),
                state_mib=round(instance.disk_mib()), rows=int(instance.metric("records_produced_total", "changelog")))
            kills(live, args.build / "bench" / "alert_latency", args.kills)
            cold(live)
            instance.stop()
        finally:
            live.end()


if __name__ == "__main__":
    main()
