#!/usr/bin/env python3
"""A rolling restart of two instances of `lagesbild run` under load: each is told to leave, ends, and is started again, as an upgrade does.

usage: rolling.py BINARY --probe ALERT_LATENCY [--rate N] [--rounds N]

Every report is an alert. Measured by a reader of the alerts' topic (bench/alert_latency.cc): the longest time in which no alert came though
reports did, alerts that came twice, alerts that did not come. Exit 0: no gap longer than 3 s, none twice, none missing; 77: no broker
could be started (a failure where CI is set).
"""
import argparse, pathlib, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from live import Live

GAP_MS = 3000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--probe", type=pathlib.Path, required=True)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        live = Live(args.binary, pathlib.Path(name), ("i0", "i1"))
        try:
            for instance in live.instances.values():
                instance.start()
            for instance in live.instances.values():
                instance.wait_ready()
            load = live.load(args.probe, args.rate, 8 + 12 * args.rounds)
            time.sleep(3)
            for instance in list(live.instances.values()) * args.rounds:
                began = time.monotonic()
                instance.stop()
                left = time.monotonic() - began
                instance.start()
                print(f"{instance.name}: left in {left:.2f} s, ready {instance.wait_ready():.2f} s after its start", flush=True)
                time.sleep(3)
            answer = load.answer()
            print(answer)
            if answer["longest_gap_ms"] > GAP_MS or answer["twice"] or answer["alerts"] != answer["reports"]:
                sys.exit("".join(f"{i.name}: {i.log.read_text()[-3000:]}\n" for i in live.instances.values()))
            for instance in live.instances.values():
                instance.stop()
        finally:
            live.end()


if __name__ == "__main__":
    main()
