"""`tunebook`, the command that the wheel installs. What Python does not know goes to the Java command line."""

import argparse
import subprocess
import sys
from pathlib import Path

from . import course, install, java, jdk, spec

USAGE = """usage: tunebook COMMAND

  kernel install     the compiler for the CPU and a fast start; --user or --prefix DIR: the kernel for another Jupyter too
  course [FOLDER]    the notebooks with their model and data (tunebook-course)
  plugin install X   the compiler for another device: cuda12, cuda13, tpu
  jdk                the folder of the JDK that is used
  doctor, ...        every other command: tunebook help

Environment: TUNEBOOK_JAVA_HOME, TUNEBOOK_PLUGIN (a PJRT plug-in's path), TUNEBOOK_XMX (Java heap, say 8g), TUNEBOOK_HOME (~/.tunebook)."""


def main() -> int:
    try:
        return dispatch(sys.argv[1:])
    except (jdk.NoJdk, install.InstallFault) as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def dispatch(arguments: list[str]) -> int:
    match arguments:
        case [] | ["-h"] | ["--help"]:
            print(USAGE)
            return 0
        case ["kernel", "install", *rest]:
            return kernel_install(rest)
        case ["course", *rest]:
            return write_course(rest)
        case ["jdk"]:
            print(jdk.find().home)
            return 0
        case _:
            place = java.layout()
            return subprocess.run(java.cli_command(jdk.find(), place, arguments), env=java.environment(place)).returncode


def kernel_install(arguments: list[str]) -> int:
    options = install.options("tunebook", arguments)
    found, place = jdk.find(), java.layout()
    install.cpu_plugin(found, place)
    install.start_cache(found, place, sys.executable)
    if options.user or options.prefix:
        install.kernelspec(spec.data_folder(options.prefix), sys.executable)
    return 0


def write_course(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook course")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("tunebook-course"))
    folder = parser.parse_args(arguments).folder
    written = course.write(folder, "notebooks", "data")
    print(f"{written} files written to {folder}; what was there is as it was. Open {folder / 'notebooks'} in Jupyter.")
    return 0
