"""Runs a kernel once so that the JVM can record what it loads: the AOT cache. Run by the Python that starts the kernel.

The argument is the cache file to be written.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyter_client.manager import KernelManager

from . import spec

CELLS = [
    "var shape = Shape.of(2, 3);\nshape",
    "record Point(int x, double y) {}\nnew Point(1, 2.0)",
    'for (int i = 0; i < 3; i++) System.out.printf("%d %.2f%n", i, i / 3.0);',
    "List.of(3, 1, 2).stream().sorted().map(i -> i * 2).collect(Collectors.toList())",
    "double mean(double[] xs) { return Arrays.stream(xs).average().orElse(0); }\nmean(new double[] {1, 2})",
    'Path.of("data", "x.jsonl").getFileName()',
    'throw new IllegalStateException("rehearsed")',
    "int wrong = \"text\";",
]


def main() -> int:
    cache = Path(sys.argv[1])
    cache.parent.mkdir(parents=True, exist_ok=True)
    for old in cache.parent.glob("*.aot"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        spec.write(Path(folder), sys.executable)
        os.environ["JUPYTER_PATH"] = folder  # this package's kernel, whatever else is installed under its name
        rehearse(cache)
    return 0 if cache.is_file() else 1


def rehearse(cache: Path) -> None:
    manager = KernelManager(kernel_name=spec.NAME)
    manager.shutdown_wait_time = 300  # the JVM writes the cache when it ends
    manager.start_kernel(env=os.environ | {"TUNEBOOK_AOT_OUTPUT": str(cache)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        for cell in CELLS:
            client.execute_interactive(cell, timeout=120, output_hook=lambda msg: None)
        client.complete("Math.", reply=True, timeout=60)
        client.inspect("Math.max(", reply=True, timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


if __name__ == "__main__":
    sys.exit(main())
