#!/usr/bin/env python3
"""Kills `lagesbild run` with SIGKILL in the middle of a backlog on a real Kafka, three times with one process and three
times with two, and compares what is committed in the end with a replay that nothing happened to.

usage: kafka_kill.py BINARY [--seed N] [--hours N]
LAGESBILD_TEST_KAFKA=host:port names the broker. Exit 0: the same alerts, transition by transition, and the same last aggregates;
77: there is no broker to try it on (a failure where CI is set). Prints its seed.
"""
import argparse, collections, json, os, pathlib, random, signal, subprocess, sys, tempfile, time

START = "2024-11-15T18:00:00+01:00"


def run(*command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300, **kwargs)
    if done.returncode:
        sys.exit(f"{command[1:3]}: exit {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


class Trial:
    """One group of topics, states and processes over one input."""

    def __init__(self, binary, folder, name, broker):
        self.binary, self.folder, self.name = binary, folder, name
        # topics.prefix keeps the trials' topics apart; the changelog and the lease have names of their own, so a trial has a broker's
        # worth of them to itself only one after the other: each is deleted with its cluster of names by `group`.
        self.set = ["--config", folder / "town" / "lagesbild.yaml", "--set", f"kafka.bootstrap.servers={broker}",
                    "--set", "clock=records", "--set", "http.admin=off", "--set", f"tips.secret_file={folder / 'secret'}"]

    def start(self, instance, extra=()):
        return subprocess.Popen([str(a) for a in [self.binary, "run", *self.set, "--set",
                                                   f"state.dir={self.folder / (self.name + instance)}",
                                                   "--instance", instance, *extra]],
                                stderr=open(self.folder / f"{self.name}{instance}.log", "a"))


def transitions(lines):
    """Alert transitions by picture, in the order of time, alert and sequence."""
    out = collections.defaultdict(list)
    for line in lines:
        alert = json.loads(line)
        alert = alert.get("value", alert)
        out[alert["picture"]].append(alert)
    for of_picture in out.values():
        of_picture.sort(key=lambda a: (a["at"], a["alert_id"], a["sequence"]))
    return dict(out)


def kill_series(trial, processes, rng):
    """Three kills at random moments of the backlog; the last start is left to finish."""
    for kill in range(3):
        alive = [trial.start(f"i{n}") for n in range(processes)]
        deadline = rng.uniform(0.3, 1.5)
        victim = alive[kill % processes]
        try:
            victim.wait(timeout=deadline)
        except subprocess.TimeoutExpired:
            victim.send_signal(signal.SIGKILL)
        for process in alive:
            if process is not victim:
                process.send_signal(signal.SIGKILL)
            process.wait(timeout=60)
    last = trial.start("i0")
    code = last.wait(timeout=240)
    if code:
        sys.exit(f"the run after the kills: exit {code}: " + open(trial.folder / f"{trial.name}i0.log").read()[-3000:])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LAGESBILD_SEED", 1)))
    parser.add_argument("--hours", type=int, default=240)
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    broker = os.environ.get("LAGESBILD_TEST_KAFKA")
    if not broker:
        print("no LAGESBILD_TEST_KAFKA: skipped")
        sys.exit(1 if os.environ.get("CI") else 77)
    print(f"seed {args.seed}, {args.processes} processes")
    rng = random.Random(args.seed)
    binary = args.binary.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "secret").write_text("kill-test\n")
        run(binary, "feed", "town", "--write-config", folder / "town", "--seed", args.seed)
        config = folder / "town" / "lagesbild.yaml"
        unique = f"kill{os.getpid()}"
        config.write_text(config.read_text().replace("group: ", "group: kill-", 1) +
                          f"\ntopics: {{prefix: \"{unique}.\"}}\n")
        run(binary, "feed", "town", "--seed", args.seed, "--start", START, "--for", f"{args.hours}h",
            "--to", folder / "in.ndjson")
        trial = Trial(binary, folder, "k", broker)
        run(binary, "topics", "apply", *trial.set, "--partitions", 5, "--raw-partitions", 4)
        run(binary, "feed", "ndjson", *trial.set, folder / "in.ndjson")
        kill_series(trial, args.processes, rng)
        got = transitions(run(binary, "alerts", "tail", *trial.set, "--json", "--last", 1000000, "--once").splitlines())
        want = transitions(run(binary, "replay", "--config", config, "--only", "alerts",
                               "--set", f"tips.secret_file={folder / 'secret'}", folder / "in.ndjson").splitlines())
        if got != want:
            for picture in sorted(set(got) | set(want)):
                a, b = got.get(picture, []), want.get(picture, [])
                print(f"{picture}: {len(a)} transitions, want {len(b)}; first that differs: "
                      f"{next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))}")
            sys.exit(1)
        print(f"{sum(map(len, want.values()))} transitions, all the same")


if __name__ == "__main__":
    main()
