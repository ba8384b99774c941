#!/usr/bin/env python3
"""Damages the state of `lagesbild run` in every way that a disk, a restore or a hand can, one after the other, each before a new
piece of input, and compares what is committed after each with a replay that nothing happened to.

usage: state_damage.py BINARY --dump TOPIC_DUMP [--seed N]

A damaged partition is rebuilt from its changelog (exit 0), or refused with 74; then its folder is removed, as the message says, and the
service started again. LAGESBILD_TEST_KAFKA=host:port names the broker, which must be this program's alone. Exit codes and seed as in
kafka_kill.py.
"""
import argparse, os, pathlib, random, re, shutil, subprocess, sys, tempfile

from recount import Recount, broker_or_skip, make_town, pieces, run

KINDS = {"SST": "*.sst", "WAL": "*.log", "MANIFEST": "MANIFEST-*", "CURRENT": "CURRENT", "OPTIONS": "OPTIONS-*"}


def flip(path, rng):
    content = bytearray(path.read_bytes())
    if content:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def truncate(path, rng):
    os.truncate(path, path.stat().st_size // 2)


def delete(path, rng):
    path.unlink()


class Damages:
    """What to do to the state, by name; each gets the folder of the group's partitions."""

    def __init__(self, rng):
        self.rng, self.old = rng, None

    def files(self, how, pattern):
        def damage(group):
            files = sorted(group.glob(f"picture-[0-9]/{pattern}"))
            for path in files:
                how(path, self.rng)
            return f"{len(files)} files"
        return damage

    def keep(self, group):
        self.old = group.parent / "old"
        shutil.copytree(group, self.old)
        return "kept for later"

    def restore(self, group):
        shutil.rmtree(group)
        shutil.copytree(self.old, group)

    def swap(self, group):
        first, second = sorted(group.glob("picture-[0-9]"))
        first.rename(group / "aside")
        second.rename(first)
        (group / "aside").rename(second)

    def remove(self, group):
        shutil.rmtree(group)

    def all(self):
        yield "nothing", lambda group: None
        yield "a copy is made", self.keep
        for kind, pattern in KINDS.items():
            for how in (flip, truncate, delete):
                yield f"{how.__name__} {kind}", self.files(how, pattern)
        yield "partitions swapped", self.swap
        yield "an old copy restored", self.restore
        yield "all removed", self.remove


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--dump", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LAGESBILD_SEED", 1)))
    args = parser.parse_args()
    broker = broker_or_skip()
    print(f"seed {args.seed}")
    damages = list(Damages(random.Random(args.seed)).all())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "secret").write_text("damage-test\n")
        config, records = make_town(args.binary, folder, args.seed, 96)
        settings = ["--config", config, "--set", f"kafka.bootstrap.servers={broker}", "--set", "clock=records",
                    "--set", "http.admin=off", "--set", f"tips.secret_file={folder / 'secret'}",
                    "--set", f"state.dir={folder / 'state'}"]
        run(args.binary, "topics", "apply", *settings, "--partitions", 2, "--raw-partitions", 4)
        recount = Recount(args.binary, args.dump, broker, config, folder / "secret")
        lines = records.read_text().splitlines(keepends=True)
        so_far, piece = folder / "so-far.ndjson", folder / "piece.ndjson"
        group, begin = None, 0
        for (what, damage), end in zip(damages, pieces(lines, len(damages))):
            so_far.write_text("".join(lines[:end]))
            piece.write_text("".join(lines[begin:end]))
            begin = end
            run(args.binary, "feed", "ndjson", *settings, piece)
            done = damage(group) if group else None
            service = [str(c) for c in [args.binary, "run", *settings, "--instance", "one"]]
            code, refused = None, 0
            while code != 0:
                ended = subprocess.run(service, capture_output=True, text=True, timeout=120)
                code = ended.returncode
                told = re.search(r"remove (\S+)", ended.stderr)
                if code == 74 and told and refused < 3:
                    shutil.rmtree(told.group(1))
                    refused += 1
                elif code:
                    sys.exit(f"{what}: exit {code}: {ended.stderr[-3000:]}")
            group = next((folder / "state").iterdir()) if group is None else group
            compared = recount.check(so_far)
            if compared is None:
                sys.exit(f"{what}: differs")
            rebuilt = "rebuilt" if "rebuil" in ended.stderr else "state used"
            print(f"{what}{f' ({done})' if done else ''}: {f'refused {refused} times, then ' if refused else ''}{rebuilt}; "
                  f"same {compared}", flush=True)


if __name__ == "__main__":
    main()
