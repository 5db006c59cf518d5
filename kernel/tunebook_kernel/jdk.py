"""Finds a JDK that can run Tunebook: version 25 or newer, with jshell and the compiler inside."""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NEEDED_VERSION = 25
NEEDED_MODULES = ("jdk.jshell", "jdk.compiler", "jdk.incubator.vector")
PACKAGE = "openjdk-25-jdk-headless"  # Debian's, and Ubuntu's from 22.04 on (backported there: Launchpad bug 2141785)


class NoJdk(Exception):
    """No usable JDK; the message is one sentence with the command that mends it."""


@dataclass(frozen=True)
class Jdk:
    home: Path
    version: int
    full_version: str
    modules: frozenset[str]

    @property
    def java(self) -> Path:
        return self.home / "bin" / ("java.exe" if os.name == "nt" else "java")

    @property
    def fault(self) -> str:
        """Why this JDK cannot be used; empty where it can."""
        if self.version < NEEDED_VERSION:
            return f"is version {self.full_version}"
        lacking = [m for m in NEEDED_MODULES if m not in self.modules]
        return f"lacks the modules {', '.join(lacking)}" if lacking else ""


def find() -> Jdk:
    """The first usable JDK: TUNEBOOK_JAVA_HOME (which must be usable), JAVA_HOME, the JVM folders, PATH."""
    named = os.environ.get("TUNEBOOK_JAVA_HOME")
    if named:
        jdk = inspect(Path(named))
        if jdk is None:
            raise NoJdk(f"TUNEBOOK_JAVA_HOME is {named}, which holds no bin/java: point it at a JDK {NEEDED_VERSION} or unset it.")
        if jdk.fault:
            raise NoJdk(f"TUNEBOOK_JAVA_HOME is {named}, which {jdk.fault}: point it at a full JDK {NEEDED_VERSION} or newer, or unset it.")
        return jdk
    seen = []
    for home in candidates():
        jdk = inspect(home)
        if jdk is None:
            continue
        if not jdk.fault:
            return jdk
        seen.append(jdk)
    raise NoJdk(missing_sentence(seen))


def missing_sentence(seen: list[Jdk]) -> str:
    found = "only " + ", ".join(f"{j.home} (which {j.fault})" for j in seen[:3]) if seen else "no Java at all"
    return (f"Tunebook needs a JDK {NEEDED_VERSION} or newer and found {found}: "
            f"install one with `{install_command()}`, or point TUNEBOOK_JAVA_HOME at one.")


def install_command() -> str:
    """The command that installs a JDK here: Colab, Debian and Ubuntu, or macOS."""
    if platform.system() == "Darwin":
        return "brew install openjdk@25"
    if in_colab():
        return f"!apt-get -qq update && apt-get -qq install -y {PACKAGE}"
    return f"sudo apt-get update && sudo apt-get install -y {PACKAGE}"


def in_colab() -> bool:
    return Path("/content").is_dir() and "COLAB_RELEASE_TAG" in os.environ


def candidates() -> list[Path]:
    """Where a JDK may be, in the order they are tried; each folder once."""
    homes = []
    if os.environ.get("JAVA_HOME"):
        homes.append(Path(os.environ["JAVA_HOME"]))
    for parent in ("/usr/lib/jvm", "/usr/java", "/opt/java", "/opt/jdk", "/opt", Path.home() / ".sdkman/candidates/java", Path.home() / ".jdks"):
        homes += newest_first(Path(parent).glob("*"))
    for parent in ("/Library/Java/JavaVirtualMachines", Path.home() / "Library/Java/JavaVirtualMachines"):
        homes += [h / "Contents/Home" for h in newest_first(Path(parent).glob("*"))]
    for brew in ("/opt/homebrew/opt", "/usr/local/opt"):
        homes += [h / "libexec/openjdk.jdk/Contents/Home" for h in newest_first(Path(brew).glob("openjdk*"))]
    on_path = shutil.which("java")
    if on_path:
        homes.append(Path(on_path).resolve().parent.parent)
    unique = {}
    for home in homes:
        if (home / "bin").is_dir():
            unique.setdefault(home.resolve(), home)
    return list(unique.values())


def newest_first(folders) -> list[Path]:
    """Folders with the highest number in their name first (`java-25-openjdk` before `java-21-openjdk`)."""
    return sorted(folders, key=lambda p: ([int(n) for n in re.findall(r"\d+", p.name)] or [0], p.name), reverse=True)


def inspect(home: Path) -> Jdk | None:
    """What the JDK at `home` is; none where there is no `bin/java`."""
    if not Jdk(home, 0, "", frozenset()).java.is_file():
        return None
    fields = release_fields(home)
    version = fields.get("JAVA_VERSION") or asked_version(home)
    modules = fields.get("MODULES", "").split() or asked_modules(home)
    number = re.match(r"(?:1\.)?(\d+)", version)
    return Jdk(home, int(number.group(1)) if number else 0, version or "unknown", frozenset(modules))


def release_fields(home: Path) -> dict[str, str]:
    try:
        text = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return dict(re.findall(r'^(\w+)="(.*)"$', text, re.MULTILINE))


def asked_version(home: Path) -> str:
    found = re.search(r'version "([^"]+)"', answer(home, "-version"))
    return found.group(1) if found else ""


def asked_modules(home: Path) -> list[str]:
    return re.findall(r"^([\w.]+)(?:@|$)", answer(home, "--list-modules"), re.MULTILINE)


def answer(home: Path, question: str) -> str:
    try:
        done = subprocess.run([home / "bin" / "java", question], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr + done.stdout
