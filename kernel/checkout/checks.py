"""`./tunebook test`: the Java tests, the notebooks, the kernel's protocol tests. Counts them and ends with one line."""

import argparse
import re
import shutil
import subprocess
import xml.etree.ElementTree as Xml
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import bench, commands, notebooks, setup, wheel

SPECIAL_TAGS = ["model", "gpu", "browser", "transformers", "notebook", "tpu-aot"]
ALWAYS = ["tpu-aot"]
REPORTS = setup.ROOT / "target" / "surefire-reports"


@dataclass(frozen=True)
class Count:
    passed: int
    failed: int
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook test")
    parser.add_argument("--tags", default="", help="more tests, by name: model, gpu, browser, transformers")
    tags = [t for t in parser.parse_args(arguments).tags.split(",") if t]
    unknown = set(tags) - set(SPECIAL_TAGS)
    if unknown:
        raise setup.SetupFault(f"There is no tag {', '.join(sorted(unknown))}: the tags are {', '.join(SPECIAL_TAGS)}.")
    found = setup.whole("test")
    setup.test_plugins()
    total = java_tests(found, tags) + notebook_tests() + kernel_tests() + colab_tests()
    if "browser" in tags:
        total += browser_tests()
    if "transformers" in tags:
        total += python_tests("transformers", bench.environment("trl"))
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {total.failed} failed{skipped}")
    return 1 if total.failed else 0


def java_tests(found, tags: list[str]) -> Count:
    """All untagged tests, those for TPU compilation, and those of the tags named."""
    left_out = [t for t in SPECIAL_TAGS if t not in ALWAYS and t not in tags]
    shutil.rmtree(REPORTS, ignore_errors=True)
    print("Java tests", flush=True)
    command = setup.maven_command("test", f"-DexcludedTags={','.join(left_out)}")
    with subprocess.Popen(command, cwd=setup.ROOT, env=setup.maven_environment(found), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = [line.rstrip("\n") for line in tell(process.stdout)]
    count = reported()
    if process.returncode and not count.failed:
        print("\n".join(said[-60:]))
        count += Count(0, 1)
    return count


def tell(lines):
    """Passes lines on; shows one for each finished class, and everything about a failure."""
    failing = False
    for line in lines:
        done = re.search(r"Tests run: (\d+), .*Time elapsed: ([\d.]+) s.* in ((?:\w+\.)*\w+?Test)", line)
        if done:
            print(f"  {done.group(3)}: {done.group(1)} in {float(done.group(2)):.1f} s", flush=True)
        failing = "<<< FAIL" in line or "<<< ERR" in line or (failing and not line.startswith("["))
        if failing:
            print(f"    {line.rstrip()}", flush=True)
        yield line


def reported() -> Count:
    """What the reports of the Java tests say."""
    total = Count(0, 0)
    for report in REPORTS.glob("TEST-*.xml"):
        suite = Xml.parse(report).getroot().attrib
        failed = int(suite["failures"]) + int(suite["errors"])
        skipped = int(suite["skipped"])
        total += Count(int(suite["tests"]) - failed - skipped, failed, skipped)
    return total


def notebook_tests() -> Count:
    """The course's cells compiled; then the smoke notebook and the course's, shortened, executed in a real kernel."""
    failed = notebooks.check([]) != 0
    total = Count(int(not failed), int(failed))
    # Each writes into folders of its own. What one compiles on one core leaves the other to the next.
    with ThreadPoolExecutor(2) as two:
        for done in two.map(shortened, (setup.ROOT / "tests" / "kernel" / "smoke.ipynb", *notebooks.course())):
            print(done.stdout, end="", flush=True)
            total += Count(int(done.returncode == 0), int(done.returncode != 0))
    return total


def shortened(notebook: Path) -> subprocess.CompletedProcess:
    command = commands.execution(str(notebook), str(setup.STATE / "test-out"), "--short")
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def kernel_tests() -> Count:
    return python_tests("kernel")


def colab_tests() -> Count:
    """The wheel in an environment of its own, with Colab's versions of Jupyter's parts."""
    return python_tests("colab", *wheel.colab_environment())


def browser_tests() -> Count:
    setup.python_packages("lab")
    return python_tests("browser")


def python_tests(folder: str, python: Path = setup.PYTHON, environment: dict[str, str] | None = None) -> Count:
    """The unittest modules of tests/`folder`, in an environment's Python."""
    place = setup.ROOT / "tests" / folder
    if not any(place.glob("test_*.py")):
        return Count(0, 0)
    print(f"tests/{folder}", flush=True)
    script = setup.PINS / "checkout" / "unittests.py"
    done = subprocess.run([python, "-I", str(script), str(place)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    counts = re.search(r"^counts (\d+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    print(re.sub(r"^counts .*\n?", "", done.stdout, flags=re.MULTILINE), end="")
    return Count(*(int(n) for n in counts.groups())) if counts else Count(0, 1)
