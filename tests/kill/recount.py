"""What the programs of this folder share: commands, what a topic holds, and the comparison with a replay that nothing happened to."""
import collections, json, os, pathlib, subprocess, sys

START = "2024-11-15T18:00:00+01:00"


def run(*command, timeout=900):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        sys.exit(f"{command[1:3]}: exit {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def broker_or_skip():
    """The broker's address; without one the program ends: 77, or 1 where CI is set."""
    broker = os.environ.get("LAGESBILD_TEST_KAFKA")
    if not broker:
        print("no LAGESBILD_TEST_KAFKA: skipped")
        sys.exit(1 if os.environ.get("CI") else 77)
    return broker


def make_town(binary, folder, seed, hours):
    """A made-up town's configuration, and its reports as replay input."""
    config, records = folder / "town" / "lagesbild.yaml", folder / "in.ndjson"
    run(binary, "feed", "town", "--write-config", folder / "town", "--seed", seed)
    run(binary, "feed", "town", "--seed", seed, "--start", START, "--for", f"{hours}h", "--to", records)
    return config, records


def pieces(lines, count):
    """Ends of `count` pieces: no two records of one millisecond are in different ones, for a piece's end closes its instant."""
    times = [json.loads(line)["timestamp"] for line in lines]
    ends = []
    for n in range(1, count + 1):
        end = len(lines) * n // count
        while end < len(lines) and times[end] == times[end - 1]:
            end += 1
        ends.append(end)
    return ends


def by_picture(alerts):
    """Alert transitions by picture, in the order of time, alert and sequence."""
    out = collections.defaultdict(list)
    for alert in alerts:
        out[alert["picture"]].append(alert)
    for of_picture in out.values():
        of_picture.sort(key=lambda a: (a["at"], a["alert_id"], a["sequence"]))
    return dict(out)


def last_by_area(aggregates):
    """What each area counts in the end. How often it was announced on the way, and so the clock of the last, depends on the commits."""
    return {a["area"]: {k: v for k, v in a.items() if k not in ("sequence", "as_of")} for a in aggregates}


def same(what, got, want):
    differing = [key for key in sorted(set(got) | set(want)) if got.get(key) != want.get(key)]
    for key in differing[:10]:
        a, b = got.get(key), want.get(key)
        if isinstance(a, list) and isinstance(b, list):
            first = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            print(f"{what} of {key}: got {len(a)}, want {len(b)}; they differ from number {first} on")
            a, b = a[first:first + 1], b[first:first + 1]
        print(f"{what} of {key}: got {json.dumps(a)[:1500]}\n  want {json.dumps(b)[:1500]}")
    return not differing


class Recount:
    """Compares what is committed on the broker with a replay of the same records."""

    def __init__(self, binary, dump, broker, config, secret):
        self.binary, self.dump, self.broker, self.config, self.secret = binary, dump, broker, config, secret

    def committed(self, topic):
        lines = run(self.dump, self.broker, topic).splitlines()
        return [json.loads(line.split("\t", 1)[1]) for line in lines]

    def wanted(self, records):
        """What a replay of the records gives: topic → values."""
        want = collections.defaultdict(list)
        out = run(self.binary, "replay", "--config", self.config, "--set", f"tips.secret_file={self.secret}", records)
        for line in out.splitlines():
            record = json.loads(line)
            want[record["topic"]].append(record["value"])
        return want

    def check(self, records, more_dead_letters=0):
        """Says in a line what was compared; None, and what differs is printed, if anything does."""
        want = self.wanted(records)
        alerts, areas = by_picture(want["alerts"]), last_by_area(want["aggregates"])
        letters = len(want["dead-letters"]) + more_dead_letters
        alike = [same("alerts", by_picture(self.committed("safety.alerts.v1")), alerts),
                 same("aggregate", last_by_area(self.committed("safety.area-aggregates.v1")), areas),
                 same("dead letters", {"all": len(self.committed("safety.dead-letters.v1"))}, {"all": letters})]
        if not all(alike):
            return None
        return (f"{sum(map(len, alerts.values()))} transitions in {len(alerts)} pictures, {len(areas)} last aggregates, "
                f"{letters} dead letters")
