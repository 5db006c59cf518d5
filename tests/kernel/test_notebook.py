"""Notebook 01's own cells, run over and over in one kernel."""

import json
import unittest
from pathlib import Path

from kernels import OneKernel

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOK = ROOT / "notebooks" / "01-first-run.ipynb"
LIVE = 'for (int i = 0; i < 5; i++) { System.gc(); Thread.sleep(100); }\nSession.open().liveBytes()'


def cells_until(word: str) -> list[str]:
    """The code cells before the first that has `word`, which is left out."""
    cells = ["".join(c["source"]) for c in json.loads(NOTEBOOK.read_text())["cells"] if c["cell_type"] == "code"]
    return cells[:next(i for i, c in enumerate(cells) if word in c)]


@unittest.skipUnless(NOTEBOOK.exists(), "there is no notebook 01")
class RunAgainTest(OneKernel):
    def test_loading_the_model_and_attaching_lora_five_times_leaves_one_of_each_on_the_device(self):
        cells = [c for c in cells_until("new Trainer") if "FunctionCallScore" not in c]
        self.assertTrue(any("Gemma3.load" in c for c in cells) and any(".attach(" in c for c in cells))
        live = []
        for _ in range(5):
            for cell in cells:
                answer = self.k.run(cell)
                self.assertTrue(answer.ok, answer.errors)
            live.append(int(self.k.run(LIVE).value))
        self.assertGreater(live[0], 1_000_000)
        self.assertEqual(live, [live[0]] * 5)


if __name__ == "__main__":
    unittest.main()
