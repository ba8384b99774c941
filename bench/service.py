#!/usr/bin/env python3
"""What `lagesbild run` costs on a real Kafka: time to ready, latency of alerts, CPU, memory, time back after kill -9.

usage: bench/service.py [--rate N]... [--seconds N] [--build DIR]

Starts a broker (deploy/local-kafka) and the service with bench/service/lagesbild.yaml, in which every report is an alert, and prints
one JSON line a figure. Build first: ninja -C build lagesbild alert_latency. CPU is the service's, all threads, without the broker's.
"""
import argparse, json, os, pathlib, re, signal, socket, subprocess, sys, tempfile, threading, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def say(**figure):
    print(json.dumps(figure), flush=True)


def run(*command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **kwargs)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command[:3]))}: exit {done.returncode}\n{done.stdout}{done.stderr[-2000:]}")
    return done.stdout


class Service:
    """One process of `lagesbild run`."""

    def __init__(self, binary, folder, broker):
        self.command = [binary, "run", "--config", folder / "lagesbild.yaml", "--instance", "one"]
        self.settings = ["--set", f"kafka.bootstrap.servers={broker}", "--set", f"state.dir={folder / 'state'}",
                         "--set", f"tips.secret_file={folder / 'secret'}"]
        self.log = folder / "run.log"

    def start(self):
        """Seconds from its start to ready."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        began = time.monotonic()
        self.process = subprocess.Popen([str(c) for c in [*self.command, *self.settings, "--set", f"http.admin={self.address}"]],
                                        stderr=open(self.log, "w"), stdout=subprocess.DEVNULL)
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() - began > 60:
                sys.exit(f"not ready: {self.log.read_text()[-2000:]}")
            time.sleep(0.005)
        return time.monotonic() - began

    def ready(self):
        try:
            return urllib.request.urlopen(f"http://{self.address}/readyz", timeout=5).status == 200
        except OSError:
            return False

    def commits(self):
        """Per task, how many commits there were and the seconds they took."""
        metrics = urllib.request.urlopen(f"http://{self.address}/metrics", timeout=5).read().decode()
        found = re.findall(r'^lagesbild_commit_duration_seconds_(sum|count)\{task="(\w+)"\} (\S+)$', metrics, re.MULTILINE)
        return {(task, what): float(value) for what, task, value in found}

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, action="append")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    args = parser.parse_args()
    binary, probe = args.build / "lagesbild", args.build / "bench" / "alert_latency"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        kafka = folder / "kafka"
        broker = run(ROOT / "deploy" / "local-kafka", "start", "--dir", kafka).strip().split("=", 1)[1]
        service = None
        try:
            for file in (ROOT / "bench" / "service").iterdir():
                (folder / file.name).write_text(file.read_text())
            (folder / "secret").write_text("bench\n")
            (folder / "areas.geojson").write_text(
                run(binary, "areas", "grid", "--bbox=17.85,59.28,18.35,59.52", "--city", "City", "--cell", "1km"))
            service = Service(binary, folder, broker)
            run(binary, "topics", "apply", "--config", folder / "lagesbild.yaml", *service.settings, "--partitions", 4,
                "--raw-partitions", 4)
            say(figure="start to ready, s", value=round(service.start(), 3))
            latency = [probe, "--broker", broker, "--in", "safety.incidents.v1", "--alerts", "safety.alerts.v1"]
            run(*latency, "--rate", 50, "--seconds", 3)
            before, began = service.cpu(), time.monotonic()
            time.sleep(5)
            say(figure="idle, % of a core", value=round(100 * (service.cpu() - before) / (time.monotonic() - began), 1))
            for rate in args.rate or [100, 1000]:
                commits, before, began = service.commits(), service.cpu(), time.monotonic()
                figures = json.loads(run(*latency, "--rate", rate, "--seconds", args.seconds))
                say(figure=f"append to readable alert at {rate}/s", **figures,
                    cpu_percent=round(100 * (service.cpu() - before) / (time.monotonic() - began), 1))
                after = service.commits()
                for task in ("intake", "picture"):
                    count, took = (after[task, what] - commits[task, what] for what in ("count", "sum"))
                    say(figure=f"a commit of {task} at {rate}/s", mean_ms=round(1000 * took / count, 1), commits=int(count))
            say(figure="peak RSS, MiB", value=round(service.peak_mib(), 1))
            service.process.send_signal(signal.SIGKILL)
            service.process.wait()
            waiting = subprocess.Popen([str(c) for c in [*latency, "--rate", 1, "--seconds", 1]], stdout=subprocess.DEVNULL)
            time.sleep(1)  # its report is there before the service is
            ended = []
            waiter = threading.Thread(target=lambda: ended.append((waiting.wait(), time.monotonic())))
            waiter.start()
            began = time.monotonic()
            ready = service.start()
            waiter.join()
            say(figure="kill -9: start to the first new alert, s", value=round(ended[0][1] - began, 3))
            say(figure="kill -9: start to ready again, s", value=round(ready, 3))
        finally:
            if service and service.process.poll() is None:
                service.process.terminate()
                service.process.wait(timeout=40)
            run(ROOT / "deploy" / "local-kafka", "stop", "--dir", kafka)


if __name__ == "__main__":
    main()
