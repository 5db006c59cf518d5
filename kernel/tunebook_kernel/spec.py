"""The kernelspec: what Jupyter reads to list and start the kernel."""

import json
import os
import platform
from pathlib import Path

NAME = "tunebook"


def write(jupyter_data: Path, python: str) -> Path:
    """Writes `kernels/tunebook/kernel.json` under a Jupyter data folder; `python` must be able to import this package.

    Jupyter takes the name `python` for its own Python.
    """
    folder = jupyter_data / "kernels" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": [python, "-P", "-m", "tunebook_kernel", "{connection_file}"],
        "display_name": "Tunebook (Java)",
        "language": "java",
        "interrupt_mode": "message",
        "metadata": {"debugger": False},
    }
    (folder / "kernel.json").write_text(json.dumps(spec, indent=2) + "\n")
    return folder


def data_folder(prefix: str | None) -> Path:
    """Where Jupyter looks: under `prefix`, or the user's own data folder."""
    if prefix:
        return Path(prefix) / "share" / "jupyter"
    if "JUPYTER_DATA_DIR" in os.environ:
        return Path(os.environ["JUPYTER_DATA_DIR"])
    if platform.system() == "Darwin":
        return Path.home() / "Library" / "Jupyter"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "jupyter"
