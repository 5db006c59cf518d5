"""Notebook 01's own cells, run over and over in one kernel."""

import json
import re
import unittest
from pathlib import Path

from kernels import OneKernel

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOK = ROOT / "notebooks" / "01-first-run.ipynb"
LIVE = 'for (int i = 0; i < 5; i++) { System.gc(); Thread.sleep(100); }\nSession.open().liveBytes()'


def cells() -> list[str]:
    """All code cells, with few rows and steps (fewer to warm up in than to run)."""
    code = ["".join(c["source"]) for c in json.loads(NOTEBOOK.read_text())["cells"] if c["cell_type"] == "code"]
    code = [re.sub(r"\b(select|maxSteps|evalEvery)\(\d+\)", r"\1(4)", source) for source in code]
    code = [re.sub(r"\bint steps = \d+", "int steps = 4", source) for source in code]
    return [re.sub(r"\bwarmupSteps\(\d+\)", "warmupSteps(1)", source) for source in code]


class RunAgainTest(OneKernel):
    def test_every_cell_five_times_over_leaves_on_the_device_what_the_first_pass_left(self):
        live = []
        for _ in range(5):
            for cell in cells():
                answer = self.k.run(cell)
                self.assertTrue(answer.ok, answer.errors)
            live.append(int(self.k.run(LIVE).value))
        self.assertGreater(live[0], 1_000_000)
        self.assertEqual(live, [live[0]] * 5)


if __name__ == "__main__":
    unittest.main()
