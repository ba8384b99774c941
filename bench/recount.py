#!/usr/bin/env python3
"""Says whether an engine's result of the workload is right. Shares no code with any engine.

usage: bench/recount.py WORKLOAD DUMP [--exact]

WORKLOAD is what build/bench/workload --out wrote, DUMP what build/bench/topics dump printed of the engine's outputs. Prints one JSON line;
exit 0: right, 1: wrong.

Compared, for every engine:
- counts: the latest aggregate of every area, for each class and for all, over 1 h, 6 h and 24 h, with a plain sum over the latest revision
  of every report. --exact (lagesbild): at the time of the last record, so what has only grown old since an area's last report must be gone
  as well, and the pictures' sums are compared too. Otherwise at the aggregate's own `as_of`, as long as that is not before the minute of the
  area's last report that counted: the peers are not asked to send an aggregate because time passed.
- alerts: each transition is there once (sequence numbers without gap or repeat), every (area, class) goes open, closed, open ...; a count of 8
  or more at the end is an open alert, one of 3 or fewer is none; an alert opens with 8 or more and resolves with 3 or fewer.
- episodes, --exact only: every alert's area, class, opening and end, to the millisecond, and whether it was resolved or cancelled, with a slow
  model that takes the records in the order of their timestamps. In the peers time is that of the partition that is furthest ahead, an alert ends
  when the next record or timer looks at it, and nothing is cancelled: their episodes are not the model's by definition, so they are counted and
  not compared. `episodes_differ` says nothing about a peer.
"""
import argparse, bisect, collections, datetime, heapq, json, pathlib, pickle, sys

MINUTE, HOUR = 60_000, 3_600_000
WINDOWS = {"1h": HOUR, "6h": 6 * HOUR, "24h": 24 * HOUR}
ENTER, EXIT = 8, 3


def millis(text):
    """RFC 3339 with Z, or milliseconds."""
    if isinstance(text, int):
        return text
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(at.timestamp() * 1000)


def lines_of(path):
    with open(path) as lines:
        yield from lines


def area_of(place):
    """The grid of bench/grid.h: a picture is 5 areas wide and 2 high."""
    row, column = int((place["lat"] - 58) / 0.05 + 1e-9), int((place["lon"] - 17) / 0.04 + 1e-9)
    return f"a-{(row // 2 * 10 + column // 5) * 10 + row % 2 * 5 + column % 5:03d}"


def read_workload(path):
    """(timestamp, id, revision, class, area, minute of occurrence) of each record, in the order of arrival."""
    day_start = {}
    for line in lines_of(path):
        timestamp, _, text = line.split("\t", 2)
        report = json.loads(text)
        occurred = report["occurred_from"]  # 2026-01-05T00:00:20.584Z
        day = occurred[:10]
        if day not in day_start:
            day_start[day] = millis(day + "T00:00:00Z")
        minute = day_start[day] + int(occurred[11:13]) * HOUR + int(occurred[14:16]) * MINUTE
        yield int(timestamp), (report["org"], report["id"]), report["revision"], report["class"], area_of(report["place"]), minute


class Series:
    """Reports of one (area, class), by minute; all of them stay."""

    def __init__(self):
        self.minutes = collections.Counter()
        self.sorted = []
        self.opened = None

    def add(self, minute, sign):
        if minute not in self.minutes:
            bisect.insort(self.sorted, minute)
        self.minutes[minute] += sign

    def count(self, clock, window=HOUR):
        """Minutes whose start is less than the window before the clock."""
        first = bisect.bisect_right(self.sorted, clock - window)
        return sum(self.minutes[m] for m in self.sorted[first:bisect.bisect_right(self.sorted, clock)])

    def next_due(self, clock):
        """When something next falls out of the hour."""
        for m in self.sorted[bisect.bisect_right(self.sorted, clock - HOUR):]:
            if self.minutes[m]:
                return m + HOUR
        return None

    def ever_reached(self, clock):
        """Whether, with the reports as now known, the count was ENTER at any time since the opening."""
        if self.count(clock) >= ENTER:
            return True
        at = bisect.bisect_right(self.sorted, clock)
        while at > 0 and self.sorted[at - 1] > self.opened:
            at -= 1
            if self.count(self.sorted[at]) >= ENTER:
                return True
        return self.count(self.opened) >= ENTER


