"""One point of bench/growth: its two runs, each checked, and the figures of their difference."""
import json, re, shutil

from lib.process import Process, run

GIVE_UP_S = 900
SUMMARY = re.compile(r"replay: (\d+) records in [\d.]+ s, \d+ records/s; (\d+) alert transitions, (\d+) out of area, (\d+) dead letters")


class Wrong(Exception):
    """A run that did not do what it was to do; its figures mean nothing."""


def check(point, run_of):
    """Raises Wrong unless the run took all reports and raised what it should."""
    for what in ("out_of_area", "dead_letters"):
        if run_of.get(what):
            raise Wrong(f"{run_of[what]} {what.replace('_', ' ')}")
    if run_of["taken"] != run_of["sent"]:
        raise Wrong(f"{run_of['taken']} records taken of {run_of['sent']}")
    found, expected = run_of["transitions"], point.transitions
    right = {"some": found > 0, "none": found == 0}.get(expected, expected == f"exactly {found}")
    if not right:
        raise Wrong(f"{found} alert transitions, expected: {expected}")
    if point.ratio and abs(run_of["ratio"] / point.ratio - 1) > 0.1:
        raise Wrong(f"{run_of['ratio']:.2f} reports an incident, expected {point.ratio}")


def difference(few, many):
    """What a report costs once the program runs, from runs of two sizes."""
    more, longer = many["sent"] - few["sent"], many["wall_s"] - few["wall_s"]
    # Walls that are about the same say nothing of a rate.
    return {"cpu_us": 1e6 * (many["cpu_s"] - few["cpu_s"]) / more, "rate": more / longer if longer > 0.1 * many["wall_s"] else None,
            "peak_bytes": many["peak_bytes"], "transitions": many["transitions"]}


class Replays:
    """Points by `lagesbild replay`: no broker, one thread."""

    def __init__(self, build, folder):
        self.binary, self.workload, self.folder = build / "lagesbild", build / "bench" / "workload", folder

    def point(self, point):
        few, many = self.run(point, point.few), self.run(point, point.many)
        return {**difference(few, many), "runs": [few, many]}

    def run(self, point, events):
        folder = self.folder / "replay"
        shutil.rmtree(folder, ignore_errors=True)
        point.write_job(folder)
        draw = [word for option in point.draw for word in option]
        run(self.workload, "--events", events, *draw, "--areas", folder / "areas.geojson", "--replay", folder / "reports")
        sets = [word for key, value in point.settings for word in ("--set", f"{key}={value}")]
        only = "aggregates" if point.ratio else "alerts,aggregates"
        out = folder / "out" if point.ratio else "/dev/null"
        process = Process([self.binary, "replay", "--config", folder / "lagesbild.yaml", *sets, "--only", only, folder / "reports"],
                          folder / "log", output=out)
        if not process.wait(GIVE_UP_S) or process.popen.returncode != 0:
            process.kill()
            raise Wrong(f"replay ended with {process.popen.returncode}\n{process.tail()}")
        found = SUMMARY.search(process.tail())
        taken, transitions, out_of_area, dead = map(int, found.groups())
        figures = {"sent": events, "taken": taken, "transitions": transitions, "out_of_area": out_of_area, "dead_letters": dead,
                   "cpu_s": process.cpu(), "wall_s": process.ended - process.began, "peak_bytes": process.peak_bytes}
        if point.ratio:
            figures["ratio"] = reports_an_incident(out)
        shutil.rmtree(folder)
        check(point, figures)
        return figures


def reports_an_incident(path):
    """Of the last aggregates, in the longest window."""
    incidents = reports = 0
    for line in path.read_text().splitlines():
        value = json.loads(line)["value"]
        counts = value["windows"]["24h"].get("all")
        if value["level"] == "town" and counts:
            incidents += counts["incidents"]
            reports += sum(counts["reports"].values())
    return reports / incidents if incidents else 0
