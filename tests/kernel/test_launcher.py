"""The launcher finds a JDK, or says in one sentence what to do."""

import dataclasses
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "kernel"))

from tunebook_kernel import course, java, jdk, proxy, spec  # noqa: E402

MODULES = "java.base jdk.compiler jdk.incubator.vector jdk.jshell"


class JdkTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def make(self, name: str, version: str, modules: str = MODULES) -> Path:
        home = self.folder / name
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "java").touch(mode=0o755)
        (home / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
        return home

    def find(self, *homes: Path, named: str = "") -> jdk.Jdk:
        env = {"TUNEBOOK_JAVA_HOME": named} if named else {}
        with mock.patch.object(jdk, "candidates", lambda: list(homes)), mock.patch.dict(os.environ, env):
            return jdk.find()

    def sentence(self, *homes: Path, named: str = "") -> str:
        with self.assertRaises(jdk.NoJdk) as raised:
            self.find(*homes, named=named)
        words = str(raised.exception)
        self.assertNotIn("\n", words)
        return words

    def test_the_first_that_is_new_enough_and_whole_is_taken(self):
        good = self.make("25", "25.0.3")
        found = self.find(self.make("17", "17.0.15"), self.make("jre", "25.0.1", "java.base"), good, self.make("26", "26"))
        self.assertEqual((found.home, found.version), (good, 25))

    def test_old_ones_are_named_with_the_command_that_helps(self):
        words = self.sentence(self.make("17", "17.0.15"), self.make("8", "1.8.0_402"))
        self.assertIn("17 (which is version 17.0.15)", words)
        self.assertIn("8 (which is version 1.8.0_402)", words)
        self.assertIn("openjdk", words)

    def test_a_runtime_without_the_compiler_is_not_enough(self):
        self.assertIn("lacks the modules jdk.jshell, jdk.compiler, jdk.incubator.vector", self.sentence(self.make("jre", "25", "java.base")))

    def test_a_runtime_without_the_vector_module_would_not_start(self):
        self.assertIn("lacks the modules jdk.incubator.vector", self.sentence(self.make("linked", "25", "java.base jdk.compiler jdk.jshell")))

    def test_no_java_at_all(self):
        self.assertIn("no Java at all", self.sentence())

    def test_the_named_one_wins_and_must_be_usable(self):
        good, old = self.make("25", "25"), self.make("17", "17")
        self.assertEqual(self.find(old, named=str(good)).home, good)
        self.assertIn("TUNEBOOK_JAVA_HOME is", self.sentence(good, named=str(old)))
        self.assertIn("holds no bin/java", self.sentence(good, named=str(self.folder / "nowhere")))

    def test_each_platform_has_its_command(self):
        with mock.patch("platform.system", return_value="Darwin"):
            self.assertEqual(jdk.install_command(), "brew install openjdk@25")
        with mock.patch("platform.system", return_value="Linux"), mock.patch.object(Path, "is_dir", return_value=True), \
                mock.patch.dict(os.environ, {"COLAB_RELEASE_TAG": "x"}):
            self.assertTrue(jdk.install_command().startswith("!apt-get"))
        with mock.patch("platform.system", return_value="Linux"), mock.patch.dict(os.environ, clear=True):
            self.assertTrue(jdk.install_command().startswith("sudo apt-get"))

    def test_newer_folders_are_tried_first(self):
        names = ["java-17-openjdk", "jdk-25.0.3", "temurin-25-jdk", "java-9"]
        self.assertEqual([p.name for p in jdk.newest_first(Path(n) for n in names)], ["jdk-25.0.3", "temurin-25-jdk", "java-17-openjdk", "java-9"])

    def test_the_command_line_says_it_in_one_line(self):
        env = {k: v for k, v in os.environ.items()} | {"TUNEBOOK_JAVA_HOME": str(self.make("17", "17"))}
        done = subprocess.run([sys.executable, ROOT / "tunebook", "run"], env=env, capture_output=True, text=True)
        self.assertEqual((done.returncode, len(done.stderr.strip().splitlines()), done.stdout), (1, 1, ""))


class CommandTest(unittest.TestCase):
    def test_every_java_process_has_the_stack_that_deep_programs_need(self):
        found = jdk.Jdk(Path("jdk"), 25, "25.0.3", frozenset())
        for command in (java.cli_command(found, java.layout(), []), java.kernel_command(found, java.layout(), "file")):
            self.assertIn(java.STACK, command)

    def test_the_heap_is_at_most_half_of_the_machine_unless_named(self):
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        with mock.patch.dict(os.environ, {"TUNEBOOK_XMX": "9g"}):
            self.assertEqual(java.heap(), "9g")
        with mock.patch.dict(os.environ):
            os.environ.pop("TUNEBOOK_XMX", None)
            self.assertLessEqual(int(java.heap()[:-1]), max(512, machine // 2))

    def test_a_class_path_from_outside_does_not_reach_the_kernel(self):
        with mock.patch.dict(os.environ, {"CLASSPATH": "other.jar"}):
            self.assertNotIn("CLASSPATH", java.environment(java.layout()))

    def test_messages_name_the_command_that_is_there(self):
        place = java.layout()
        self.assertEqual(java.environment(place)["TUNEBOOK_COMMAND"], "./tunebook")
        self.assertEqual(java.environment(dataclasses.replace(place, root=None))["TUNEBOOK_COMMAND"], "tunebook")

    def test_malloc_keeps_its_pages_unless_the_caller_says_otherwise(self):
        with mock.patch.dict(os.environ):
            os.environ.pop("GLIBC_TUNABLES", None)
            self.assertIn("glibc.malloc.mmap_threshold=33554432", java.environment(java.layout())["GLIBC_TUNABLES"])
        with mock.patch.dict(os.environ, {"GLIBC_TUNABLES": "glibc.malloc.check=3"}):
            self.assertEqual(java.environment(java.layout())["GLIBC_TUNABLES"], "glibc.malloc.check=3")

    def test_a_kernelspec_goes_where_jupyter_looks(self):
        with mock.patch.dict(os.environ, {"JUPYTER_DATA_DIR": "there"}):
            self.assertEqual(spec.data_folder(None), Path("there"))
        self.assertEqual(spec.data_folder("env"), Path("env/share/jupyter"))

    def test_the_kernel_works_at_the_top_of_the_checkout_or_where_it_was_started(self):
        with mock.patch.object(Path, "cwd", lambda: ROOT / "tests" / "kernel"):
            self.assertEqual(course.top(), ROOT)
        with tempfile.TemporaryDirectory() as elsewhere, mock.patch.object(Path, "cwd", lambda: Path(elsewhere)):
            self.assertEqual(course.top(), Path(elsewhere))

    def test_ipc_addresses_are_as_jupyter_makes_them(self):
        self.assertEqual(proxy.address({"transport": "ipc", "ip": "dir/kernel-ipc"}, 3), "ipc://dir/kernel-ipc-3")
        self.assertEqual(proxy.address({"transport": "tcp", "ip": "127.0.0.1"}, 3), "tcp://127.0.0.1:3")


if __name__ == "__main__":
    unittest.main()