class Model:
    """All of the workload, an instant (millisecond) at a time: expiry, then records, then one judgement."""

    def __init__(self, workload):
        self.series = collections.defaultdict(Series)
        self.reports = {}  # id: (revision, area, class, minute)
        self.episodes = []  # (area, class, opened, ended, how)
        self.last_of_area = {}
        self.due = []
        touched, clock = {}, None
        self.records = 0
        for timestamp, key, revision, of, area, minute in read_workload(workload):
            self.records += 1
            if timestamp != clock:
                self.judge(touched, clock)
                touched = self.expire(timestamp)
                clock = timestamp
            held = self.reports.get(key)
            if held and held[0] >= revision:
                continue
            self.last_of_area[area] = timestamp
            if held:
                self.series[held[1:3]].add(held[3], -1)
                touched[held[1:3]] = True  # something was taken away, and not by time
            self.reports[key] = (revision, area, of, minute)
            self.series[area, of].add(minute, 1)
            touched.setdefault((area, of), False)
        self.judge(touched, clock)
        self.last = clock
        self.judge(self.expire(clock + 1), clock + 1)
        for key, series in self.series.items():
            if series.opened is not None:
                self.episodes.append((*key, series.opened, None, "open"))

    def expire(self, until):
        """Judges what falls due before `until`; returns what is due just then."""
        while self.due and self.due[0][0] < until:
            at = self.due[0][0]
            touched = {}
            while self.due and self.due[0][0] == at:
                touched[heapq.heappop(self.due)[1]] = False
            self.judge(touched, at)
        touched = {}
        while self.due and self.due[0][0] == until:
            touched[heapq.heappop(self.due)[1]] = False
        return touched

    def judge(self, touched, clock):
        for key, taken_away in touched.items():
            series = self.series[key]
            count = series.count(clock)
            if series.opened is None:
                if count >= ENTER:
                    series.opened = clock
            elif taken_away and not series.ever_reached(clock):
                self.episodes.append((*key, series.opened, clock, "cancelled"))
                series.opened = None
            elif count <= EXIT:
                self.episodes.append((*key, series.opened, clock, "resolved"))
                series.opened = None
            if series.opened is not None:
                due = series.next_due(clock)
                if due is not None:
                    heapq.heappush(self.due, (due, key))

    def classes(self):
        return sorted({of for _, of in self.series})


def model_of(workload):
    """The model, from a file beside the workload if it is there."""
    kept = pathlib.Path(f"{workload}.model")
    if kept.exists() and kept.stat().st_mtime > max(pathlib.Path(workload).stat().st_mtime, pathlib.Path(__file__).stat().st_mtime):
        return pickle.loads(kept.read_bytes())
    model = Model(workload)
    ofs = model.classes()
    plain = {"last": model.last, "records": model.records, "episodes": sorted(model.episodes, key=str), "last_of_area": model.last_of_area,
             "minutes": {key: (list(s.sorted), dict(s.minutes)) for key, s in model.series.items()}, "classes": ofs}
    kept.write_bytes(pickle.dumps(plain))
    return plain


def counts_at(model, areas, clock):
    """{window: {class or "all": count}} of some areas together."""
    counts = {}
    for name, window in WINDOWS.items():
        found = {}
        for of in model["classes"]:
            total = 0
            for area in areas:
                minutes, by = model["minutes"].get((area, of), ((), {}))
                total += sum(by[m] for m in minutes[bisect.bisect_right(minutes, clock - window):bisect.bisect_right(minutes, clock)])
            if total:
                found[of] = total
        if found:
            found["all"] = sum(found.values())
        counts[name] = found
    return counts


def plain_counts(aggregate, classes):
    """An aggregate's counts in one form: lagesbild has an object a class, the peers a number; families are left out."""
    counts = {name: {} for name in WINDOWS}
    for name, found in aggregate["windows"].items():
        for of, value in found.items():
            value = value["incidents"] if isinstance(value, dict) else value
            if value and (of == "all" or of in classes):
                counts[name][of] = value
    return counts


