#!/usr/bin/env python3
"""Fuzzed records through `lagesbild run` on a real Kafka, beside a made-up town's good ones: mutated good ones, random bytes, deep
JSON, impossible numbers, invalid UTF-8, wrong Protobuf.

usage: poison.py BINARY --dump TOPIC_DUMP [--records N] [--hours N] [--seed N]

Of the fuzzed records those that a replay takes for good are left out, for they would count. What is committed in the end must be what a
replay of the good ones gives, beside a dead letter for each fuzzed one; the service must not end before it is done, and its memory, once
it is warm (after a third of the time), must not grow by more than a tenth. LAGESBILD_TEST_KAFKA=host:port names the broker, which must
be this program's alone. Exit codes and seed as in kafka_kill.py.
"""
import argparse, json, os, pathlib, random, statistics, subprocess, sys, tempfile, time

from fuzzed_records import Fuzzed
from recount import Recount, broker_or_skip, make_town, run

# Samples, 20 a second; too short a run is all warming up.
MEMORY_IS_COMPARED_FROM = 240


def dead_letters(binary, settings, records):
    """Counts by reason, and the numbers of the lines that became dead letters."""
    counts, lines = {}, set()
    out = subprocess.Popen([str(c) for c in [binary, "replay", *settings, "--only=dead-letters", records]], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    for line in out.stdout:
        letter = json.loads(line)["value"]
        lines.add(letter["offset"])
        counts[letter["reason"]] = counts.get(letter["reason"], 0) + 1
    if out.wait():
        sys.exit(f"replay: exit {out.returncode}: {out.stderr.read()[-2000:]}")
    return counts, lines


def write_fuzzed(args, folder, settings, good):
    """The records that are fed beside the good ones; how many."""
    made, kept = folder / "made.ndjson", folder / "fuzzed.ndjson"
    with open(made, "w") as out:
        for line in Fuzzed(random.Random(args.seed), good).lines(args.records):
            out.write(line + "\n")
    counts, dead = dead_letters(args.binary, settings, made)
    with open(made) as lines, open(kept, "w") as out:
        out.writelines(line for number, line in enumerate(lines) if number in dead)
    print(f"{args.records} made, {len(dead)} of them dead letters: {counts}", flush=True)
    made.unlink()
    return kept, len(dead)


def mib(process, field):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split(field + ":")[1].split()[0]) / 1024


def watch(process, log):
    """Until it is done: seconds, and its memory over the time in MiB."""
    began, sizes = time.monotonic(), []
    while process.poll() is None:
        try:
            sizes.append(mib(process, "VmRSS"))
        except (OSError, IndexError):
            break  # it has just ended
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            pass
    if process.wait():
        sys.exit(f"exit {process.returncode}: {log.read_text()[-3000:]}")
    return time.monotonic() - began, sizes


def check_memory(sizes):
    if len(sizes) < MEMORY_IS_COMPARED_FROM:
        print(f"memory: {max(sizes):.0f} MiB at most; too short a run to compare")
        return
    third = len(sizes) // 3
    before, after = statistics.median(sizes[third:2 * third]), statistics.median(sizes[2 * third:])
    print(f"memory: {max(sizes):.0f} MiB at most; median of the second third of the time {before:.0f}, of the last {after:.0f}")
    if after > 1.1 * before:
        sys.exit("memory grows")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--dump", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LAGESBILD_SEED", 1)))
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--hours", type=int, default=240)
    args = parser.parse_args()
    broker = broker_or_skip()
    print(f"seed {args.seed}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "secret").write_text("poison-test\n")
        config, records = make_town(args.binary, folder, args.seed, args.hours)
        alone = ["--config", config, "--set", f"tips.secret_file={folder / 'secret'}"]
        settings = [*alone, "--set", f"kafka.bootstrap.servers={broker}", "--set", "clock=records", "--set", "http.admin=off"]
        good = records.read_text().splitlines(keepends=True)
        fuzzed, bad = write_fuzzed(args, folder, alone, good)
        run(args.binary, "topics", "apply", *settings, "--partitions", 3, "--raw-partitions", 4)
        run(args.binary, "feed", "ndjson", *settings, records)
        run(args.binary, "feed", "ndjson", *settings, fuzzed)
        log = folder / "run.log"
        process = subprocess.Popen([str(c) for c in [args.binary, "run", *settings, "--instance", "one", "--set",
                                                     f"state.dir={folder / 'state'}"]], stderr=open(log, "w"))
        try:
            seconds, sizes = watch(process, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        print(f"{len(good)} good and {bad} fuzzed records in {seconds:.1f} s; the log has {len(log.read_text().splitlines())} lines")
        compared = Recount(args.binary, args.dump, broker, config, folder / "secret").check(records, more_dead_letters=bad)
        if compared is None:
            sys.exit("differs")
        print(f"same {compared}")
        check_memory(sizes)


if __name__ == "__main__":
    main()
