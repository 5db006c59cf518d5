"""`./tunebook run`: what it executes, writes, prints and refuses."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "kernel" / "checkout" / "execute.py"


def cell(source: str, **metadata) -> dict:
    return {"cell_type": "code", "id": f"c{abs(hash(source)) % 10**8}", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


class RunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_text(self, text: str, out: str = "") -> subprocess.CompletedProcess:
        source = self.folder / "book.ipynb"
        source.write_text(text)
        return subprocess.run([sys.executable, "-I", SCRIPT, source, out or self.folder / "out", ROOT], capture_output=True, text=True)

    def run_cells(self, *cells: dict) -> subprocess.CompletedProcess:
        return self.run_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    def test_cells_run_at_the_top_of_the_checkout_and_scores_are_printed(self):
        done = self.run_cells(cell('System.out.println("score: here " + Files.exists(Path.of("pom.xml")));'))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("  score: here true\n", done.stdout)
        executed = json.loads((self.folder / "out" / "book.ipynb").read_text())
        self.assertEqual(executed["cells"][0]["execution_count"], 1)
        page = (self.folder / "out" / "book.html").read_text()
        self.assertNotIn('src="http', page)
        self.assertNotIn('href="http', page)

    def test_an_expected_error_passes_and_one_that_does_not_come_fails(self):
        wrong = 'throw new IllegalStateException("too hot");'
        self.assertEqual(self.run_cells(cell(wrong, tags=["raises-exception"], **{"raises": "too hot"})).returncode, 0)
        other = self.run_cells(cell(wrong, tags=["raises-exception"], **{"raises": "too cold"}))
        self.assertEqual(other.returncode, 1)
        self.assertIn("should have raised 'too cold' and raised 'too hot'", other.stderr)
        self.assertEqual(self.run_cells(cell("1 + 1", tags=["raises-exception"], **{"raises": "x"})).returncode, 1)

    def test_a_failing_cell_fails_the_run_and_what_came_before_is_kept(self):
        done = self.run_cells(cell("1 + 1"), cell("int n = nothing;"), cell("2 + 2"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot find symbol", done.stderr)
        cells = json.loads((self.folder / "out" / "book.ipynb").read_text())["cells"]
        self.assertEqual([c["execution_count"] for c in cells], [1, 2, None])

    def test_what_is_no_notebook_is_refused_in_one_line(self):
        for text in ("{", '{"cells": 3}', ""):
            with self.subTest(text=text):
                done = self.run_text(text)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                self.assertIn("not a notebook", done.stderr)

    def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(self):
        (self.folder / "file").touch()
        done = self.run_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), str(self.folder / "file" / "out"))
        self.assertEqual((done.returncode, len(done.stderr.strip().splitlines())), (1, 1))
        self.assertIn("name another with --out", done.stderr)


if __name__ == "__main__":
    unittest.main()
