"""A notebook's first cell, as a Python kernel of Colab's versions runs it and as the Java kernel does."""

import json
import os
import sys
import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "kernel"))

from kernels import Kernel, kernel  # noqa: E402

CELL = (ROOT / "lib" / "resources" / "tunebook" / "first-cell.txt").read_text().strip()
SECRET = "hf_" + "x" * 20
# What of google.colab the cell uses.
COLAB = """
import os, sys, types
os.environ["COLAB_RELEASE_TAG"] = "test"
from tunebook_kernel import jdk
jdk.in_colab = lambda: True
class NotebookAccessError(Exception): pass
def get(name):
    if {refuses}: raise NotebookAccessError(name)
    return "{secret}"
sys.modules["google.colab"] = types.SimpleNamespace(userdata=types.SimpleNamespace(get=get))
sys.modules.setdefault("google", types.SimpleNamespace(colab=sys.modules["google.colab"]))
"""


class FirstCellTest(unittest.TestCase):
    @contextmanager
    def python(self):
        """A Python kernel over ipc in an empty folder, with an empty home for the hub."""
        with tempfile.TemporaryDirectory() as folder, kernel("ipc", name="python3", env=os.environ | {"HF_HOME": f"{folder}/hf"}) as k:
            k.run(f"import os; os.chdir({folder!r})")
            yield k, Path(folder)

    def answered(self, k: Kernel, answer: str):
        cell = k.client.execute(CELL, allow_stdin=True)
        self.assertIn("HF_TOKEN", k.client.get_stdin_msg(timeout=60)["content"]["prompt"])
        k.client.input(answer)
        return k.wait(cell)

    def test_under_python_it_gets_what_is_needed_and_says_what_to_click(self):
        with self.python() as (k, folder):
            answer = k.run(CELL)
            self.assertEqual(answer.errors, [])
            self.assertIn("Kernel → Change Kernel… → Tunebook (Java)", answer.text)
            self.assertTrue((folder / "data" / "tiny-functiongemma" / "model.safetensors").is_file())

    def test_in_colab_the_token_is_copied_if_the_user_says_so_and_never_shown(self):
        with self.python() as (k, folder):
            k.run(COLAB.format(secret=SECRET, refuses=False))
            self.assertFalse((folder / "hf" / "token").exists())
            self.assertIn("reload this page", self.answered(k, "").text)
            self.assertFalse((folder / "hf" / "token").exists())
            shown = self.answered(k, "y")
            self.assertEqual((folder / "hf" / "token").read_text(), SECRET)
            self.assertEqual((folder / "hf" / "token").stat().st_mode & 0o777, 0o600)
            self.assertNotIn(SECRET, json.dumps([shown.text, shown.errors, shown.results, shown.displays]))

    def test_a_secret_that_colab_does_not_give_is_said(self):
        with self.python() as (k, folder):
            k.run(COLAB.format(secret=SECRET, refuses=True))
            self.assertIn("Colab gives no secret HF_TOKEN to this notebook (NotebookAccessError)", self.answered(k, "y").text)
            self.assertFalse((folder / "hf" / "token").exists())

    def test_under_python_without_a_jdk_it_says_what_to_install(self):
        with self.python() as (k, _):
            k.run("import os; os.environ['TUNEBOOK_JAVA_HOME'] = '/nowhere'")
            self.assertIn("TUNEBOOK_JAVA_HOME is /nowhere", k.run(CELL).text)

    def test_in_java_it_says_that_all_is_there(self):
        with kernel() as k:
            answer = k.run(CELL)
            self.assertEqual((answer.errors, answer.results), ([], []))
            self.assertRegex(answer.text, r"^This notebook runs in Java \d\d with Tunebook .*: there is nothing to install.\n$")
            self.assertIn("this is the Java kernel, which runs no Python", k.run("%pip install numpy").errors[0]["evalue"])

    def test_a_token_that_is_asked_for_in_java_is_kept_and_never_shown(self):
        with tempfile.TemporaryDirectory() as folder, kernel("ipc", env=os.environ | {"HF_HOME": folder}) as k:
            cell = k.client.execute("Hub.login()", allow_stdin=True)
            asked = k.client.get_stdin_msg(timeout=60)["content"]
            self.assertTrue(asked["password"])
            k.client.input(SECRET)
            answer = k.wait(cell)
            self.assertEqual(answer.value, f"{folder}/token")
            self.assertEqual(Path(folder, "token").read_text(), SECRET)
            self.assertNotIn(SECRET, json.dumps([answer.text, answer.results, answer.displays]))
            refused = k.wait(k.client.execute("Hub.login()", allow_stdin=False))
            self.assertIn("no front end that can ask", refused.errors[0]["evalue"])


if __name__ == "__main__":
    unittest.main()
