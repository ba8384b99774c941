"""The engines that bench/run compares: how each is built, started, and known to be done."""
import pathlib, shutil, subprocess

from lib.kafka import PARTITIONS, ROOT
from lib.process import bytes_of, run

BENCH = ROOT / "bench"


class Job:
    """One run of an engine: where its input is, where its outputs go."""

    def __init__(self, broker, folder, tag, raw, live=False):
        self.broker, self.folder, self.tag, self.raw, self.live = broker, folder, tag, raw, live
        self.alerts, self.aggregates = f"{tag}.alerts", f"{tag}.aggregates"
        self.raw_group = tag


class Engine:
    name = label = ""
    exact = False  # compared with the model to the last transition
    compared = True  # its results, by recount.py
    ends = False  # by itself, when its input is at its end

    def __init__(self, build):
        self.build = build

    def install(self):
        """Builds it."""

    def prepare(self, job):
        """Topics and a folder for a run."""
        shutil.rmtree(job.folder, ignore_errors=True)
        job.folder.mkdir(parents=True)
        for topic in (job.alerts, job.aggregates):
            job.broker.create(topic, "message.timestamp.type=LogAppendTime")
        if job.live:
            job.broker.create(job.raw, "message.timestamp.type=LogAppendTime")

    def command(self, job):
        raise NotImplementedError

    def environment(self, job):
        return {}

    def state(self, job):
        """The folder whose bytes are its state."""
        return job.folder / "state"

    def leave(self, job):
        """Removes what a run left at the broker and on the disk."""
        keep = set() if job.live else {job.raw}
        job.broker.delete([t for t in job.broker.names() if t.startswith(job.tag) and t not in keep])
        shutil.rmtree(job.folder, ignore_errors=True)

    def installed(self):
        """[(what, bytes)]"""
        return []

    def version(self):
        return ""


class Lagesbild(Engine):
    name, label = "lagesbild", "Lägesbild"
    exact = ends = True

    def __init__(self, build, configuration=BENCH / "job", extra=None, flags=(), partitions=PARTITIONS, raw_partitions=PARTITIONS):
        """`configuration`: the folder of its files; `extra`: keys set beside them; `flags`: of `run`."""
        super().__init__(build)
        self.configuration, self.extra, self.flags = configuration, extra or {}, flags
        self.partitions, self.raw_partitions = partitions, raw_partitions

    def install(self):
        run(ROOT / "deploy" / "build", self.build.relative_to(ROOT), "--", "lagesbild", cwd=ROOT)

    def settings(self, job):
        settings = {"kafka.bootstrap.servers": job.broker.address, "topics.prefix": job.prefix, "group": job.tag, "state.dir": job.folder / "state",
                    "tips.secret_file": job.folder / "secret", "http.admin": "off", "clock": "wall" if job.live else "records", **self.extra}
        sets = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        return ["--config", job.folder / "lagesbild.yaml", *sets]

    def prepare(self, job):
        # Raw and outputs share a prefix, so the raw topic of a live run is made by `topics apply`.
        job.prefix = f"{job.tag}." if job.live else job.raw.removesuffix("reports.v1")
        job.raw, job.alerts, job.aggregates = (f"{job.prefix}{name}.v1" for name in ("reports", "alerts", "area-aggregates"))
        job.raw_group = f"{job.tag}-intake"
        shutil.rmtree(job.folder, ignore_errors=True)
        job.folder.mkdir(parents=True)
        for file in self.configuration.iterdir():
            shutil.copy(file, job.folder)
        shutil.copy(job.folder.parent / "areas.geojson", job.folder)
        (job.folder / "secret").write_text("bench\n")
        self.leave_topics(job)
        run(self.build / "lagesbild", "topics", "apply", *self.settings(job), "--partitions", self.partitions, "--raw-partitions",
            self.raw_partitions)

    def leave_topics(self, job):
        keep = set() if job.live else {job.raw}
        job.broker.delete([t for t in job.broker.names() if t.startswith((job.prefix, job.tag)) and t not in keep])

    def leave(self, job):
        self.leave_topics(job)
        shutil.rmtree(job.folder, ignore_errors=True)

    def command(self, job):
        return [self.build / "lagesbild", "run", *self.settings(job), "--instance", "one", *self.flags]

    def installed(self):
        """The program without its symbols, and the libraries that it loads."""
        stripped = self.build / "bench" / "lagesbild.stripped"
        run("strip", "-o", stripped, self.build / "lagesbild")
        libraries = {line.split()[2] for line in run("ldd", self.build / "lagesbild").splitlines() if "=> /" in line}
        return [("program", bytes_of(stripped)), ("libraries", sum(bytes_of(pathlib.Path(lib).resolve()) for lib in libraries))]

    def version(self):
        return run(self.build / "lagesbild", "--version").strip()


