"""What bench/growth varies: each dimension is a series of points, and at a point all but one thing is as in bench/job and bench/workload.cc."""
import dataclasses, shutil

from lib.kafka import PARTITIONS, ROOT

JOB = ROOT / "bench" / "job"
CLASSES = ["assault", "robbery", "threat", "vandalism", "burglary", "theft", "drugs", "arson", "disturbance", "vehicle-fire", "fraud", "trespass"]
NEVER = (100_000, 0)  # limits that no count reaches
RULES = (("rules of the job", (8, 3), "some"), ("no alerts", NEVER, "none"))


@dataclasses.dataclass(frozen=True)
class Point:
    """Two runs that differ in the number of reports only; what is measured is their difference."""
    x: float
    few: int
    many: int
    line: str = ""  # which line of the plot it is on
    draw: tuple = ()  # options of bench/workload, beside the number of reports
    classes: int = 12
    merge: tuple = (0, 0)  # minutes, metres
    limits: tuple = (8, 3)  # of the rules: enter, exit
    rule_classes: int = 12  # so many classes have a rule
    rule_window: str = "1h"
    settings: tuple = ()  # (key, value) of the configuration
    flags: tuple = ()  # of `lagesbild run`
    partitions: int = PARTITIONS
    raw_partitions: int = PARTITIONS
    transitions: str = "some"  # expected: some | none | exactly N
    ratio: float = 0  # reports an incident, as the last aggregates must have it; 0: not looked at
    rate: int = 0  # a steady one, by the wall; 0: a backlog

    def write_job(self, folder):
        """The configuration of this point, without its areas."""
        shutil.copytree(JOB, folder)
        names = [CLASSES[i] if i < len(CLASSES) else f"class-{i:03d}" for i in range(self.classes)]
        minutes, metres = self.merge
        lines = ["version: 1", "families:", "  events: {}", "classes:"]
        lines += [f"  {name}: {{family: events, merge: {{minutes: {minutes}, metres: {metres}}}}}" for name in names]
        (folder / "classes.yaml").write_text("\n".join(lines) + "\n")
        enter, leave = self.limits
        lines = ["version: 1", "rules:"]
        lines += [f"  - {{id: {name}-rule, type: count, of: {{class: {name}}}, level: district, window: {self.rule_window}, enter: {enter}, "
                  f"exit: {leave}, hold: 0s, no_reraise: 0s}}" for name in names[:self.rule_classes]]
        (folder / "rules.yaml").write_text("\n".join(lines) + "\n")


@dataclasses.dataclass(frozen=True)
class Dimension:
    name: str
    title: str
    unit: str  # of the x axis
    how: str  # replay | drain | picture | steady
    held: str  # what is held, and how the points are made
    points: tuple
    goal: str = ""


def number(x):
    """The label of a point."""
    return f"{x:,.0f}" if x == int(x) else f"{x:g}"


def hours(x):
    return f"{x / 24:.0f} d" if x >= 48 else f"{x:.0f} h"


def milliseconds(x):
    return f"{x / 1000:g} s" if x >= 1000 else f"{x:g} ms"


def mebibytes(x):
    return f"{x} MiB"


LABELS = {"window": hours, "commit": milliseconds, "memory": mebibytes}


def label(dimension, x):
    return LABELS.get(dimension, number)(x)


