"""The commands of `./tunebook`. What Python does not know goes to the Java command line."""

import argparse
import os
import subprocess
import sys

from tunebook_kernel import install, java, jdk, spec

from . import setup

FIRST_NOTEBOOK = setup.ROOT / "notebooks" / "01-first-run.ipynb"
USAGE = """usage: ./tunebook COMMAND

  run [NOTEBOOK]     execute a notebook headless in the Java kernel (notebooks/01-first-run.ipynb)
  test [--tags ...]  set-up, unit tests, the notebooks in a real kernel; --tags model,gpu,browser adds those
  notebook check     compile every cell of every notebook; run --all, record, first-cell, table
  lab                JupyterLab with the kernel, opened at notebooks/
  bench train        speed and memory of LoRA steps; --peers: beside transformers + PEFT and Tunix
  bench generate     speed of prefill, decoding and an evaluation; --peers: beside transformers
  bench load         time and memory of loading a model, and of 10,000 rows to batches; --peers: beside the safetensors library
  bench head         time of the head and its gradient by the share of tokens that are learned
  bench kernel       how soon the kernel answers, over tcp and ipc
  bench growth       speed and memory by sequence, rows, rank and depth, beside what the graph predicts
  bench checkpoint   what a checkpoint every ten steps costs of their time
  doctor             what is there and what to do where something is missing
  fetch OWNER/NAME   a model or data set (--dataset) from the Hugging Face hub
  export             base and adapter as one model, checked (--adapter FOLDER --to huggingface|gguf|onnx --out PATH)
  plugin install X   the compiler for another device: cuda12, cuda13, tpu
  kernel install     install the kernel for your own Jupyter (--user, --prefix DIR)
  wheel              build the wheel: `pip install` of it gives kernel, library and course
  bundle             one archive for a room without network: wheel, JupyterLab, plug-in, JDK, course
  jdk                the folder of the JDK that is used
  version, ...       every other command: ./tunebook help

Environment: TUNEBOOK_JAVA_HOME, TUNEBOOK_PLUGIN (a PJRT plug-in's path), TUNEBOOK_XMX (Java heap, say 8g)."""


def main(arguments: list[str]) -> int:
    try:
        return dispatch(arguments)
    except (jdk.NoJdk, setup.SetupFault) as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def dispatch(arguments: list[str]) -> int:
    match arguments:
        case [] | ["help"] | ["-h"] | ["--help"]:
            print(USAGE)
            return 0
        case ["run", *rest]:
            return run(rest)
        case ["test", *rest]:
            from . import checks
            return checks.main(rest)
        case ["lab", *rest]:
            return lab(rest)
        case ["doctor", *rest]:
            return doctor(rest)
        case ["jdk"]:
            print(jdk.find().home)
            return 0
        case ["bench", *rest]:
            from . import bench
            return bench.main(rest)
        case ["notebook", *rest]:
            from . import notebooks
            return notebooks.main(rest)
        case ["kernel", "install", *rest]:
            return kernel_install(rest)
        case ["wheel", *rest]:
            from . import wheel
            return wheel.main(rest)
        case ["bundle", *rest]:
            from . import bundle
            return bundle.main(rest)
        case _:
            return java_command(arguments)


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook run")
    parser.add_argument("notebook", nargs="?", default=str(FIRST_NOTEBOOK))
    parser.add_argument("--out", default=str(setup.ROOT / "out"), help="folder for the executed notebook and its HTML")
    options = parser.parse_args(arguments)
    jdk.find()
    if not os.path.isfile(options.notebook):
        raise setup.SetupFault(f"There is no notebook {options.notebook}: name an .ipynb file.")
    setup.whole()
    return execute(options.notebook, options.out)


def execute(notebook: str, out: str, *options: str) -> int:
    """Runs the notebook in the environment's own Python; set-up must be done."""
    return subprocess.run(execution(notebook, out, *options)).returncode


def execution(notebook: str, out: str, *options: str) -> list[str]:
    script = setup.PINS / "checkout" / "execute.py"
    return [str(setup.PYTHON), "-I", str(script), notebook, out, str(setup.ROOT), *options]


def lab(arguments: list[str]) -> int:
    install.start_cache(setup.whole("lab"), java.layout(), str(setup.PYTHON))
    notebooks = setup.ROOT / "notebooks"
    start = notebooks if notebooks.is_dir() else setup.ROOT
    settings = [f"--ServerApp.root_dir={setup.ROOT}", f"--LabApp.default_url=/lab/tree/{start.relative_to(setup.ROOT)}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        settings.append("--allow-root")  # containers and Colab
    os.execv(setup.PYTHON, [str(setup.PYTHON), "-m", "jupyterlab", *settings, *arguments])


def doctor(arguments: list[str]) -> int:
    """The Python side first; the Java side looks at the rest."""
    try:
        found = jdk.find()
    except jdk.NoJdk as missing:
        print(f"  RED   Java\n          → {missing}")
        return 1
    found = setup.whole()
    print(f"  ok    Python {sys.version.split()[0]} ({sys.executable}), the kernel's own in {setup.ENV}")
    status = call_java(found, ["doctor", *arguments])
    print("All is well." if status == 0 else "Do what stands behind each arrow, then run ./tunebook doctor again.")
    return status


def kernel_install(arguments: list[str]) -> int:
    options = install.options("./tunebook", arguments)
    install.start_cache(setup.whole(), java.layout(), str(setup.PYTHON))
    install.kernelspec(spec.data_folder(options.prefix), str(setup.PYTHON))
    return 0


def java_command(arguments: list[str]) -> int:
    return call_java(setup.whole(), arguments)


def call_java(found: jdk.Jdk, arguments: list[str]) -> int:
    place = java.layout()
    return subprocess.run(java.cli_command(found, place, arguments), env=java.environment(place)).returncode
