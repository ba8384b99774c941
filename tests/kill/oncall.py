#!/usr/bin/env python3
"""What the person on call has, on a real broker, beside a live service: audit, state and dead letters while input comes in and after a
kill -9; a reset that is refused while an instance lives, and one that is done.

usage: oncall.py BINARY [--seed N]

LAGESBILD_TEST_KAFKA=host:port names the broker, which must be this program's alone. Exit: 0 as it should be, 1 not, 77 no broker.
"""
import argparse, datetime, json, os, pathlib, subprocess, sys, tempfile, time

from processes import Processes
from recount import broker_or_skip, run

PIECES = 6
PATIENCE_SECONDS = 60  # for an event; none takes as long


class OnCall:
    def __init__(self, binary, folder, broker, seed):
        self.binary, self.folder, self.seed = binary, folder, seed
        (folder / "secret").write_text("on-call-test\n")
        run(binary, "feed", "town", "--write-config", folder / "town", "--seed", seed)
        self.settings = ["--config", folder / "town" / "lagesbild.yaml", "--set", f"kafka.bootstrap.servers={broker}",
                         "--set", f"tips.secret_file={folder / 'secret'}", "--set", "http.admin=off"]
        self.state = ["--set", f"state.dir={folder / 'state0'}"]
        run(binary, "topics", "apply", *self.settings, "--partitions", 2, "--raw-partitions", 3)
        # The last two days, for on these topics a record is of the time it comes in.
        start = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=48)).strftime("%Y-%m-%dT%H:%M:%SZ")
        run(binary, "feed", "town", "--seed", seed, "--start", start, "--for", "48h", "--to", folder / "in.ndjson")
        self.lines = (folder / "in.ndjson").read_text().splitlines(keepends=True)
        self.fed = 0
        self.service = Processes(binary, folder, self.settings, 1)

    def command(self, *words):
        done = subprocess.run([str(w) for w in [self.binary, *words, *self.settings, *self.state]],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def expect(self, what, wanted, *words):
        code, out, err = self.command(*words)
        if code != wanted:
            sys.exit(f"{what}: exit {code}, wanted {wanted}: {out[-3000:]}{err[-2000:]}\n{self.service.log(0).read_text()[-2000:]}")
        print(f"{what}: {(out.splitlines() or [''])[-1][:150]}", flush=True)
        return out

    def feed(self):
        piece = self.folder / "piece.ndjson"
        begin, self.fed = self.fed, self.fed + len(self.lines) // PIECES
        piece.write_text("".join(self.lines[begin:self.fed]))
        run(self.binary, "feed", "ndjson", *self.settings, piece)

    def until(self, what, done):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > give_up:
                sys.exit(f"{what}: not within {PATIENCE_SECONDS} s: {self.service.log(0).read_text()[-3000:]}")

    def taken(self):
        """All that was fed is in the picture log or refused, and judged."""
        code, out, _ = self.command("audit", "--json")
        return code in (0, 1) and json.loads(out)["raw_records"] >= self.fed

    def go(self):
        self.service.start(0)
        self.feed()
        self.until("the first piece is taken", self.taken)
        for n in range(2):
            self.feed()
            self.expect(f"audit beside the service, {n + 1}", 0, "audit")
        listed = [json.loads(line) for line in self.expect("state ls", 0, "state", "ls", "--json").splitlines()]
        assert [one["partition"] for one in listed] == [0, 1], listed
        self.expect("state get", 0, "state", "get", "!meta", "--partition", 0)
        self.expect("state dump", 0, "state", "dump", "--json")
        self.expect("reset, an instance alive", 1, "reset", "--yes")
        self.service.kill(0)
        self.expect("audit after kill -9", 0, "audit")
        self.service.start(0)
        self.feed()
        self.until("the piece after the kill is taken", self.taken)
        self.expect("audit after the restart", 0, "audit", "--json")
        letters = json.loads(self.expect("dead letters", 0, "dlq", "ls", "--json", "--list", "3"))
        assert letters["total"] == sum(c["count"] for c in letters["counts"]), letters
        self.service.leave(0)
        self.reset()

    def reset(self):
        before = json.loads(self.expect("audit, nobody there", 0, "audit", "--json"))
        # A static member is missed after its session time-out.
        self.until("the group is empty", lambda: "has" not in self.command("reset")[2])
        plan = json.loads(self.expect("what a reset would do", 0, "reset", "--json"))
        assert plan["done"] is False and all(p["new_offset"] == 0 for p in plan["partitions"]), plan
        self.expect("audit, nothing was done", 0, "audit")
        self.expect("reset", 0, "reset", "--yes", "--json")
        self.service.start(0)
        self.feed()
        self.until("the piece after the reset is taken", self.taken)
        announced = lambda: self.command("audit", "--after-reset")[0] == 0
        self.until("all is folded again", announced)
        self.expect("audit after the reset", 0, "audit", "--after-reset")
        if before["transitions"]:
            self.expect("and what was announced again is seen", 1, "audit")
        self.service.leave(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("LAGESBILD_SEED", 1)))
    args = parser.parse_args()
    broker = broker_or_skip()
    print(f"seed {args.seed}")
    with tempfile.TemporaryDirectory() as name:
        trial = OnCall(args.binary, pathlib.Path(name), broker, args.seed)
        try:
            trial.go()
        finally:
            if trial.service.alive[0]:
                trial.service.kill(0)


if __name__ == "__main__":
    main()
