#!/usr/bin/env python3
"""bench/recount.py takes a right result and refuses each way in which a result can be wrong. Prints its seed and takes it by LAGESBILD_SEED."""
import copy, json, os, pathlib, random, sys, tempfile, unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
import recount

SEED = int(os.environ.get("LAGESBILD_SEED", random.randrange(1 << 30)))
START = 1_767_571_200_000  # 2026-01-05T00:00:00Z
PLACES = {"a-000": (58.02, 17.02), "a-001": (58.02, 17.06), "a-010": (58.02, 17.22)}


def time_text(ms):
    at = recount.datetime.datetime.fromtimestamp(ms / 1000, recount.datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def write_workload(path, rng):
    """A day of 4,000 reports on three areas and two classes, with repeats and corrections."""
    records = []
    for i in range(4000):
        occurred = START + rng.randrange(26 * recount.HOUR)
        area = rng.choices(list(PLACES), (8, 3, 1))[0]
        lat, lon = PLACES[area]
        report = {"org": "org-00", "id": f"r-{i}", "revision": 1, "class": rng.choices(["theft", "arson"], (4, 1))[0],
                  "occurred_from": time_text(occurred), "place": {"lat": lat, "lon": lon}}
        arrived = occurred + rng.randrange(recount.HOUR)
        records.append((arrived, report))
        if rng.random() < 0.05:
            records.append((arrived + rng.randrange(600_000), report))
        if rng.random() < 0.1:
            records.append((arrived + 1 + rng.randrange(recount.HOUR), {**report, "revision": 2, "class": "arson"}))
    records.sort(key=lambda record: record[0])
    path.write_text("".join(f"{at}\t0\t{json.dumps(report)}\n" for at, report in records))


def right_outputs(workload):
    """What an engine that agrees with the model would have sent."""
    model = recount.model_of(workload)
    lines = []
    for n, (area, of, opened, ended, how) in enumerate(model["episodes"]):
        base = {"alert_id": f"x-{n}", "area": area, "of": of}
        lines.append({"alert": {**base, "sequence": 1, "state": "open", "at": opened, "observed": 8}})
        if ended is not None:
            lines.append({"alert": {**base, "sequence": 2, "state": how, "at": ended, "observed": 3}})
    final = model["last"] + 1
    areas = {area: [area] for area in model["last_of_area"]}
    for area in list(areas):
        areas.setdefault(f"p-{int(area[2:]) // 10:02d}", []).append(area)
    for area, parts in areas.items():
        lines.append({"aggregate": {"area": area, "as_of": final, "windows": recount.counts_at(model, parts, final)}})
    return [*lines, {"end": {}}]


class RecountTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}")
        cls.folder = tempfile.TemporaryDirectory()
        cls.workload = pathlib.Path(cls.folder.name) / "workload"
        write_workload(cls.workload, random.Random(SEED))
        cls.right = right_outputs(cls.workload)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def is_right(self, lines, exact=True):
        dump = self.workload.parent / "dump"
        dump.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return recount.compare(self.workload, dump, exact)["right"]

    def changed(self, change):
        lines = copy.deepcopy(self.right)
        change(lines)
        return lines

    def test_takes_what_is_right(self):
        self.assertTrue(self.is_right(self.right))
        self.assertTrue(self.is_right(self.right, exact=False))

    def test_has_something_to_compare(self):
        states = [line["alert"]["state"] for line in self.right if "alert" in line]
        self.assertGreater(states.count("resolved"), 5)

    def test_refuses_a_count_that_is_one_off(self):
        def change(lines):
            counts = next(line for line in lines if "aggregate" in line)["aggregate"]["windows"]["24h"]
            counts["all"] += 1
        self.assertFalse(self.is_right(self.changed(change)))
        self.assertFalse(self.is_right(self.changed(change), exact=False))

    def test_refuses_a_missing_aggregate(self):
        def change(lines):
            lines.remove(next(line for line in lines if "aggregate" in line))
        self.assertFalse(self.is_right(self.changed(change)))

    def test_refuses_an_aggregate_from_before_the_last_report(self):
        def change(lines):
            next(line for line in lines if "aggregate" in line)["aggregate"]["as_of"] = START
        self.assertFalse(self.is_right(self.changed(change), exact=False))

    def test_refuses_a_transition_that_is_there_twice(self):
        def change(lines):
            lines.insert(1, lines[0])
        self.assertFalse(self.is_right(self.changed(change)))
        self.assertFalse(self.is_right(self.changed(change), exact=False))

    def test_refuses_a_transition_that_is_missing(self):
        def change(lines):
            lines.remove(next(line for line in lines if line.get("alert", {}).get("state") == "resolved"))
        self.assertFalse(self.is_right(self.changed(change)))

    def test_refuses_an_episode_that_begins_a_millisecond_late(self):
        def change(lines):
            lines[0]["alert"]["at"] += 1
        self.assertFalse(self.is_right(self.changed(change)))

    def test_refuses_an_alert_of_another_area(self):
        def change(lines):
            for line in lines:
                if line.get("alert", {}).get("alert_id") == "x-0":
                    line["alert"]["area"] = "a-999"
        self.assertFalse(self.is_right(self.changed(change)))

    def test_refuses_an_alert_below_the_limit(self):
        def change(lines):
            lines[0]["alert"]["observed"] = 7
        self.assertFalse(self.is_right(self.changed(change), exact=False))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
