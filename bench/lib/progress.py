"""What a long run says on stderr: one line a step, how far it is, and when it may be over."""
import sys, time


class Progress:
    def __init__(self, steps, weights=None):
        """`weights`: how long each step takes, in any unit; all the same if left out."""
        self.weights = weights or [1] * steps
        self.done, self.began = 0, time.monotonic()

    def step(self, what):
        passed, before = time.monotonic() - self.began, sum(self.weights[:self.done])
        left = f", about {passed / before * sum(self.weights[self.done:]) / 60:.0f} min left" if self.done else ""
        print(f"bench: {self.done + 1}/{len(self.weights)} {what}{left}", file=sys.stderr, flush=True)
        self.done += 1
