"""Points of bench/growth by the service, `lagesbild run` on a broker: a backlog, the picture's part of one, a steady rate."""
import hashlib, json, shutil, time

from lib import measure
from lib.dimensions import Point
from lib.engines import Job, Lagesbild
from lib.growth_runs import GIVE_UP_S, Wrong, check, difference
from lib.process import bytes_of, run

WARM_UP_S = 4


class Services:
    def __init__(self, build, folder, broker, replays, steady_s):
        self.build, self.folder, self.broker, self.replays, self.steady_s = build, folder, broker, replays, steady_s
        self.tools = build / "bench"
        self.expected, self.seen, self.runs = {}, {}, 0

    def weight(self, dimension, point):
        """About how long a point takes, in seconds: for the time that is left."""
        if point.rate:
            return WARM_UP_S + self.steady_s + 12
        return 2 + (point.few + point.many) * {"replay": 35e-6, "drain": 60e-6, "picture": 100e-6}[dimension.how]

    def point(self, dimension, point):
        if not (self.folder / "areas.geojson").exists():
            run(self.tools / "workload", "--areas", self.folder / "areas.geojson")
        if dimension.how == "steady":
            return self.steady(point)
        drain = {"drain": self.drain, "picture": self.picture}[dimension.how]
        few, many = drain(point, point.few), drain(point, point.many)
        return {**difference(few, many), "state_bytes": many["state_bytes"], "runs": [few, many]}

    def engine(self, point, *flags):
        job = self.folder / "job"
        shutil.rmtree(job, ignore_errors=True)
        point.write_job(job)
        return Lagesbild(self.build, job, dict(point.settings), (*point.flags, *flags), point.partitions, point.raw_partitions)

    def job(self, raw=None):
        self.runs += 1
        tag = f"growth-{self.runs}"
        return Job(self.broker, self.folder / tag, tag, raw or f"{tag}.reports", live=raw is None)

    def raw(self, point, events):
        """The raw topic with so many reports, written once."""
        draw = [word for option in point.draw for word in option]
        topic = "-".join(map(str, ["w", events, point.raw_partitions, *draw])).replace("--", "") + ".reports.v1"
        if topic not in self.broker.names():
            self.broker.create(topic, partitions=point.raw_partitions)
            run(self.tools / "workload", "--events", events, *draw, "--broker", self.broker.address, "--topic", topic, "--partitions",
                point.raw_partitions)
        if self.broker.ends(topic) != events:
            raise Wrong(f"{self.broker.ends(topic)} records in {topic}, sent {events}")
        return topic

    def transitions(self, point, events):
        """What reports they are, and how many alert transitions `lagesbild replay` has of them."""
        like = Point(x=0, few=0, many=0, draw=point.draw, limits=point.limits, transitions=point.transitions,
                     settings=tuple(s for s in point.settings if s[0] in ("windows", "grace")))
        key = (events, like)
        if key not in self.expected:
            self.expected[key] = self.replays.run(like, events)["transitions"]
        return key, self.expected[key]

    def drain(self, point, events):
        """From a cold start until the run ends by itself, at the end of its input."""
        engine, job = self.engine(point), self.job(self.raw(point, events))
        engine.prepare(job)
        process = measure.start(engine, job)
        measure.wait_until_done(engine, job, process, GIVE_UP_S)
        figures = self.result(point, events, job, process, process.ended)
        engine.leave(job)
        return figures

    def picture(self, point, events):
        """The log is filled first, by another process; the time is that until the last output."""
        _, transitions = self.transitions(point, events)
        intake, engine, job = self.engine(point, "--only", "intake"), self.engine(point, "--only", "picture"), self.job(self.raw(point, events))
        engine.prepare(job)
        filling = measure.start(intake, job)
        measure.until_quiet(filling, job, [f"{job.prefix}picture-log.v1"], events, GIVE_UP_S)
        filling.stop()
        process = measure.start(engine, job)
        measure.until_quiet(process, job, [job.alerts, job.aggregates], max(1, transitions), GIVE_UP_S)
        figures = self.result(point, events, job, process)
        process.stop()
        engine.leave(job)
        return figures

    def result(self, point, events, job, process, ended=None):
        """Figures, checked: the transitions are those of replay in number and those of every other run of the same reports."""
        *lines, end = self.broker.topics("dump", job.alerts, job.aggregates).splitlines()
        alerts = sorted(line for line in lines if line.startswith('{"alert"'))
        ended = ended or json.loads(end)["end"]["last_ms"] / 1000
        figures = {"sent": events, "taken": events - self.broker.lag(job.raw_group, job.raw), "transitions": len(alerts), "cpu_s": process.cpu(ended),
                   "wall_s": ended - process.began, "peak_bytes": process.peak_bytes, "state_bytes": bytes_of(job.folder / "state")}
        check(point, figures)
        if figures["wall_s"] <= 0:
            raise Wrong("no output at all")
        key, expected = self.transitions(point, events)
        if len(alerts) != expected:
            raise Wrong(f"{len(alerts)} alert transitions, replay has {expected}")
        digest = hashlib.sha256("\n".join(alerts).encode()).hexdigest()
        if self.seen.setdefault(key, digest) != digest:
            raise Wrong("other alert transitions than an earlier run of the same reports")
        return figures

    def steady(self, point):
        """What a report costs at a steady rate, with all that the passing of time does."""
        engine, job = self.engine(point), self.job()
        engine.prepare(job)
        process = measure.start(engine, job)
        rate = measure.Rate(self.tools, job)
        rate.send(point.rate, WARM_UP_S)
        time.sleep(1)
        cpu, began = process.cpu(), time.time()
        latency = rate.send(point.rate, self.steady_s)
        cpu, wall = process.cpu() - cpu, time.time() - began
        process.stop()
        engine.leave(job)
        if "error" in latency or latency["alerts"] != latency["expected"] or not latency["alerts"]:
            raise Wrong(f"alerts at a steady rate: {latency}\n{process.tail()}")
        reports = point.rate * self.steady_s
        figures = {"cpu_us": 1e6 * cpu / reports, "rate": reports / wall, "peak_bytes": process.peak_bytes, "p50_ms": latency["p50_ms"],
                   "p99_ms": latency["p99_ms"]}
        return {**figures, "runs": [{**figures, **latency}]}
