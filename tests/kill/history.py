#!/usr/bin/env python3
"""What the broker keeps for `lagesbild run` is lost or changed by hand: offsets of its groups, the changelog. Each time before a new piece of
input; each time the service must refuse, say the way out, and after that way have committed what a replay gives.

usage: history.py BINARY --dump TOPIC_DUMP --jars FOLDER [--seed N]

The hand is Kafka's own tools, from the jars of deploy/local-kafka. LAGESBILD_TEST_KAFKA=host:port names the broker, which must be this
program's alone. Exit codes and seed as in kafka_kill.py.
"""
import argparse, json, os, pathlib, shutil, subprocess, sys, tempfile, time

from recount import Recount, broker_or_skip, make_town, pieces, run

GROUP, LOG = "lagesbild-town", "safety.picture-log.v1"
GROUPS, TOPICS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "org.apache.kafka.tools.TopicCommand"
RECORDS, CONFIGS = "org.apache.kafka.tools.DeleteRecordsCommand", "kafka.admin.ConfigCommand"
ACCEPT, REWRITE = "--accept-rewind", "--rewrite-changelog"


class History:
    def __init__(self, args, folder, broker):
        self.args, self.folder, self.broker = args, folder, broker
        (folder / "secret").write_text("history-test\n")
        config, records = make_town(args.binary, folder, args.seed, 96)
        self.settings = ["--config", config, "--set", f"kafka.bootstrap.servers={broker}", "--set", "clock=records", "--set", "http.admin=off",
                         "--set", f"tips.secret_file={folder / 'secret'}", "--set", f"state.dir={folder / 'state'}"]
        self.recount = Recount(args.binary, args.dump, broker, config, folder / "secret")
        self.lines = records.read_text().splitlines(keepends=True)
        self.make_topics()
        self.changelog = next(t for t in self.tool(TOPICS, "--list").split() if "changelog" in t)

    def make_topics(self):
        run(self.args.binary, "topics", "apply", *self.settings, "--partitions", 2, "--raw-partitions", 2)

    def tool(self, name, *flags, tries=1):
        """Static members keep their place for six seconds; until then their group is not to be changed."""
        command = ["java", "-cp", f"{self.args.jars}/*", name, "--bootstrap-server", self.broker, *flags]
        for left in reversed(range(tries)):
            done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60)
            said = done.stdout + done.stderr
            if done.returncode == 0 and "error" not in said.lower():
                return done.stdout
            if left == 0:
                sys.exit(f"{name} {flags}: {said[-1500:]}")
            time.sleep(1)

    def service(self, *flags):
        ended = subprocess.run([str(c) for c in [self.args.binary, "run", *self.settings, "--instance", "one", *flags]], capture_output=True,
                               text=True, timeout=120)
        return ended.returncode, ended.stderr

    # ---- what is done; each gives the exit code that it is to be answered with, what must be said, and the flag of the way out

    def picture_offsets_deleted(self):
        self.tool(GROUPS, "--delete", "--group", GROUP, tries=15)
        return 78, ACCEPT, ACCEPT

    def picture_offsets_rewound(self):
        self.tool(GROUPS, "--reset-offsets", "--group", GROUP, "--topic", f"{LOG}:0", "--to-offset", "1", "--execute", tries=15)
        return 78, ACCEPT, ACCEPT

    def picture_offsets_and_state_gone(self):
        self.tool(GROUPS, "--delete", "--group", GROUP, tries=15)
        shutil.rmtree(self.folder / "state")
        return 78, ACCEPT, ACCEPT

    def intake_offsets_set_by_hand(self):
        self.tool(GROUPS, "--reset-offsets", "--group", f"{GROUP}-intake", "--topic", "safety.incidents.v1", "--to-current", "--execute",
                  tries=15)
        return 78, ACCEPT, ACCEPT

    def intake_offsets_deleted(self):
        self.tool(GROUPS, "--delete", "--group", f"{GROUP}-intake", tries=15)
        ended, error = self.service()
        if ended != 78 or ACCEPT not in error:
            sys.exit(f"intake's offsets deleted: exit {ended}: {error[-3000:]}")
        raw = [flag for topic in ("incidents", "tips", "commands") for flag in ("--topic", f"safety.{topic}.v1")]
        self.tool(GROUPS, "--reset-offsets", "--group", f"{GROUP}-intake", *raw, "--to-latest", "--execute", tries=15)
        return 78, ACCEPT, ACCEPT

    def changelog_deleted(self):
        self.tool(TOPICS, "--delete", "--topic", self.changelog)
        deadline = time.monotonic() + 30
        while self.changelog in self.tool(TOPICS, "--list").split():
            if time.monotonic() > deadline:
                sys.exit("the topic is still there")
        self.make_topics()
        return 78, REWRITE, REWRITE

    def state_gone(self):
        """After the changelog was written anew."""
        shutil.rmtree(self.folder / "state")
        return 0, "", ""

    def changelog_cut(self):
        request = self.folder / "cut.json"
        request.write_text(json.dumps({"version": 1, "partitions": [{"topic": self.changelog, "partition": p, "offset": -1} for p in (0, 1)]}))
        # No broker deletes records of a topic that is only compacted: somebody has had another idea for a while.
        for policy in ("[compact,delete]", "compact"):
            self.tool(CONFIGS, "--alter", "--entity-type", "topics", "--entity-name", self.changelog, "--add-config",
                      f"cleanup.policy={policy}")
            if policy != "compact":
                self.tool(RECORDS, "--offset-json-file", request)
        return 78, REWRITE, None  # the topic must be made again first

    def changelog_cut_and_state_gone(self):
        self.changelog_cut()
        shutil.rmtree(self.folder / "state")
        return 74, "", None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--dump", type=pathlib.Path, required=True)
    parser.add_argument("--jars", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LAGESBILD_SEED", 1)))
    args = parser.parse_args()
    broker = broker_or_skip()
    print(f"seed {args.seed}")
    with tempfile.TemporaryDirectory() as name:
        history = History(args, pathlib.Path(name), broker)
        steps = [None, history.picture_offsets_deleted, history.picture_offsets_rewound, history.picture_offsets_and_state_gone,
                 history.intake_offsets_set_by_hand, history.intake_offsets_deleted, history.changelog_deleted, history.state_gone,
                 history.changelog_cut, history.changelog_deleted, history.changelog_cut_and_state_gone]
        so_far, piece, begin = history.folder / "so-far.ndjson", history.folder / "piece.ndjson", 0
        for step, end in zip(steps, pieces(history.lines, len(steps))):
            what = step.__name__.replace("_", " ") if step else "nothing"
            code, said, way_out = step() if step else (0, "", "")
            so_far.write_text("".join(history.lines[:end]))
            piece.write_text("".join(history.lines[begin:end]))
            run(args.binary, "feed", "ndjson", *history.settings, piece)
            begin = end
            ended, error = history.service()
            if ended != code or said not in error:
                sys.exit(f"{what}: exit {ended}, not {code}: {error[-3000:]}")
            if way_out is None:
                print(f"{what}: refused with {code}", flush=True)
                continue
            if code:
                ended, error = history.service(way_out)
            if ended:
                sys.exit(f"{what}: exit {ended} with {way_out}: {error[-3000:]}")
            compared = history.recount.check(so_far)
            if compared is None:
                sys.exit(f"{what}: differs")
            print(f"{what}: {f'refused with {code}, then {way_out}; ' if code else ''}same {compared}", flush=True)


if __name__ == "__main__":
    main()