def read_dump(path):
    alerts, aggregates, end = collections.defaultdict(list), {}, {}
    for line in lines_of(path):
        entry = json.loads(line)
        if "alert" in entry:
            alerts[entry["alert"]["alert_id"]].append(entry["alert"])
        elif "aggregate" in entry:
            aggregates[entry["aggregate"]["area"]] = entry["aggregate"]
        else:
            end = entry["end"]
    return alerts, aggregates, end


def episodes_of(alerts, problems):
    """(area, class, opened, ended, how) of every alert."""
    episodes = []
    for alert_id, transitions in alerts.items():
        if [t["sequence"] for t in transitions] != list(range(1, len(transitions) + 1)):
            problems["sequence"] += 1
        opened = None
        for t in transitions:
            if t["state"] == "open":
                problems["opened twice"] += opened is not None
                problems["opened below the limit"] += t["observed"] < ENTER
                opened = millis(t["at"])
            elif t["state"] in ("resolved", "cancelled"):
                problems["ended twice"] += opened is None
                problems["resolved above the limit"] += t["state"] == "resolved" and t["observed"] > EXIT
                episodes.append((t["area"], t["of"], opened, millis(t["at"]), t["state"]))
                opened = None
        if opened is not None:
            episodes.append((transitions[0]["area"], transitions[0]["of"], opened, None, "open"))
    return episodes


def compare(workload, dump, exact):
    model = model_of(workload)
    alerts, aggregates, end = read_dump(dump)
    problems = collections.Counter()
    cells = wrong = 0
    final = model["last"] + 1
    areas = {area: [area] for area in model["last_of_area"]}
    if exact:
        for area in model["last_of_area"]:
            areas.setdefault(f"p-{int(area[2:]) // 10:02d}", []).append(area)
    for area, parts in areas.items():
        aggregate = aggregates.get(area)
        if aggregate is None:
            problems["areas without an aggregate"] += 1
            continue
        clock = final if exact else millis(aggregate["as_of"])
        if not exact and clock < model["last_of_area"][area] // MINUTE * MINUTE:
            problems["aggregates from before the last record"] += 1
        is_there, should_be = plain_counts(aggregate, model["classes"]), counts_at(model, parts, clock)
        for window in WINDOWS:
            for of in is_there[window].keys() | should_be[window].keys():
                cells += 1
                wrong += is_there[window].get(of, 0) != should_be[window].get(of, 0)
    episodes = episodes_of(alerts, problems)
    open_now = {(area, of) for area, of, _, _, how in episodes if how == "open"}
    for (area, of), (minutes, by) in model["minutes"].items():
        clock = final if exact or area not in aggregates else millis(aggregates[area]["as_of"])
        count = sum(by[m] for m in minutes[bisect.bisect_right(minutes, clock - HOUR):bisect.bisect_right(minutes, clock)])
        problems["not open at the end"] += count >= ENTER and (area, of) not in open_now
        problems["open at the end"] += count <= EXIT and (area, of) in open_now
    theirs, ours = collections.Counter(map(tuple, episodes)), collections.Counter(map(tuple, model["episodes"]))
    differ = sum((theirs - ours).values()) + sum((ours - theirs).values())
    problems = {what: n for what, n in problems.items() if n}
    right = not problems and wrong == 0 and (not exact or differ == 0)
    return {"right": right, "counts": cells, "counts_wrong": wrong, "episodes": len(episodes), "episodes_of_the_model": len(model["episodes"]),
            "episodes_differ": differ, "problems": problems, "transitions": sum(map(len, alerts.values())), **end}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", type=pathlib.Path)
    parser.add_argument("dump", type=pathlib.Path)
    parser.add_argument("--exact", action="store_true")
    args = parser.parse_args()
    result = compare(args.workload, args.dump, args.exact)
    print(json.dumps(result))
    sys.exit(0 if result["right"] else 1)


if __name__ == "__main__":
    main()
