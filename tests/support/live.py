"""A broker and instances of `lagesbild run` on it, with the configuration of bench/service, in which every report is an alert: for
tests and measurements of a service that runs."""
import json, os, pathlib, re, signal, socket, subprocess, sys, time, urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def run(*command, timeout=900):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command[:3]))}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


class Broker:
    def __init__(self, folder):
        self.folder = folder / "kafka"

    def command(self, what, *flags):
        return subprocess.run([ROOT / "deploy" / "local-kafka", what, "--dir", self.folder, *flags], capture_output=True, text=True)

    def start(self, *flags):
        started = self.command("start", *flags)
        if started.returncode:
            print(f"no broker: {started.stderr}")
            sys.exit(1 if os.environ.get("CI") else 77)
        self.address = started.stdout.strip().split("=", 1)[1]
        return self

    def stop(self):
        self.command("stop")

    def mib(self):
        return sum(f.stat().st_size for f in (self.folder / "data").rglob("*") if f.is_file()) / 2**20


class Instance:
    """One process of `lagesbild run`, with a state directory of its own."""

    def __init__(self, binary, folder, name, settings):
        self.binary, self.folder, self.name = binary, folder, name
        self.state = folder / f"state-{name}"
        self.settings = [*settings, "--set", f"state.dir={self.state}"]
        self.process, self.log = None, folder / f"{name}.log"

    def start(self, *flags):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.began = time.monotonic()
        command = [self.binary, "run", *self.settings, "--instance", self.name, "--set", f"http.admin={self.address}", *flags]
        self.process = subprocess.Popen([str(c) for c in command], stderr=open(self.log, "a"), stdout=subprocess.DEVNULL)

    def up(self):
        return self.process is not None and self.process.poll() is None

    def get(self, path):
        """Status and body; (0, "") while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_ready(self, seconds=120, every=0.01, look=None):
        """Seconds from its start to ready."""
        while self.get("/readyz")[0] != 200:
            if not self.up() or time.monotonic() - self.began > seconds:
                sys.exit(f"{self.name} is not ready: {self.log.read_text()[-3000:]}")
            if look:
                look()
            time.sleep(every)
        return time.monotonic() - self.began

    def metric(self, name, label=""):
        """The sum over all labels that hold `label`."""
        found = re.findall(rf"^lagesbild_{name}(\{{.*\}})? (\S+)$", self.get("/metrics")[1], re.MULTILINE)
        return sum(float(value) for labels, value in found if label in labels)

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def mib(self, field="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(field + ":")[1].split()[0]) / 1024

    def disk_mib(self):
        return sum(f.stat().st_size for f in self.state.rglob("*") if f.is_file()) / 2**20

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=60):
        self.process.terminate()
        if self.process.wait(timeout=seconds):
            sys.exit(f"{self.name}: exit {self.process.returncode}: {self.log.read_text()[-3000:]}")


class Live:
    def __init__(self, binary, folder, names=("one",), partitions=4, settings=(), broker_flags=(), cell="1km"):
        self.binary, self.folder = binary.resolve(), folder
        for file in (ROOT / "bench" / "service").iterdir():
            (folder / file.name).write_text(file.read_text())
        (folder / "secret").write_text("live\n")
        (folder / "areas.geojson").write_text(
            run(self.binary, "areas", "grid", "--bbox=17.85,59.28,18.35,59.52", "--city", "City", "--cell", cell))
        self.config = folder / "lagesbild.yaml"
        self.alone = ["--config", self.config, "--set", f"tips.secret_file={folder / 'secret'}"]
        self.broker = Broker(folder).start(*broker_flags)
        self.settings = [*self.alone, "--set", f"kafka.bootstrap.servers={self.broker.address}", *settings]
        run(self.binary, "topics", "apply", *self.settings, "--partitions", partitions, "--raw-partitions", 4)
        self.instances = {name: Instance(self.binary, folder, name, self.settings) for name in names}

    def load(self, probe, rate, seconds):
        """Reports at a steady rate, each of them an alert; answer() waits for the end and gives what the probe says."""
        return Load([probe, "--broker", self.broker.address, "--in", "safety.incidents.v1", "--alerts", "safety.alerts.v1", "--rate", rate,
                     "--seconds", seconds])

    def end(self):
        for instance in self.instances.values():
            if instance.up():
                instance.kill()
        self.broker.stop()


class Load:
    def __init__(self, command):
        self.process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def running(self):
        return self.process.poll() is None

    def answer(self):
        out = self.process.communicate(timeout=600)[0]
        return json.loads(out)
