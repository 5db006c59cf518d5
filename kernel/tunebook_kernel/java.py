"""The command line of every Java process of Tunebook: class path, flags, environment."""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from .jdk import Jdk

KERNEL_MAIN = "tunebook.notebook.TunebookKernel"
CLI_MAIN = "tunebook.cli.Main"
HERE = Path(__file__).resolve().parent
# XLA's CPU client asks malloc for a step's working memory anew each time, and the kernel clears every page of it: in 4 KiB pages a quarter of a
# training step's time, in huge ones a twentieth. Blocks of 32 MiB and more are mapped one by one, so that none has to find a hole its size in the heap,
# which would grow past its use; the heap itself keeps what is freed, among it the buffer that each product packs a weight into.
MALLOC = (
    "glibc.malloc.arena_max=1:glibc.malloc.mmap_max=65536:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=1099511627776:"
    "glibc.malloc.top_pad=67108864:glibc.malloc.hugetlb=1"
)

# XLA's CPU client runs a program by recursion on the calling thread, deeper with each layer: on Java's 1 MiB, a training step of the 270M with checkpointed
# layers ended the process. The memory is only reserved.
STACK = "-Xss16m"


@dataclass(frozen=True)
class Layout:
    """Where the parts lie: in a checkout (`root` has pom.xml) or beside this module, as the wheel ships them."""

    jars: list[Path]
    state: Path
    root: Path | None
    sources: Path

    @property
    def plugins(self) -> Path:
        return self.state / "plugins"


def layout() -> Layout:
    root = HERE.parent.parent
    if (root / "pom.xml").is_file():
        state = root / ".tunebook"
        jars = [state / "jjava.jar", root / "target" / "tunebook.jar", *sorted((root / "target" / "lib").glob("*.jar"))]
        return Layout(jars, state, root, root / "lib" / "java")
    home = Path(os.environ.get("TUNEBOOK_HOME", Path.home() / ".tunebook"))
    return Layout(sorted((HERE / "jars").glob("*.jar")), home, None, HERE / "sources.jar")


def flags(place: Layout) -> list[str]:
    """Flags that every Java process needs, the class path among them."""
    return [
        "--add-modules", "jdk.incubator.vector",  # products of few rows, in engine.pjrt.StreamedDot
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens", "jdk.jshell/jdk.jshell=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Djava.awt.headless=true",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        f"-Dtunebook.sources={place.sources}",
        "-Xms64m",  # grows by need; Java would take a 64th of the machine's memory at once
        f"-Xmx{heap()}",
        STACK,
        "-cp", os.pathsep.join(str(j) for j in place.jars),
    ]


def heap() -> str:
    """TUNEBOOK_XMX, or 4 GB but at most half of the machine's memory: the models live outside of the Java heap."""
    named = os.environ.get("TUNEBOOK_XMX")
    if named:
        return named
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return "2g"
    return f"{max(512, min(4096, machine // 2 // 2**20))}m"


def environment(place: Layout) -> dict[str, str]:
    """The caller's environment, less what would disturb jshell, plus where the plug-ins are."""
    env = dict(os.environ)
    env.pop("CLASSPATH", None)  # javac inside jshell prefers it to java.class.path
    env["OPT_OUT_TRACKING"] = "true"
    env.setdefault("GLIBC_TUNABLES", MALLOC)
    env.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # XLA's warnings and errors, without its remarks, as in JAX
    env.setdefault("TUNEBOOK_PYTHON", sys.executable)  # whose pip installs further plug-ins
    env.setdefault("TUNEBOOK_PLUGINS_DIR", str(place.plugins))
    env["TUNEBOOK_COMMAND"] = "./tunebook" if place.root else "tunebook"  # what messages tell people to type
    return env


def aot_cache(jdk: Jdk, place: Layout) -> Path:
    """The AOT cache for this JDK and these jars; the file need not exist."""
    key = hashlib.sha256(f"{jdk.home.resolve()} {jdk.full_version}".encode())
    for jar in place.jars:
        stat = jar.stat()
        key.update(f"{jar} {stat.st_size} {int(stat.st_mtime)}\n".encode())  # container images keep whole seconds
    return place.state / "aot" / f"{key.hexdigest()[:16]}.aot"


def kernel_command(jdk: Jdk, place: Layout, connection_file: str) -> list[str]:
    return [str(jdk.java), *aot_flags(jdk, place), *flags(place), KERNEL_MAIN, connection_file]


def aot_flags(jdk: Jdk, place: Layout) -> list[str]:
    """Record a cache where TUNEBOOK_AOT_OUTPUT says so; use the one there is; be silent about one that does not fit."""
    output = os.environ.get("TUNEBOOK_AOT_OUTPUT")
    if output:
        return [f"-XX:AOTCacheOutput={output}"]
    cache = aot_cache(jdk, place)
    return [f"-XX:AOTCache={cache}", "-Xlog:aot=off,cds=off"] if cache.is_file() else []


def cli_command(jdk: Jdk, place: Layout, arguments: list[str], main: str = CLI_MAIN) -> list[str]:
    return [str(jdk.java), *flags(place), main, *arguments]
