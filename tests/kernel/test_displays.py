"""Displays in a real kernel: in place, not too often, with text beside HTML."""

import time
import unittest

from kernels import OneKernel

HTML, TEXT = "text/html", "text/plain"


class DisplayTest(OneKernel):
    def test_progress_is_drawn_in_place_a_few_times_a_second_and_left_final(self):
        begun = time.monotonic()
        answer = self.k.run('try (var p = Progress.of("work", 300)) { for (int i = 0; i < 300; i++) { Thread.sleep(10); p.step(); } }')
        seconds = time.monotonic() - begun
        self.assertEqual(len(answer.displays), 1)
        self.assertGreaterEqual(len(answer.updates), 3)
        self.assertLessEqual(len(answer.updates), 4 * seconds + 2)
        ids = {d["transient"]["display_id"] for d in answer.displays + answer.updates}
        self.assertEqual(len(ids), 1)
        self.assertIn("300/300", answer.updates[-1]["data"][TEXT])

    def test_a_curve_is_drawn_while_steps_arrive_and_its_last_state_is_the_whole_run(self):
        answer = self.k.run("""
            var steps = new ArrayList<StepReport>();
            var curve = LossCurve.live();
            for (int n = 1; n <= 40; n++) {
                steps.add(new StepReport(n, 40, 3.0 / n, 1e-4, 1, 100, 10, 2, .1, 1000, 20, 40 - n, 1 << 20, OptionalDouble.empty()));
                curve.onStep(steps.getLast());
                Thread.sleep(20);
            }
            curve.onEnd(new History(steps, false));""")
        self.assertGreaterEqual(len(answer.updates), 2)
        self.assertIn("step 40/40", answer.updates[-1]["data"][TEXT])
        self.assertIn("<svg", answer.updates[-1]["data"][HTML])

    def test_values_of_the_library_show_themselves(self):
        for code, part in {
            'new ToolCall("show_map", Map.of("query", "x"))': "show_map(",
            'tech.tablesaw.api.Table.create("t", tech.tablesaw.api.StringColumn.create("word", "cat"))': "word",
            'record P(int n) {}\nTableView.of(List.of(new P(3)))': "n",
        }.items():
            with self.subTest(code=code):
                data = self.k.run(code).results[0]["data"]
                self.assertIn(part, data[TEXT])
                self.assertTrue(data[HTML].startswith("<"))

    def test_a_display_that_fails_leaves_the_value_as_text(self):
        answer = self.k.run("""
            class Broken { public String toString() { throw new IllegalStateException("no text"); } }
            new Broken()""")
        self.assertTrue(answer.ok)
        self.assertIn("whose toString fails", answer.value)

    def test_java_util_and_library_names_need_no_import(self):
        for code in ("List.of(1)", "Path.of(\"x\")", "Pattern.compile(\"x\")", "Shape.of(1)", "new TrainConfig()", "Collectors.toList()"):
            with self.subTest(code=code):
                self.assertTrue(self.k.run(code).ok)


if __name__ == "__main__":
    unittest.main()