class Floor(Engine):
    """A sketch in C++ of some 200 lines: what any program with librdkafka has to pay."""

    def __init__(self, build, name, label, compared):
        super().__init__(build)
        self.name, self.label, self.compared = name, label, compared

    def install(self):
        run(ROOT / "deploy" / "build", self.build.relative_to(ROOT), "--", self.name.replace("-", "_"), cwd=ROOT)

    def prepare(self, job):
        super().prepare(job)
        job.broker.create(f"{job.tag}.changelog", "cleanup.policy=compact")

    def command(self, job):
        return [self.build / "bench" / self.name.replace("-", "_"), job.broker.address, job.tag, job.raw, job.alerts, job.aggregates,
                job.folder / "state"]

    def version(self):
        return "librdkafka " + run("dpkg-query", "-W", "-f", "${Version}", "librdkafka1")


class Java(Engine):
    """A peer: a folder with a pom.xml, built by Maven; its jars in target/lib."""

    heap = "512m"
    main = ""
    opens = ()  # packages of the JDK that it reflects into

    @property
    def folder(self):
        return BENCH / "peers" / self.name.removesuffix("-dsl")

    def install(self):
        # A first download often meets a passing network error.
        for attempt in (1, 2):
            done = subprocess.run(["mvn", "-q", "-B", "-U", "-Dstyle.color=never", "-f", self.folder / "pom.xml", "package"],
                                  capture_output=True, text=True)
            if done.returncode == 0:
                return
        raise SystemExit(f"bench: {self.name} does not build\n{done.stdout[-3000:]}")

    def java(self):
        return ["java", f"-Xmx{self.heap}", "-XX:+UseSerialGC", *(f"--add-opens=java.base/{p}=ALL-UNNAMED" for p in self.opens),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{self.folder}/target/classes:{self.folder}/target/lib/*"]

    def command(self, job):
        return [*self.java(), self.main, job.broker.address, job.tag, job.raw, job.alerts, job.aggregates, job.folder / "state"]

    def installed(self):
        java = pathlib.Path(shutil.which("java")).resolve().parent.parent
        return [("jars", bytes_of(self.folder / "target" / "lib")), ("Java", bytes_of(java))]

    def version(self):
        pom = (self.folder / "pom.xml").read_text()
        version = pom.split("<peer.version>")[1].split("<")[0]
        return f"{version}, Java {run('java', '--version').split()[1]}"


class KafkaStreams(Java):
    name, label, main = "kafka-streams", "Kafka Streams", "bench.ProcessorApi"

    def prepare(self, job):
        super().prepare(job)
        job.broker.create(f"{job.tag}.by-area")


class KafkaStreamsDsl(Java):
    name, label, main = "kafka-streams-dsl", "Kafka Streams, windowed DSL", "bench.WindowedDsl"
    compared = False


class Flink(Java):
    name, label, main, heap = "flink", "Flink", "bench.FlinkJob", "1g"
    opens = ("java.util", "java.lang", "java.time")


def all_engines(build):
    return [Lagesbild(build), KafkaStreams(build), Flink(build), Floor(build, "floor-stateless", "sketch without state", False),
            Floor(build, "floor-state", "sketch with state", True), KafkaStreamsDsl(build)]
