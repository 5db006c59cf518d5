"""`./tunebook wheel`: one wheel with the kernel, the library and the course."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tunebook_kernel import spec

from . import setup

COLAB = setup.STATE / "colab"  # an environment with the versions that Colab has, and the wheel


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook wheel")
    parser.add_argument("--out", type=Path, default=setup.ROOT / "out", help="folder for the wheel (out)")
    setup.whole()
    wheel = build(parser.parse_args(arguments).out)
    print(f"{wheel} ({wheel.stat().st_size / 1e6:.0f} MB)")
    return 0


def build(folder: Path) -> Path:
    """The wheel of what is built; set-up must be done. Other wheels of the project in the folder are removed."""
    target = setup.ROOT / "target"
    with setup.step("Wheel"):
        shutil.rmtree(target / "kernels", ignore_errors=True)
        spec.write(target, "python")
        pack_sources(target / "sources.jar")
        for old in folder.glob("tunebook-*.whl"):
            old.unlink()
        setup.pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(setup.PINS))
    return next(folder.glob("tunebook-*.whl"))


def pack_sources(jar: Path) -> None:
    """The library's sources, which shift-tab shows documentation from."""
    sources = setup.ROOT / "lib" / "java"
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in setup.files(sources):
            packed.writestr(zipfile.ZipInfo(str(file.relative_to(sources))), file.read_bytes(), zipfile.ZIP_DEFLATED)


def colab_environment() -> tuple[Path, dict[str, str]]:
    """Its Python, with the variables to start it with. Nothing of the checkout or the user's own Jupyter is seen there."""
    environment = os.environ | {"TUNEBOOK_HOME": str(COLAB / "home"), "JUPYTER_DATA_DIR": str(COLAB / "nothing")}
    wheel, pins = build(setup.STATE / "wheel"), setup.PINS / "requirements-colab.txt"
    python = COLAB / "bin" / "python"
    wanted = setup.digest([pins], sys.version + hashlib.sha256(wheel.read_bytes()).hexdigest())
    if not setup.same(COLAB / "made-of", wanted):
        with setup.step("Python environment as in Colab, with the wheel"):
            shutil.rmtree(COLAB, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(COLAB)], check=True)
            setup.pip("install", "-r", str(pins), python=python)
            setup.pip("install", str(wheel), python=python)
        subprocess.run([python.with_name("tunebook"), "kernel", "install"], env=environment, check=True)
        (COLAB / "made-of").write_text(wanted)
    return python, environment
