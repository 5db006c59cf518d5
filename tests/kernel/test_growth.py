"""The tables, the predictions and the plot of `./tunebook bench growth`, and the figures of `./tunebook bench checkpoint`."""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as Xml
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "kernel"))

from checkout import bench, growth, setup  # noqa: E402

COST = {"operations": 100, "kept": 1_000_000_000, "arguments": 500_000_000}
REFERENCE = growth.REFERENCE | COST | {"tokens_per_s": 256.0, "step_s": 2.0, "peak_gb": 3.0, "working_gb": 1.5}
LONGER = growth.REFERENCE | {"length": 1024, "operations": 250, "kept": 2_000_000_000, "arguments": 600_000_000,
                             "tokens_per_s": 256.0, "step_s": 4.0, "peak_gb": 4.51, "working_gb": 2.5}
LOST = LONGER | {"length": 2048, "operations": 800, "kept": 9_000_000_000}
for figure in ("tokens_per_s", "step_s", "peak_gb", "working_gb"):
    del LOST[figure]
LOST["out_of_memory"] = True


def results() -> list[dict]:
    return [r | {"predicted": growth.predicted(r, REFERENCE)} for r in (REFERENCE, LONGER, LOST)]


class PointsTest(unittest.TestCase):
    def test_each_series_has_all_its_points_without_and_with_checkpointed_layers(self):
        points = growth.points(list(growth.SERIES))
        self.assertEqual(points[0], growth.REFERENCE)
        for key, _, values in growth.SERIES.values():
            for value in values:
                for checkpointed in (False, True):
                    self.assertEqual(points.count(growth.REFERENCE | {key: value, "checkpoint_layers": checkpointed}), 1)
        self.assertEqual(len(points), 2 * (6 + 4 + 5 + 4 - 3))

    def test_a_short_run_still_has_the_reference(self):
        self.assertEqual([(p["length"], p["checkpoint_layers"]) for p in growth.points(["sequence"], 1)], [(512, False), (256, False), (256, True)])

    def test_an_unknown_series_is_named(self):
        with self.assertRaisesRegex(setup.SetupFault, "no series width"):
            growth.main(["--only", "width"])


class MeasureTest(unittest.TestCase):
    def measure(self, status: int, out: str, errors: str) -> dict:
        done = subprocess.CompletedProcess([], status, out, errors)
        with mock.patch.object(subprocess, "run", return_value=done), mock.patch.object(bench, "workload"), mock.patch.object(growth, "model"), \
                mock.patch.object(growth.java, "cli_command"), mock.patch("builtins.print"):
            return growth.measure(None, growth.REFERENCE, 2, "a point")

    def test_a_point_has_what_its_graph_says_and_what_was_measured(self):
        point = self.measure(0, '{"operations": 7}\n{"real_tokens_per_s": 9.5, "step_s": [3, 2, 4], "peak_rss_gb": 1.5, "working_gb": 0.5}\n', "")
        self.assertEqual(point, growth.REFERENCE | {"operations": 7, "tokens_per_s": 9.5, "step_s": 2, "peak_gb": 1.5, "working_gb": 0.5})

    def test_a_point_that_memory_was_too_small_for_is_kept_as_such(self):
        for status, errors in ((-9, ""), (137, ""), (1, "Session: the device's memory is full: ...")):
            self.assertEqual(self.measure(status, '{"operations": 7}\n', errors), growth.REFERENCE | {"operations": 7, "out_of_memory": True})

    def test_any_other_failure_stops_the_run(self):
        with self.assertRaisesRegex(setup.SetupFault, "1 x 512 tokens.*\nno such file"):
            self.measure(1, '{"operations": 7}\n', "no such file")


class PredictionTest(unittest.TestCase):
    def test_the_reference_predicts_itself(self):
        self.assertEqual(growth.predicted(REFERENCE, REFERENCE), {"tokens_per_s": 256.0, "step_s": 2.0, "peak_gb": 3.0})

    def test_time_grows_with_operations_and_memory_by_what_is_kept(self):
        self.assertEqual(growth.predicted(LONGER, REFERENCE), {"tokens_per_s": 1024 / 5, "step_s": 5.0, "peak_gb": 3.0 + 1.0 + 0.1})


class PageTest(unittest.TestCase):
    def test_the_table_shows_measured_predicted_and_their_ratio(self):
        lines = growth.tables(results()).splitlines()
        self.assertEqual(lines[0], "**Sequence**")
        self.assertEqual(lines[5], "| 1,024 | no | 4.00 | 256 | 205 | 1.25 | 4.51 | 4.10 | 1.10 | 2.50 |")
        self.assertEqual({line.count("|") for line in lines[2:]}, {11})

    def test_a_series_of_which_only_the_shared_point_was_measured_has_no_table(self):
        self.assertNotIn("**Rank**", growth.tables(results()))

    def test_a_lost_point_keeps_its_row_and_its_prediction(self):
        self.assertIn("| 2,048 | no | out of memory | | 128 | | | 11.10 | | |", growth.tables(results()))

    def test_the_page_changes_between_the_markers_only(self):
        page = f"before\n{growth.BEGIN}\nold\n{growth.END}\nafter\n"
        once = growth.between(page, "new")
        self.assertEqual(once, f"before\n{growth.BEGIN}\n\nnew\n\n{growth.END}\nafter\n")
        self.assertEqual(growth.between(once, "new"), once)
        self.assertIn("new", growth.between(growth.README.read_text(), "new"))

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "needs matplotlib")
    def test_the_plot_is_svg_with_text_and_without_a_background(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(bench, "environment", return_value=sys.executable):
            file = Path(folder) / "growth.svg"
            growth.plot(results(), file)
            drawn = file.read_text()
            growth.plot(results(), file)
            self.assertEqual(file.read_text(), drawn, "equal figures, equal file")
        texts = {t.text for t in Xml.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")}
        self.assertLessEqual({"tokens/s", "peak memory, GB", "1,024", "measured", "predicted"}, texts)
        self.assertNotIn("#ffffff", drawn)
        self.assertNotIn("#000000", drawn)


class CheckpointCostTest(unittest.TestCase):
    def test_the_share_is_the_median_of_neighbours(self):
        cost = bench.cost([10.2, 11.0, 20.4], [10.0, 10.0, 20.0])
        self.assertEqual((cost["step_without_s"], cost["step_with_s"]), (1.0, 1.1))
        self.assertAlmostEqual(cost["cost_share"], 0.02)
        self.assertAlmostEqual(cost["cost_share_most"], 0.1)


class PeerTest(unittest.TestCase):
    def test_bf16_that_takes_more_than_twice_as_long_as_f32_is_left_out(self):
        def taking(seconds):
            return lambda dtype: [sys.executable, "-c", f"import time; time.sleep({seconds[dtype]}); print('{{\"dtype\": \"{dtype}\"}}')"]
        quick = bench.both("toy", taking({"f32": 2, "bf16": 0}))  # twice of which a start of Python stays below on a busy machine too
        slow = bench.both("toy", taking({"f32": 0, "bf16": 60}))
        self.assertEqual([["f32", "bf16"], ["f32"]], [[run["dtype"] for run in runs] for runs in (quick, slow)])


if __name__ == "__main__":
    unittest.main()
