"""`./tunebook bundle`: one archive for a room without network: wheel, JupyterLab, CPU plug-in, JDK, the course with model and data."""

import argparse
import json
import platform
import shutil
import tarfile
from pathlib import Path

from . import setup, wheel

SCRIPTS = setup.PINS / "bundle"
# What of a JDK nobody in the room runs.
LEFT_OUT_OF_THE_JDK = shutil.ignore_patterns("src.zip", "jmods", "demo", "man", "*.debuginfo")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook bundle", description="For machines like this one: same system, same processor.")
    parser.add_argument("--out", type=Path, default=setup.ROOT / "out", help="folder for the archive (out)")
    parser.add_argument("--python", action="append", metavar="3.N.M", help="Python version of the room; may be repeated (this one's)")
    parser.add_argument("--model", type=Path, action="append", default=[], help="a model's folder or GGUF file, goes to models/; may be repeated")
    parser.add_argument("--without-jdk", action="store_true", help="the room's machines have a JDK 25")
    options = parser.parse_args(arguments)
    missing = [str(m) for m in options.model if not m.exists()]
    if missing:
        raise setup.SetupFault(f"There is no {', '.join(missing)}: name a model's folder or a .gguf file.")
    found = setup.whole("lab")
    stage = setup.ROOT / "target" / "tunebook-bundle"
    shutil.rmtree(stage, ignore_errors=True)
    wheels(stage / "wheels", options.python or [platform.python_version()])
    for script in SCRIPTS.iterdir():
        shutil.copy(script, stage)
    (stage / "overrides.json").write_text(json.dumps(setup.QUIET))
    if not options.without_jdk:
        shutil.copytree(found.home, stage / "jdk", ignore=LEFT_OUT_OF_THE_JDK)  # follows links: a system's JDK links into its settings
    for model in options.model:
        (shutil.copytree if model.is_dir() else copy_file)(model, stage / "models" / model.name)
    archive = pack(stage, options.out)
    print(f"{archive} ({archive.stat().st_size / 1e6:.0f} MB): unpack it, run install.sh, then lab.sh")
    return 0


def wheels(folder: Path, pythons: list[str]) -> None:
    wheel.build(folder)
    with setup.step(f"JupyterLab for Python {', '.join(pythons)}"):
        for version in pythons:
            setup.pip("download", "--python-version", version, "--only-binary", ":all:", "--dest", str(folder), "-r", str(setup.PINS / "requirements-lab.txt"))
    with setup.step("XLA CPU plug-in (63 MB)"):
        setup.pip("download", "--no-deps", "--require-hashes", *setup.FOREIGN_WHEEL, "--dest", str(folder), "-r", str(setup.PLUGIN_PINS / "cpu.txt"))


def copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def pack(stage: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{stage.name}.tar.gz"
    with setup.step("Archive"), tarfile.open(archive, "w:gz", compresslevel=4) as packed:
        packed.add(stage, stage.name)
    return archive
