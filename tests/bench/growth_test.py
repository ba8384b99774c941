#!/usr/bin/env python3
"""What of bench/growth needs no broker: the workload's bytes, a tiny run of each dimension by replay, the checks of a run, tables and plot.

usage: growth_test.py BUILD_FOLDER
"""
import dataclasses, hashlib, pathlib, sys, tempfile, unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from lib import growth_plot
from lib.dimensions import all_dimensions, label
from lib.growth_runs import Replays, Wrong, check, difference
from lib.process import Process, run

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
WORKLOAD = BUILD / "bench" / "workload"
# Of 5,000 reports and of the map: what bench/run has always measured with.
REPORTS_SHA256 = "aa14f0a7198cd35bd3c31f65d4ebff233911a4929e35e9aed713704d723799df"
AREAS_SHA256 = "92d6aa3d076c3ac3744d805700f2ce0a9d726fe408a18d8636990c9ef8879691"


class WorkloadTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def records(self, *options):
        run(WORKLOAD, "--out", self.folder / "out", *options)
        return (self.folder / "out").read_text().splitlines()

    def test_its_default_bytes_stay_as_they_are(self):
        run(WORKLOAD, "--events", 5000, "--out", self.folder / "out", "--areas", self.folder / "areas")
        self.assertEqual(hashlib.sha256((self.folder / "out").read_bytes()).hexdigest(), REPORTS_SHA256)
        self.assertEqual(hashlib.sha256((self.folder / "areas").read_bytes()).hexdigest(), AREAS_SHA256)

    def test_replay_lines_hold_the_same_reports(self):
        records = self.records("--events", 200, "--replay", self.folder / "replay")
        lines = (self.folder / "replay").read_text().splitlines()
        self.assertEqual(len(lines), 200)
        for record, line in zip(records, lines):
            self.assertTrue(line.endswith('"value":' + record.split("\t")[2] + "}"))

    def test_a_sweep_visits_each_pair_as_often(self):
        records = self.records("--events", 360, "--grid", 20, "--classes", 6, "--pairs", 120, "--sweeps", 3)
        classes = [record.split('"class":"')[1].split('"')[0] for record in records]
        self.assertEqual({name: classes.count(name) for name in set(classes)}, {name: 60 for name in
                         ("assault", "robbery", "threat", "vandalism", "burglary", "theft")})

    def test_partitions_are_as_many_as_asked_for(self):
        self.assertEqual({record.split("\t")[1] for record in self.records("--events", 500, "--partitions", 7)}, set("0123456"))


class RunTest(unittest.TestCase):
    def test_each_dimension_runs_by_replay_and_is_found_right(self):
        with tempfile.TemporaryDirectory() as folder:
            replays = Replays(BUILD, pathlib.Path(folder))
            for dimension in (d for d in all_dimensions(quick=True) if d.how == "replay"):
                for point in (dimension.points[0], dimension.points[1]):
                    sweeps = point.few - 5_000 if dimension.name in ("series", "alerts") else 0
                    with self.subTest(dimension=dimension.name, x=point.x):
                        found = replays.point(dataclasses.replace(point, few=sweeps + 1000, many=sweeps + 5000))
                        self.assertGreater(found["peak_bytes"], 1 << 20)

    def test_a_run_that_lost_a_record_or_raised_something_else_is_refused(self):
        point = next(p for d in all_dimensions(quick=True) if d.name == "alerts" for p in d.points if p.x == 100)
        right = {"sent": 10, "taken": 10, "transitions": 100, "out_of_area": 0, "dead_letters": 0}
        check(point, right)
        for change in ({"taken": 9}, {"transitions": 99}, {"out_of_area": 1}, {"dead_letters": 1}):
            with self.subTest(change), self.assertRaises(Wrong):
                check(point, {**right, **change})

    def test_alerts_where_none_or_some_are_expected(self):
        run_of = {"sent": 1, "taken": 1, "transitions": 0}
        areas = next(d for d in all_dimensions(quick=True) if d.name == "areas").points
        check(next(p for p in areas if p.transitions == "none"), run_of)
        with self.assertRaises(Wrong):
            check(next(p for p in areas if p.transitions == "some"), run_of)

    def test_start_up_is_in_both_runs_and_not_in_their_difference(self):
        few, many = ({"sent": n, "cpu_s": 5 + n * 1e-5, "wall_s": 6 + n * 1e-5, "peak_bytes": n, "transitions": n} for n in (1000, 10_000))
        self.assertAlmostEqual(difference(few, many)["cpu_us"], 10)
        self.assertAlmostEqual(difference(few, {**many, "wall_s": 7.0})["rate"], 9000 / 0.99)

    def test_walls_that_are_about_the_same_give_no_rate(self):
        run_of = {"sent": 1000, "cpu_s": 1, "wall_s": 10, "peak_bytes": 1, "transitions": 1}
        self.assertIsNone(difference(run_of, {**run_of, "sent": 5000, "wall_s": 9.9})["rate"])


class PlotTest(unittest.TestCase):
    def setUp(self):
        self.dimensions = all_dimensions(quick=False)
        self.figures = {"when": "2026-01-01", "machine": "a & b", "load": "0.1", "load_end": "0.2", "command": "bench/growth", "wrong": ["one < two"], "dimensions": {
            d.name: [{"x": p.x, "line": p.line, "cpu_us": 12.5, "peak_bytes": 3 << 20, "rate": 1e5, "transitions": 7} for p in d.points]
            for d in self.dimensions}}

    def test_every_point_of_every_dimension_is_in_the_plot(self):
        drawn = xml.fromstring(growth_plot.svg(self.dimensions, self.figures))
        texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
        for dimension in self.dimensions:
            self.assertIn(dimension.title, texts)
            for point in dimension.points:
                self.assertIn(label(dimension.name, point.x), texts)

    def test_a_dimension_that_was_not_measured_is_left_out(self):
        self.figures["dimensions"] = {}
        xml.fromstring(growth_plot.svg(self.dimensions, self.figures))
        self.assertNotIn("Areas", growth_plot.markdown(self.dimensions, self.figures))

    def test_the_table_names_what_was_wrong(self):
        self.assertIn("WRONG: one < two", growth_plot.markdown(self.dimensions, self.figures))

    def test_zero_has_a_place_of_its_own_on_a_log_axis(self):
        at = growth_plot.positions([0, 10, 100, 1000])
        self.assertEqual([round(at[x], 6) for x in (0, 10, 100, 1000)], [0, round(1 / 3, 6), round(2 / 3, 6), 1])


if __name__ == "__main__":
    try:
        unittest.main(argv=[sys.argv[0], "-v"])
    finally:
        Process.kill_all()