def replayed(quick):
    few, many = (5_000, 50_000) if quick else (20_000, 200_000)
    every = slice(None, None, 2) if quick else slice(None)
    areas = [Point(n, few, many, line, (("--grid", n),), limits=limits, transitions=expected)
             for line, limits, expected in RULES
             for n in ((100, 1000, 10_000) if quick else (100, 1000, 10_000, 100_000))]
    # The more is filled in, the more must be measured to stand out from it.
    series = [Point(n, n + few, n + few + max(many - few, n // 2), draw=(("--grid", 10_000), ("--classes", 100), ("--days", 0.6), ("--pairs", n), ("--sweeps", 1)),
                    classes=100, limits=NEVER, rule_classes=100, transitions="none")
              for n in ((1000, 10_000, 100_000) if quick else (1000, 10_000, 100_000, 1_000_000))]
    windows = [Point(h, many * 11 // 20, many, draw=(("--days", 56e6 / many),), limits=(3, 1),
                     settings=(("windows", w), ("grace", "6h")))
               for h, w in ((1, "[20m, 40m, 1h]"), (6, "[1h, 3h, 6h]"), (24, "[1h, 6h, 24h]"), (168, "[1h, 24h, 7d]"),
                            (672, "[1h, 24h, 28d]"))[every]]
    incident = [Point(n, few, many, draw=(("--zipf", 0), ("--revisions", 0), ("--incident", n)), merge=(20, 100), limits=NEVER,
                      transitions="none", ratio=n) for n in ((1, 5, 50) if quick else (1, 2, 5, 10, 20, 50))]
    alerts = [Point(n, 8 * n + few, 8 * n + many, draw=(("--days", 1), ("--pairs", n), ("--sweeps", 8), ("--beside", 10), ("--revisions", 0)), rule_classes=10,
                    rule_window="24h", transitions=f"exactly {n}") for n in ((0, 100, 10_000) if quick else (0, 10, 100, 1000, 10_000))]
    return [
        Dimension("areas", "Areas", "areas, ten to a picture", "replay", "1,000 areas otherwise; Zipf 1.0 over them, so with more of them fewer "
                  "reports meet in one and fewer alerts are raised: once with the job's rules, once with a limit that is never reached", tuple(areas)),
        Dimension("series", "Active series", "pairs of area and class with a count", "replay", "10,000 areas, 100 classes, reports evenly over so "
                  "many pairs; each pair has one report before the measured ones begin, all within 24 h; no alerts", tuple(series)),
        Dimension("window", "Longest window", "longest of three windows", "replay", "three windows with 1h among them, 56 days of reports, "
                  "the last 25 of them measured; limits 3 and 1, grace 6 h", tuple(windows), "flat"),
        Dimension("incident", "Reports an incident", "reports that merge into one", "replay", "as many reports; those of an incident in a row, "
                  "within 20 m and 5 minutes, merged within 100 m and 20 minutes; areas evenly, no revisions, no alerts", tuple(incident)),
        Dimension("alerts", "Open alerts", "alerts open all the time", "replay", "ten classes have a rule over 24 h; eight reports each open "
                  "the alerts, the measured ones are of the other two classes and touch none; a million reports a day, no revisions", tuple(alerts)),
    ]


def served(quick):
    few, many = (10_000, 80_000) if quick else (20_000, 200_000)
    partitions = [Point(n, few, many, partitions=n, raw_partitions=n) for n in ((1, 8, 64) if quick else (1, 4, 16, 64))]
    workers = [Point(n, few, many, line, flags=("--workers", n), partitions=16, limits=limits, transitions=expected)
               for line, limits, expected in RULES for n in (1, 2)]
    commit = [Point(ms, 0, 0, settings=(("commit.interval", f"{ms}ms"),), rate=1000) for ms in ((10, 100, 1000) if quick else (10, 30, 100, 300, 1000))]
    least, most = (100_000, 150_000) if quick else (1_000_000, 1_700_000)
    memory = [Point(mib, least, most, draw=(("--days", 28), ("--zipf", 0)), limits=(3, 1),
                    settings=(("windows", "[1h, 24h, 28d]"), ("grace", "7d"), ("state.memory", f"{mib}MiB")))
              for mib in ((16, 256) if quick else (16, 64, 512))]
    return [
        Dimension("partitions", "Partitions", "partitions of each raw topic and of the log", "drain", "a backlog through intake and picture",
                  tuple(partitions)),
        Dimension("workers", "Picture workers", "threads", "picture", "16 log partitions, filled by an intake before; the picture alone drains "
                  "them; with the job's rules the broker, which has the alerts to write, takes as much CPU as the picture", tuple(workers), "2 workers ≥ 1.7 × the rate"),
        Dimension("commit", "Commit interval", "commit.interval", "steady", "1,000 reports a second by the wall: a backlog commits up to once a "
                  "second whatever the setting", tuple(commit)),
        Dimension("memory", "Memory budget", "state.memory", "drain", "a million reports to 28 days, areas evenly, windows up to 28 d, limits 3 and "
                  "1: a state on disk of some 100 MiB a million reports", tuple(memory), "10 × the budget ≤ 3 × the CPU"),
    ]


def all_dimensions(quick):
    return replayed(quick) + served(quick)
