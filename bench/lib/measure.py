"""One run of one engine: draining a backlog, draining with a kill in the middle, a steady rate."""
import json, subprocess, time

import recount
from lib.process import Process, bytes_of

QUIET_S = 2.5  # nothing new for so long, and nothing left to read: done
GIVE_UP_S = 1800


def start(engine, job):
    return Process(engine.command(job), job.folder.parent / f"{job.tag}.log", engine.environment(job))


def wait_until_done(engine, job, process, seconds=GIVE_UP_S):
    """Waits for the end of the work. SystemExit if the engine dies before, or after so many seconds."""
    if not engine.ends:
        return until_quiet(process, job, [job.alerts, job.aggregates], seconds=seconds)
    if not process.wait(seconds) or process.popen.returncode != 0:
        process.kill()
        raise SystemExit(f"bench: {engine.name} failed\n{process.tail()}")


def until_quiet(process, job, topics, least=0, seconds=GIVE_UP_S):
    """Until at least so many records are in these topics, the raw topic is read, and nothing more comes. SystemExit as above."""
    give_up = time.time() + seconds
    ends, since, lag = -1, time.time(), 1
    while ends < least or lag > 0 or time.time() - since < QUIET_S:
        if not process.running() or time.time() > give_up:
            process.kill()
            raise SystemExit(f"bench: {process.log.stem} ended or hangs, with {ends} records in {', '.join(topics)}\n{process.tail()}")
        time.sleep(0.5)
        lag = job.broker.lag(job.raw_group, job.raw)
        now = job.broker.ends(*topics)
        if now != ends:
            ends, since = now, time.time()


def result_of(engine, job, workload):
    """What the recount says of the outputs."""
    dump = job.folder.parent / f"{job.tag}.dump"
    dump.write_text(job.broker.topics("dump", job.alerts, job.aggregates))
    if not engine.compared:
        end = json.loads(dump.read_text().splitlines()[-1])["end"]
        dump.unlink()
        return {"right": None, **end}
    result = recount.compare(workload, dump, engine.exact)
    if result["right"]:
        dump.unlink()
    return result


def drain(engine, job, records, workload):
    """From a cold start until all of the backlog is taken."""
    engine.prepare(job)
    process = start(engine, job)
    wait_until_done(engine, job, process)
    state = bytes_of(engine.state(job))
    process.stop()
    result = result_of(engine, job, workload)
    ended = process.ended if engine.ends else result["last_ms"] / 1000
    figures = {"engine": engine.name, "records": records, "cpu_s": process.cpu(ended), "wall_s": ended - process.began,
               "peak_bytes": process.peak_bytes, "state_bytes": state, "result": result}
    engine.leave(job)
    return figures


def kill_in_mid_drain(engine, job, workload, after_s):
    """SIGKILL, the same command at once, time until something new is readable; then to the end."""
    engine.prepare(job)
    process = start(engine, job)
    process.wait(after_s)
    if not process.running():
        raise SystemExit(f"bench: {engine.name} ended before it could be killed\n{process.tail()}")
    process.kill()
    killed = time.time()
    first = job.broker.first(job.alerts, job.aggregates)
    process = start(engine, job)
    try:
        back_s = int(first.communicate(timeout=180)[0]) / 1000 - killed
    except subprocess.TimeoutExpired:
        first.kill()
        back_s = None
    wait_until_done(engine, job, process)
    process.stop()
    result = result_of(engine, job, workload)
    engine.leave(job)
    return {"engine": engine.name, "killed_after_s": after_s, "first_output_s": back_s, "result": result}


class Rate:
    """Sends reports at a steady rate and reads the alerts they cause."""

    def __init__(self, tools, job):
        self.command = [tools / "latency", "--broker", job.broker.address, "--in", job.raw, "--alerts", job.alerts]
        self.sent = 0

    def send(self, rate, seconds):
        done = subprocess.run([str(c) for c in [*self.command, "--rate", rate, "--seconds", seconds, "--first", self.sent]],
                              capture_output=True, text=True)
        self.sent += rate * seconds // 8 * 8
        return json.loads(done.stdout) if done.stdout else {"error": done.stderr[-500:]}


def steady(engine, job, tools, warm_up_s, seconds):
    """Start to first output, idle CPU, then latency and CPU at 100 and 1,000 reports a second."""
    engine.prepare(job)
    rate = Rate(tools, job)
    first = job.broker.first(job.aggregates)
    partner = subprocess.Popen([str(c) for c in [*rate.command, "--rate", 8, "--seconds", 1, "--first", 95_000]], stdout=subprocess.DEVNULL)
    time.sleep(1.5)  # the eight reports are there before the engine is
    process = start(engine, job)
    try:
        started_s = int(first.communicate(timeout=120)[0]) / 1000 - process.began
    except subprocess.TimeoutExpired:
        first.kill()
        started_s = None
    start_cpu_s = process.cpu()
    partner.wait()
    rate.send(1000, warm_up_s)
    time.sleep(2)
    before, began = process.cpu(time.time()), time.time()
    time.sleep(5)
    figures = {"engine": engine.name, "start_to_first_output_s": started_s, "start_cpu_s": start_cpu_s,
               "idle_percent": 100 * (process.cpu() - before) / (time.time() - began), "rates": []}
    for each in (100, 1000):
        before, began = process.samples[-1][1], time.time()
        latency = rate.send(each, seconds)
        figures["rates"].append({**latency, "cpu_percent": 100 * (process.samples[-1][1] - before) / (time.time() - began)})
    figures["peak_bytes"] = process.peak_bytes
    process.stop()
    engine.leave(job)
    return figures
