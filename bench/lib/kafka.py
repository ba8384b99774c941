"""The broker of a benchmark, and its topics."""
import pathlib, subprocess

from lib.process import run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PARTITIONS = 4


class Broker:
    def __init__(self, folder, tools):
        self.folder, self.tools = folder, tools
        # The workload's timestamps are of another day: nothing may be deleted by age.
        self.address = run(ROOT / "deploy" / "local-kafka", "start", "--dir", folder, "--property", "log.retention.check.interval.ms=86400000",
                           "--property", "group.min.session.timeout.ms=1000").strip().split("=", 1)[1]

    def stop(self):
        subprocess.run([ROOT / "deploy" / "local-kafka", "stop", "--dir", self.folder], check=False)

    def topics(self, *args):
        return run(self.tools / "topics", "--broker", self.address, *args)

    def names(self):
        return [line.split()[0] for line in self.topics("list").splitlines()]

    def create(self, name, *config, partitions=PARTITIONS):
        self.topics("create", name, partitions, "retention.ms=-1", *config)

    def delete(self, names):
        if names:
            self.topics("delete", *names)

    def lag(self, group, topic):
        return int(self.topics("lag", group, topic))

    def ends(self, *topics):
        """The sum of the end offsets."""
        return int(self.topics("ends", *topics))

    def first(self, *topics):
        """A process that prints when the first record after now is readable."""
        process = subprocess.Popen([self.tools / "topics", "--broker", self.address, "first", *topics], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "waiting\n"
        return process
