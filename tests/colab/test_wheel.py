"""The wheel, installed beside the versions of Jupyter's parts that Colab has: kernelspec, commands, the whole protocol over tcp and ipc."""

import subprocess
import sys
import tempfile
import unittest
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "kernel"))

from jupyter_client.kernelspec import KernelSpecManager  # noqa: E402
from test_protocol import ProtocolOverIpcTest, ProtocolTest  # noqa: E402, F401

from kernels import kernel  # noqa: E402

TUNEBOOK = Path(sys.prefix) / "bin" / "tunebook"


class WheelTest(unittest.TestCase):
    def test_these_are_colabs_versions_and_the_kernel_is_the_wheels(self):
        self.assertEqual([version(p) for p in ("jupyter_client", "pyzmq", "ipykernel")], ["7.4.9", "26.2.1", "6.17.1"])
        self.assertTrue(KernelSpecManager().find_kernel_specs()["tunebook"].startswith(sys.prefix))

    def test_a_notebook_anywhere_in_the_course_finds_its_data(self):
        with tempfile.TemporaryDirectory() as folder:
            said = subprocess.run([TUNEBOOK, "course", folder], capture_output=True, text=True, check=True).stdout
            self.assertIn("files written", said)
            again = subprocess.run([TUNEBOOK, "course", folder], capture_output=True, text=True, check=True).stdout
            self.assertTrue(again.startswith("0 files written"), again)
            with kernel(work=f"{folder}/notebooks") as k:
                shown = k.run('Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"))')
                self.assertTrue(shown.ok, shown.errors)

    def test_the_librarys_documentation_comes_with_it(self):
        with kernel() as k:
            shown = k.client.inspect("HostArray.zeros(", 16, reply=True, timeout=30)["content"]["data"]["text/plain"]
            self.assertIn("zeros(DType dtype, Shape shape)", shown)
            self.assertGreater(len(shown.splitlines()), 1)

    def test_what_python_does_not_know_is_asked_of_java(self):
        said = subprocess.run([TUNEBOOK, "version"], capture_output=True, text=True, check=True).stdout
        self.assertIn("Tunebook " + version("tunebook"), said)


if __name__ == "__main__":
    unittest.main()
