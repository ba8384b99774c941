#!/usr/bin/env python3
"""Plays the scenarios beside this file through `lagesbild replay` and compares what comes out.

usage: run.py BINARY [FOLDER | CASE.in.ndjson]...     (default: all folders beside this file)

A folder holds lagesbild.yaml and cases NAME.in.ndjson with NAME.want.json. The want file:
  until        given to --until
  alerts       the trails of alerts, each with rule, area, of and `states`, in which "updated+" is one or more and
               "updated*" none or more; `first` and `last` hold fields of the first and last transition by dotted path,
               "a|b" is either. No other alert may come; a want file without `alerts` does not care.
  counts       numbers of cells of the last aggregates; what an aggregate leaves out is 0
  unlocated    the same of the part that could only be placed in that very area
  aggregates   fields of the last aggregate of an area
  dead_letters all of them, in any order, by reason and pointer
  never_in_output  strings that neither output stream may hold
Whatever the want file says, every trail must be numbered 1, 2, 3 …, and every alert record must make sense by itself.

A command may name an alert as "@RULE/AREA": the id of the last alert of that rule and area that the lines before the
command give. Exit 0: all hold · 1: some do not (each is printed) · 2: usage.
"""
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def replay(binary, config, lines, until=None):
    """Runs the lines; gives (alerts, aggregates by area, dead letters, all text)."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "case.ndjson"
        path.write_text("".join(line + "\n" for line in lines))
        command = [binary, "replay", "--config", str(config)] + (["--until", until] if until else []) + [str(path)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        raise RuntimeError(f"exit {run.returncode}: {run.stderr.strip()}")
    alerts, areas, dead = [], {}, []
    for line in run.stdout.splitlines():
        record = json.loads(line)
        topic, value = record["topic"], record["value"]
        if "alerts" in topic:
            alerts.append(value)
        elif "aggregates" in topic:
            areas[value["area"]] = value
        elif "dead-letters" in topic:
            dead.append(value)
        else:
            raise RuntimeError(f"a record of an unknown topic: {topic}")
    return alerts, areas, dead, run.stdout + run.stderr


def with_alert_ids(binary, config, lines):
    """Puts ids where commands say "@RULE/AREA"."""
    done = []
    for line in lines:
        name = re.search(r'"@([^/"]+)/([^"]+)"', line)
        if name:
            before = replay(binary, config, done, json.loads(line)["timestamp"])[0]
            ids = [a["alert_id"] for a in before if (a["rule"], a["area"]) == name.groups()]
            if not ids:
                raise RuntimeError(f"no alert {name.group(0)} before its command")
            line = line.replace(name.group(0), json.dumps(ids[-1]))
        done.append(line)
    return done


def field(value, path):
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def equal(want, got):
    if isinstance(want, str) and isinstance(got, str):
        if got in want.split("|"):
            return True
        try:
            return moment(want) == moment(got)
        except ValueError:
            return False
    return want == got


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def state_pattern(states):
    """["open", "updated+"] as a regular expression over "open updated "."""
    return "".join("(?:%s )%s" % (re.escape(s.rstrip("+*")), s[-1] if s[-1] in "+*" else "") for s in states)


def trails_of(alerts):
    trails = {}
    for alert in alerts:
        trails.setdefault(alert["alert_id"], []).append(alert)
    return list(trails.values())


def check_trail(trail):
    """What must hold of any trail, and of each of its records by itself."""
    if [t["sequence"] for t in trail] != list(range(1, len(trail) + 1)):
        yield "sequence numbers have gaps"
    for t in trail:
        name = f"sequence {t['sequence']} ({t['state']})"
        counts = t["counts"]
        if counts["incidents"] != len(t["incidents"]) + t["incidents_omitted"]:
            yield f"{name}: counts.incidents is not what it lists"
        if counts["reports"] != sum(counts["by_kind"].values()):
            yield f"{name}: counts.reports is not the sum by kind"
        if (t["completeness"] == "complete") != (not t["blind_sources"]):
            yield f"{name}: completeness and blind_sources disagree"
        if (t["state"] == "cancelled") != (t["reason"] not in (None, "dismissed")):
            yield f"{name}: reason {t['reason']}"
        if not t["text"]["sv"] or not t["text"]["en"]:
            yield f"{name}: no sentence"
        if t["enter"] is None:
            continue
        decided = {
            "open": t["observed"] >= t["enter"],
            "cancelled": t["observed"] < t["enter"],
            "resolved": t["reason"] == "dismissed" or (t["observed"] <= t["exit"] and not t["blind_sources"]),
        }
        if not decided.get(t["state"], True):
            yield f"{name}: observed {t['observed']} does not give that state"


def check_alerts(want, alerts):
    left = trails_of(alerts)
    for trail in left:
        for problem in check_trail(trail):
            yield f"{trail[0]['rule']} in {trail[0]['area']}: {problem}"
    if "alerts" not in want:
        return
    for wanted in want["alerts"]:
        name = f"{wanted['rule']} in {wanted['area']} of {wanted['of']}"
        trail = next((t for t in left if all(t[0][k] == wanted[k] for k in ("rule", "area", "of"))), None)
        if trail is None:
            yield f"{name}: no such alert"
            continue
        left.remove(trail)
        states = "".join(t["state"] + " " for t in trail)
        if not re.fullmatch(state_pattern(wanted["states"]), states):
            yield f"{name}: {states.strip()}, want {' '.join(wanted['states'])}"
        for which, transition in (("first", trail[0]), ("last", trail[-1])):
            for path, value in wanted.get(which, {}).items():
                if not equal(value, field(transition, path)):
                    yield f"{name}: {which} {path} is {field(transition, path)}, want {value}"
    for trail in left:
        yield f"an alert that is not wanted: {trail[0]['rule']} in {trail[0]['area']}, {trail[0]['text']['en']}"


def check_areas(want, areas):
    for key, part in (("counts", "windows"), ("unlocated", "unlocated")):
        for wanted in want.get(key, []):
            cell = field(areas, wanted["area"]) or {}
            for step in (part, wanted["window"], wanted["of"]):
                cell = (cell or {}).get(step) or {}
            for name, number in wanted.items():
                if name in ("area", "window", "of"):
                    continue
                got = cell.get(name, {} if isinstance(number, dict) else 0)
                if got != number:
                    where = f"{wanted['area']} {wanted['window']} {wanted['of']}"
                    yield f"{key}: {where}: {name} is {got}, want {number}"
    for wanted in want.get("aggregates", []):
        for path, value in wanted.items():
            got = field(areas.get(wanted["area"], {}), path)
            if not equal(value, got):
                yield f"aggregate of {wanted['area']}: {path} is {got}, want {value}"


def check_dead(want, dead):
    left = [(d["reason"], d.get("pointer") or None) for d in dead]
    for wanted in want.get("dead_letters", []):
        hit = next((d for d in left if d[0] == wanted["reason"] and wanted.get("pointer", d[1]) == d[1]), None)
        if hit is None:
            yield f"dead letter {wanted} missing from {left}"
        else:
            left.remove(hit)
    if "dead_letters" in want:
        yield from (f"a dead letter that is not wanted: {d}" for d in left)


def check_case(binary, case):
    want = json.loads(case.with_name(case.name.replace(".in.ndjson", ".want.json")).read_text())
    config = case.parent / "lagesbild.yaml"
    try:
        lines = with_alert_ids(binary, config, case.read_text().splitlines())
        alerts, areas, dead, text = replay(binary, config, lines, want.get("until"))
    except RuntimeError as error:
        return [str(error)]
    problems = list(check_alerts(want, alerts)) + list(check_areas(want, areas)) + list(check_dead(want, dead))
    return problems + [f"the output holds {s!r}" for s in want.get("never_in_output", []) if s in text]


def main():
    if len(sys.argv) < 2:
        sys.exit(2 if print(__doc__) is None else 2)
    places = [pathlib.Path(p) for p in sys.argv[2:]] or sorted(p.parent for p in HERE.glob("*/lagesbild.yaml"))
    cases = [c for p in places for c in (sorted(p.glob("*.in.ndjson")) if p.is_dir() else [p])]
    failed = 0
    for case in cases:
        problems = check_case(sys.argv[1], case)
        failed += bool(problems)
        print(f"{'FAIL' if problems else 'ok  '} {case.parent.name}/{case.name.split('.')[0]}")
        for problem in problems:
            print(f"     {problem}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
