#!/usr/bin/env python3
"""Runs `lagesbild run` over a backlog on a real Kafka, killing its processes with SIGKILL in the middle of it, and compares what is
committed in the end with a replay that nothing happened to.

usage: kafka_kill.py BINARY --dump TOPIC_DUMP [--processes N] [--kills N] [--seed N]
                     [--hours N | --config FILE --input FILE]

The input is --hours of a made-up town, or a recording with its configuration. LAGESBILD_TEST_KAFKA=host:port names the broker, which
must be this program's alone: the changelog and the lease have fixed names. Exit 0: the same alerts, transition by transition, and the
same last aggregates; 77: there is no broker to try it on (a failure where CI is set). Prints its seed.
"""
import argparse, os, pathlib, random, sys, tempfile, time

from processes import Processes
from recount import Recount, broker_or_skip, make_town, run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--dump", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LAGESBILD_SEED", 1)))
    parser.add_argument("--hours", type=int, default=240)
    parser.add_argument("--config", type=pathlib.Path)
    parser.add_argument("--input", type=pathlib.Path)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--between", type=float, default=1.0, help="seconds between two kills, at most, and until all but one process leave")
    args = parser.parse_args()
    broker = broker_or_skip()
    print(f"seed {args.seed}, {args.processes} processes, {args.kills} kills")
    rng = random.Random(args.seed)
    binary = args.binary.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "secret").write_text("kill-test\n")
        config, records = args.config, args.input
        if config is None:
            config, records = make_town(binary, folder, args.seed, args.hours)
        settings = ["--config", config, "--set", f"kafka.bootstrap.servers={broker}", "--set", "clock=records",
                    "--set", "http.admin=off", "--set", f"tips.secret_file={folder / 'secret'}"]
        run(binary, "topics", "apply", *settings, "--partitions", 5, "--raw-partitions", 4)
        run(binary, "feed", "ndjson", *settings, records)
        began = time.monotonic()
        processes = Processes(binary, folder, settings, args.processes)
        for n in range(args.processes):
            processes.start(n)
        for kill in range(args.kills):
            time.sleep(rng.uniform(0.3 * args.between, args.between))
            processes.kill(kill % args.processes)
            processes.start(kill % args.processes)
        time.sleep(args.between if args.processes > 1 else 0)
        processes.finish()
        print(f"done after {time.monotonic() - began:.1f} s")

        compared = Recount(binary, args.dump, broker, config, folder / "secret").check(records)
        if compared is None:
            sys.exit(1)
        print(f"all the same: {compared}")


if __name__ == "__main__":
    main()
