"""Brings a checkout to life, each part once: Python environment, kernel jar, plug-ins, Java build, kernelspec."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tunebook_kernel import install, java, jdk, spec
from tunebook_kernel.install import step

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / ".tunebook"
ENV = STATE / "env"
PYTHON = ENV / "bin" / "python"
PINS = ROOT / "kernel"
PLUGIN_PINS = ROOT / "lib" / "resources" / "tunebook" / "plugins"
TEST_PLUGINS = STATE / "plugins-test"
# JupyterLab asks for no news and no newer version: a room without network stays quiet.
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
# Only the native library in a plug-in's wheel is used: one wheel serves every Python.
FOREIGN_WHEEL = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311",
                 "--platform", "manylinux_2_31_x86_64", "--platform", "manylinux_2_27_x86_64", "--only-binary", ":all:"]


class SetupFault(install.InstallFault):
    """Set-up cannot go on; the message is one sentence with what to do."""


def whole(pins: str = "run") -> jdk.Jdk:
    """Everything that a notebook needs; `pins` names the set of Python packages."""
    found = jdk.find()
    python_packages(pins)
    kernel_jar()
    cpu_plugin()
    build(found)
    kernelspec()
    return found


def python_packages(pins: str) -> None:
    """The environment in .tunebook/env with the packages of kernel/requirements-`pins`.txt."""
    if not PYTHON.exists() or not same(ENV / "made-by", sys.version + str(ROOT)):
        with step(f"Python {platform.python_version()} environment"):
            shutil.rmtree(ENV, ignore_errors=True)
            STATE.mkdir(exist_ok=True)
            make_environment()
            (ENV / "made-by").write_text(sys.version + str(ROOT))
    wanted = digest([PINS / "requirements-run.txt", PINS / f"requirements-{pins}.txt"])
    if not same(ENV / f"packages-{pins}", wanted):
        with step(f"Python packages ({pins})"):
            pip("install", "-r", str(PINS / f"requirements-{pins}.txt"))
            lab_settings()
            (ENV / f"packages-{pins}").write_text(wanted)


def lab_settings() -> None:
    folder = ENV / "share" / "jupyter" / "lab" / "settings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overrides.json").write_text(json.dumps(QUIET))


def make_environment() -> None:
    done = subprocess.run([sys.executable, "-m", "venv", str(ENV)], capture_output=True, text=True)
    if done.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupFault("Python cannot make an environment (its venv or ensurepip module is missing): "
                         f"install it with `sudo apt-get install -y python{version}-venv`, then run this again.")
    purelib = ENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (purelib / "tunebook-checkout.pth").write_text(f"{PINS}\n")


def kernel_jar() -> None:
    """The Java kernel's jar out of its wheel; Maven compiles against it."""
    wanted = digest([PINS / "requirements-jjava.txt"])
    if same(STATE / "jjava.version", wanted) and (STATE / "jjava.jar").exists():
        return
    with step("Java kernel"):
        wheel = download("requirements-jjava.txt", STATE / "wheels")
        with zipfile.ZipFile(wheel) as packed:
            member = next(n for n in packed.namelist() if n.endswith("/jjava.jar"))
            write(STATE / "jjava.jar", packed.read(member))
        (STATE / "jjava.version").write_text(wanted)


def cpu_plugin() -> None:
    """XLA's CPU plug-in in .tunebook/plugins, where there is a wheel for this machine."""
    if not install.has_cpu_plugin():
        if "TUNEBOOK_PLUGIN" not in os.environ:
            print("  no XLA CPU plug-in is published for this machine: point TUNEBOOK_PLUGIN at one")
        return
    plugins(STATE / "plugins", [PLUGIN_PINS / "cpu.txt"], "XLA CPU plug-in (63 MB)")


def test_plugins() -> None:
    """The plug-ins that Colab has, in .tunebook/plugins-test."""
    plugins(TEST_PLUGINS, [PLUGIN_PINS / "tpu.txt", PINS / "plugins-test.txt"], "Plug-ins for the tests (250 MB)")


def plugins(folder: Path, pins: list[Path], words: str) -> None:
    wanted = digest(pins)
    if same(folder / "installed", wanted):
        return
    with step(words):
        requirements = [option for file in pins for option in ("-r", str(file))]
        pip("install", "--no-deps", "--require-hashes", *FOREIGN_WHEEL, "--upgrade", "--target", str(folder), *requirements)
        (folder / "installed").write_text(wanted)


def build(found: jdk.Jdk) -> None:
    """target/tunebook.jar and target/lib, when a source or the build file changed."""
    sources = [ROOT / "pom.xml", *files(ROOT / "lib")]
    wanted = digest(sources, found.full_version)
    jar = ROOT / "target" / "tunebook.jar"
    if jar.exists() and same(ROOT / "target" / "built-from", wanted):
        return
    with step("Java build"):
        shutil.rmtree(ROOT / "target" / "lib", ignore_errors=True)
        maven(found, "-q", "-DskipTests", f"-Dtunebook.commit={commit()}", "package")
        (ROOT / "target" / "built-from").write_text(wanted)


def commit() -> str:
    """What is checked out, with -dirty where files have been changed; "unknown" without git."""
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*"], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def maven(found: jdk.Jdk, *arguments: str) -> None:
    done = subprocess.run(maven_command(*arguments), cwd=ROOT, env=maven_environment(found),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print()
        print("\n".join(done.stdout.splitlines()[-60:]))
        raise SetupFault("The Java build failed; what Maven said stands above.")


def maven_command(*arguments: str) -> list[str]:
    program = shutil.which("mvn")
    if not program:
        command = "brew install maven" if platform.system() == "Darwin" else "sudo apt-get update && sudo apt-get install -y maven"
        raise SetupFault(f"Maven (mvn) is needed to build Tunebook and was not found on PATH: install it with `{command}`.")
    return [program, "-B", "-ntp", *arguments]


def maven_environment(found: jdk.Jdk) -> dict[str, str]:
    """Tests also see the test plug-ins; without their devices nothing starts them."""
    folders = os.pathsep.join([java.environment(java.layout())["TUNEBOOK_PLUGINS_DIR"], str(TEST_PLUGINS)])
    return java.environment(java.layout()) | {"JAVA_HOME": str(found.home), "TUNEBOOK_PLUGINS_DIR": folders}


def kernelspec() -> None:
    spec.write(ENV / "share" / "jupyter", str(PYTHON))


def pip(*arguments: str, python: Path = PYTHON) -> None:
    """The user's own pip settings hold: index, proxy, certificates."""
    done = subprocess.run([python, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        print("\n" + done.stderr.strip())
        raise SetupFault("pip could not install what is needed; what it said stands above (its own settings for index and proxy were used).")


def download(pins: str, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    pip("download", "--no-deps", "--require-hashes", "--dest", str(folder), "-r", str(PINS / pins))
    return next(folder.glob("*.whl"))


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def digest(paths: list[Path], salt: str = "") -> str:
    key = hashlib.sha256(salt.encode())
    for path in paths:
        key.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return key.hexdigest()


def same(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def write(path: Path, data: bytes) -> None:
    """Whole or not at all: a build that runs beside this one never reads half a file."""
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
