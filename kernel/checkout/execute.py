"""Executes a copy of a notebook in its kernel and writes it, with its HTML, to a folder. Run by the environment's Python.

`--short` first makes the replacements that cells name in `metadata.short`: fewer steps, fewer rows. `--record` also writes the outputs into the notebook
itself, where nothing failed, with a stamp: the code they come from, the commit, Java, device, minutes and memory.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

SCORES = "application/vnd.tunebook.scores+json"
RAISES = "raises-exception"  # Jupyter's own tag: JupyterLab and nbclient go on behind such a cell
PROGRESS_SECONDS = 10
LINES_OF_A_CELL = 12
BETWEEN = "\n%%\n"  # two cells' sources where they are hashed; NotebookFile.java has it too
ABOUT = 'System.out.print(Runtime.version() + "\\n" + MemoryView.of(Session.open()).device());'


class TalkingClient(NotebookClient):
    """Tells the terminal what the kernel says while it says it."""

    shown_at = 0.0
    last_cell = -1
    lines = 0
    waiting = ""
    peak_mb = 0

    def process_message(self, msg, cell, cell_index):
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            self.say(cell_index, content["text"])
        elif kind == "update_display_data":
            self.waiting = content["data"].get("text/plain", "")
            if time.monotonic() - self.shown_at > PROGRESS_SECONDS:
                self.say_progress(cell_index)
        elif kind == "status" and content["execution_state"] == "idle":
            self.say_progress(cell_index)
            self.peak_mb = peak_memory_mb(self.km.provisioner.pid) or self.peak_mb
        return super().process_message(msg, cell, cell_index)

    def say_progress(self, cell_index):
        """What a display in place says now; its last word is never left out."""
        self.shown_at = time.monotonic()
        self.say(cell_index, self.waiting)
        self.waiting = ""

    def say(self, cell_index, text):
        if cell_index == len(self.nb.cells) - 1:  # ABOUT, which is not the notebook's
            return
        if cell_index != self.last_cell:
            self.last_cell, self.lines = cell_index, 0
        for line in filter(str.strip, text.splitlines()):
            self.lines += 1
            if self.lines <= LINES_OF_A_CELL:
                mark = f"[{cell_index + 1}]" if self.lines == 1 else ""
                print(f"  {mark:>5} {line}", flush=True)
            elif self.lines == LINES_OF_A_CELL + 1:
                print("        … the rest is in the notebook", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path, help="the folder in which the kernel works")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--record", metavar="COMMIT")
    options = parser.parse_args()
    source, folder = options.source, options.folder
    notebook = read(source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        return fail(f"The folder {folder} cannot be written ({refused.strerror}): name another with --out.")
    print(f"Running {source.name}", flush=True)
    if options.short:
        shorten(notebook)
    start = time.monotonic()
    failure, about = run(notebook, options.work)
    faults = [failure] if failure else []
    faults += [f for cell in notebook.cells for f in missed_error(cell)]
    write(notebook, source, folder)
    for score in scores(notebook):
        print(f"  {score}")
    seconds = time.monotonic() - start
    print(f"  {seconds:.0f} s", flush=True)
    if options.record and not faults:
        record(notebook, source, about | {"commit": options.record, "minutes": round(seconds / 60, 1)})
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def shorten(notebook) -> None:
    for cell in notebook.cells:
        for text, shorter in cell.metadata.get("short", {}).items():
            if text not in cell.source:
                fail(f"A cell's short form replaces what it does not hold: {text}")
            cell.source = cell.source.replace(text, shorter)


def record(notebook, source: Path, stamp: dict) -> None:
    """Writes the executed notebook in place of its source."""
    sources = [c.source for c in notebook.cells if c.cell_type == "code"]
    code = hashlib.sha256(BETWEEN.join(sources).encode()).hexdigest()
    notebook.metadata["tunebook"] = notebook.metadata.get("tunebook", {}) | stamp | {"code": code}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of the day
    nbformat.write(notebook, source)


def peak_memory_mb(pid: int) -> int:
    """The most memory that a process has had, as Linux tells it; 0 where it does not."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")), 0)


def read(source: Path):
    try:
        return nbformat.read(source, as_version=4)
    except Exception as refused:  # nbformat raises whatever it stumbles over
        return fail(f"{source} is not a notebook that can be read ({(str(refused).splitlines() or [type(refused).__name__])[0]}).")


def run(notebook, work: Path) -> tuple[str, dict]:
    """Executes the cells in place; the first error that no cell expects, or nothing, and what they ran on."""
    notebook.cells.append(nbformat.v4.new_code_cell(ABOUT))
    client = TalkingClient(notebook, kernel_name="tunebook", timeout=None, resources={"metadata": {"path": str(work)}})
    failure = ""
    try:
        client.execute()
    except CellExecutionError as stopped:
        failure = str(stopped)
    except RuntimeError as stopped:
        fail(f"The kernel did not start or died ({stopped}). Where it ran out of memory, close other programs or lower TUNEBOOK_XMX.")
    said = "".join(o.get("text", "") for o in notebook.cells.pop().outputs).splitlines()
    about = {"java": said[0], "device": said[1]} if len(said) == 2 else {}
    return failure, about | {"cores": os.cpu_count(), "peakMemoryMB": client.peak_mb}


def fail(words: str) -> int:
    print(words, file=sys.stderr, flush=True)
    os._exit(1)  # nbclient's own clean-up stumbles over a kernel that never was


def missed_error(cell) -> list[str]:
    """What a cell that shows an error on purpose should have said and did not; `metadata.raises` is part of its message."""
    if RAISES not in cell.metadata.get("tags", []):
        return []
    raised = [o for o in cell.get("outputs", []) if o.output_type == "error"]
    wanted = cell.metadata.get("raises", "")
    if raised and wanted in raised[0].evalue:
        return []
    said = raised[0].evalue if raised else "nothing"
    return [f"A cell should have raised {wanted!r} and raised {said!r}:\n{cell.source}"]


def write(notebook, source: Path, folder: Path) -> None:
    executed = folder / source.name
    page = executed.with_suffix(".html")
    try:
        nbformat.write(notebook, executed)
    except OSError as refused:
        fail(f"{executed} cannot be written ({refused.strerror}): name another folder with --out.")
    exporter = HTMLExporter(require_js_url="", jquery_url="", mathjax_url="", mermaid_js_url="")  # the page needs no network
    body, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": source.stem}})
    page.write_text(body, encoding="utf-8")
    print(f"  notebook {executed}\n  page     {page}")


def scores(notebook) -> list[str]:
    """Lines to print at the end: printed ones that start with `score:`, or else the scores that cells returned."""
    returned, printed = [], []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(SCORES)
            if found:
                values = json.loads(found) if isinstance(found, str) else found
                returned += [f"score: {name} {value}" for name, value in values.items()]
            printed += [line for line in output.get("text", "").splitlines() if line.startswith("score:")]
    return printed or returned


if __name__ == "__main__":
    sys.exit(main())
