"""The processes of one group of `lagesbild run`: started, killed, frozen, told to leave."""
import os, signal, subprocess, sys, time


class Processes:
    """Up to `count` instances, i0, i1, …, each with a state directory of its own. None of them runs at first."""

    def __init__(self, binary, folder, settings, count):
        self.binary, self.folder, self.settings = binary, folder, settings
        self.alive = [None] * count
        self.said = [0] * count  # how much its log had when it was started last

    def start(self, n, failpoint=None):
        """`failpoint`: NAME or NAME:N, where the process is to kill itself."""
        self.said[n] = self.log(n).stat().st_size if self.log(n).exists() else 0
        environment = dict(os.environ, **({"LAGESBILD_FAILPOINT": failpoint} if failpoint else {}))
        self.alive[n] = subprocess.Popen(
            [str(a) for a in [self.binary, "run", *self.settings, "--set", f"state.dir={self.folder / f'state{n}'}",
                              "--instance", f"i{n}"]], stderr=open(self.log(n), "a"), env=environment)

    def log(self, n):
        return self.folder / f"{n}.log"

    def wait_said(self, n, text, seconds=60):
        """Until it has said so since it was started last."""
        began = time.monotonic()
        while text not in (said := self.log(n).read_text()[self.said[n]:]):
            if time.monotonic() - began > seconds or self.alive[n].poll() is not None:
                sys.exit(f"process {n} has not said {text!r}: {said[-3000:]}")
            time.sleep(0.01)

    def kill(self, n):
        self.alive[n].send_signal(signal.SIGKILL)
        self.alive[n].wait(timeout=60)

    def signal(self, n, which):
        self.alive[n].send_signal(which)

    def leave(self, n):
        """Drained, committed and gone."""
        self.alive[n].terminate()
        self.ended(n)

    def ended(self, n, timeout=600):
        try:
            self.alive[n].wait(timeout=min(timeout, 90))
        except subprocess.TimeoutExpired:  # said while it can still be seen what they do
            for m, process in enumerate(self.alive):
                if process:
                    print(f"process {m} after 90 s: {self.log(m).read_text()[-2000:]}", flush=True)
        if self.alive[n].wait(timeout=timeout):
            sys.exit(f"process {n}: exit {self.alive[n].returncode}: " + self.log(n).read_text()[-3000:])
        self.alive[n] = None

    def finish(self):
        """All but i0 are told to leave; that one ends when all is done, for with `clock: records` input has an end."""
        for n in reversed(range(1, len(self.alive))):
            if self.alive[n]:
                self.leave(n)
        self.ended(0)
