"""`kernel install`: what a kernel needs beside its package, so that it starts fast and finds a device."""

import argparse
import platform
import subprocess
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

from . import java, spec
from .jdk import Jdk


class InstallFault(Exception):
    """Installing cannot go on; the message is one sentence with what to do."""


@contextmanager
def step(words: str):
    """One line: what is done, then the seconds it took."""
    print(f"  {words} …", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - start:.1f} s", flush=True)


def options(program: str, arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"{program} kernel install")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--user", action="store_true", help="for every Jupyter of this user")
    where.add_argument("--prefix", help="into an environment's folder, for instance /opt/conda")
    return parser.parse_args(arguments)


def has_cpu_plugin() -> bool:
    """Whether a CPU plug-in is published for this machine."""
    return platform.system() == "Linux" and platform.machine() in ("x86_64", "AMD64")


def cpu_plugin(found: Jdk, place: java.Layout) -> None:
    """XLA's CPU plug-in, in the version that the library's jar pins."""
    with zipfile.ZipFile(next(j for j in place.jars if j.name == "tunebook.jar")) as jar:
        wanted = jar.read("tunebook/plugins/cpu.txt")
    stamp = place.plugins / "cpu.txt"
    if not has_cpu_plugin() or stamp.is_file() and stamp.read_bytes() == wanted:
        return
    with step("XLA CPU plug-in (63 MB)"):
        command = java.cli_command(found, place, ["plugin", "install", "cpu", "--into", str(place.plugins)])
        done = subprocess.run(command, env=java.environment(place), capture_output=True, text=True)
        if done.returncode:
            raise InstallFault(done.stderr.strip())
        stamp.write_bytes(wanted)


def start_cache(found: Jdk, place: java.Layout, python: str) -> None:
    """The JVM's record of what a kernel loads: it starts in about two thirds of the time. Without it all works the same."""
    cache = java.aot_cache(found, place)
    if not cache.exists():
        with step("Fast kernel start"):
            subprocess.run([python, "-P", "-m", "tunebook_kernel.rehearse", str(cache)], stdin=subprocess.DEVNULL)


def kernelspec(folder: Path, python: str) -> None:
    print(f"The kernel `Tunebook (Java)` is in {spec.write(folder, python)}: reload Jupyter and choose it.")
