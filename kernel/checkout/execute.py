"""Executes a copy of a notebook in its kernel and writes it, with its HTML, to a folder. Run by the environment's Python.

Arguments: the notebook, the output folder, the folder in which the kernel works.
"""

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
RAISES = "raises"
PROGRESS_SECONDS = 10
LINES_OF_A_CELL = 12


class TalkingClient(NotebookClient):
    """Tells the terminal what the kernel says while it says it."""

    shown_at = 0.0
    last_cell = -1
    lines = 0
    waiting = ""

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
        return super().process_message(msg, cell, cell_index)

    def say_progress(self, cell_index):
        """What a display in place says now; its last word is never left out."""
        self.shown_at = time.monotonic()
        self.say(cell_index, self.waiting)
        self.waiting = ""

    def say(self, cell_index, text):
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
    source, folder, work = (Path(a) for a in sys.argv[1:4])
    notebook = read(source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        return fail(f"The folder {folder} cannot be written ({refused.strerror}): name another with --out.")
    print(f"Running {source.name}", flush=True)
    start = time.monotonic()
    failure = run(notebook, work)
    faults = [failure] if failure else []
    faults += [f for cell in notebook.cells for f in missed_error(cell)]
    write(notebook, source, folder)
    for score in scores(notebook):
        print(f"  {score}")
    print(f"  {time.monotonic() - start:.0f} s", flush=True)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def read(source: Path):
    try:
        return nbformat.read(source, as_version=4)
    except Exception as refused:  # nbformat raises whatever it stumbles over
        return fail(f"{source} is not a notebook that can be read ({(str(refused).splitlines() or [type(refused).__name__])[0]}).")


def run(notebook, work: Path) -> str:
    """Executes the cells in place; the first error that no cell expects, or nothing."""
    for cell in notebook.cells:
        allow_expected_error(cell)
    client = TalkingClient(notebook, kernel_name="tunebook", timeout=None, resources={"metadata": {"path": str(work)}})
    try:
        client.execute()
    except CellExecutionError as stopped:
        return str(stopped)
    except RuntimeError as stopped:
        return fail(f"The kernel did not start or died ({stopped}). Where it ran out of memory, close other programs or lower TUNEBOOK_XMX.")
    return ""


def fail(words: str) -> int:
    print(words, file=sys.stderr, flush=True)
    os._exit(1)  # nbclient's own clean-up stumbles over a kernel that never was


def allow_expected_error(cell) -> None:
    """A cell tagged `raises` shows an error on purpose; `metadata.raises` is part of its message."""
    tags = cell.metadata.get("tags", [])
    if RAISES in tags and "raises-exception" not in tags:
        cell.metadata["tags"] = [*tags, "raises-exception"]


def missed_error(cell) -> list[str]:
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
