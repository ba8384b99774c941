"""A measured process: its CPU (user and system, all threads), its peak memory, when it ended."""
import os, pathlib, signal, subprocess, sys, threading, time

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_S = 0.05


def run(*command, **kwargs):
    """What it printed; ends the program if it failed."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **kwargs)
    if done.returncode:
        sys.exit(f"bench: {' '.join(map(str, command[:4]))}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def bytes_of(path):
    """Of a file, or of all files in a folder."""
    path = pathlib.Path(path)
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, files in os.walk(path):
        for name in files:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except FileNotFoundError:
                pass  # compacted away meanwhile
    return total


class Process:
    started = []

    def __init__(self, command, log, env=None, output=None):
        """What it says goes to the file `log`; what it writes on stdout to `output` if that is given."""
        Process.started.append(self)
        self.log = pathlib.Path(log)
        self.samples = []  # (unix seconds, CPU seconds)
        self.peak_bytes = 0
        self.usage = None
        self.began = time.time()
        with open(log, "ab") as said, open(output or log, "ab") as out:
            self.popen = subprocess.Popen([str(c) for c in command], stdout=out, stderr=said, stdin=subprocess.DEVNULL,
                                          env={**os.environ, **(env or {})})
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _watch(self):
        """Samples until the end, which it reaps: only wait4 tells the whole CPU of a process that is gone. Its ru_maxrss is no peak of that
        process: it has in it what this program had in memory when it started the other."""
        while True:
            pid, status, usage = os.wait4(self.popen.pid, os.WNOHANG)
            if pid:
                self.usage, self.popen.returncode, self.ended = usage, os.waitstatus_to_exitcode(status), time.time()
                return
            self._sample()
            time.sleep(SAMPLE_S)

    def _sample(self):
        try:
            fields = pathlib.Path(f"/proc/{self.popen.pid}/stat").read_text().rsplit(")", 1)[1].split()
            self.samples.append((time.time(), (int(fields[11]) + int(fields[12])) / TICKS))
            status = pathlib.Path(f"/proc/{self.popen.pid}/status").read_text()
            self.peak_bytes = max(self.peak_bytes, int(status.split("VmHWM:")[1].split()[0]) * 1024)
        except (OSError, IndexError):
            pass  # it ended just now

    def running(self):
        return self.usage is None

    def cpu(self, at=None):
        """CPU seconds so far, or at a time (unix seconds)."""
        if self.usage is not None and (at is None or at >= self.ended):
            return self.usage.ru_utime + self.usage.ru_stime
        for when, cpu in self.samples:
            if at is not None and when >= at:
                return cpu
        return self.samples[-1][1] if self.samples else 0.0

    def wait(self, seconds):
        self.watcher.join(seconds)
        return not self.running()

    def stop(self):
        if self.running():
            self._signal(signal.SIGTERM)
            if not self.wait(30):
                self.kill()

    def _signal(self, number):
        """Not by Popen, which would reap it first if it has ended."""
        try:
            os.kill(self.popen.pid, number)
        except ProcessLookupError:
            pass

    def kill(self):
        if self.running():
            self._signal(signal.SIGKILL)
            self.watcher.join()

    @classmethod
    def kill_all(cls):
        """Whatever happens, nothing stays behind."""
        for process in cls.started:
            process.kill()

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]
