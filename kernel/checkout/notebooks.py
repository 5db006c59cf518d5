"""`./tunebook notebook`: checks the course's notebooks, runs them all, records their outputs, and makes the README's table of them."""

import argparse
import json
import subprocess
from pathlib import Path

from tunebook_kernel import java

from . import commands, setup

CHECK_MAIN = "tunebook.notebook.NotebookCheck"
COURSE = setup.ROOT / "notebooks"
README = setup.ROOT / "README.md"
FIRST_CELL = setup.ROOT / "lib" / "resources" / "tunebook" / "first-cell.txt"
BEGIN, END = "<!-- notebooks: made by ./tunebook notebook table -->", "<!-- end of notebooks -->"
USAGE = """usage: ./tunebook notebook check                      compile every cell of every notebook, check the rules of the course
       ./tunebook notebook run --all [--short]        execute all on copies in the real kernel, and check what they assert
       ./tunebook notebook record [NOTEBOOK ...]      execute, and keep the outputs in the notebooks with a stamp of the run
       ./tunebook notebook first-cell                 put the cell that installs first where it is missing
       ./tunebook notebook table                      write the README's table from the stamps"""


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check", *rest]:
            return check(rest)
        case ["run", *rest]:
            return run(rest)
        case ["record", *names]:
            return record([Path(n) for n in names] or course())
        case ["first-cell"]:
            return first_cells()
        case ["table"]:
            README.write_text(with_table(README.read_text()))
            return 0
        case _:
            print(USAGE)
            return 2


def course() -> list[Path]:
    return sorted(COURSE.glob("*.ipynb"))


def check(arguments: list[str]) -> int:
    place = java.layout()
    command = java.cli_command(setup.whole(), place, arguments, CHECK_MAIN)
    status = subprocess.run(command, cwd=setup.ROOT, env=java.environment(place)).returncode
    if README.read_text() != with_table(README.read_text()):
        print("README.md: its table of notebooks is not that of their stamps: run ./tunebook notebook table")
        return 1
    return status


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook notebook run")
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--all", action="store_true", help="every notebook of the course")
    parser.add_argument("--short", action="store_true", help="fewer steps and rows, where cells name a short form")
    parser.add_argument("--out", default=str(setup.ROOT / "out"), help="folder for the executed notebooks and their HTML")
    options = parser.parse_args(arguments)
    names = course() if options.all else options.notebooks
    if not names:
        raise setup.SetupFault("No notebook is named: name one or more, or give --all.")
    setup.whole()
    extra = ["--short"] if options.short else []
    failed = [n.name for n in names if commands.execute(str(n), options.out, *extra)]
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed" + "".join(f", {name}" for name in failed))
    return 1 if failed else 0


def record(names: list[Path]) -> int:
    setup.whole()
    commit = setup.commit()
    failed = [n.name for n in names if commands.execute(str(n), str(setup.ROOT / "out"), "--record", commit)]
    README.write_text(with_table(README.read_text()))
    return 1 if failed else 0


def first_cells() -> int:
    """Every notebook of the course has the same cell behind its title. Where it is new, stored outputs no longer belong to the code."""
    source = FIRST_CELL.read_text().strip()
    for path in course():
        notebook = json.loads(path.read_text())
        cells = notebook["cells"]
        if "".join(cells[1]["source"]) == source:
            continue
        cells.insert(1, {"cell_type": "code", "execution_count": None, "id": "first-cell", "metadata": {}, "outputs": [],
                         "source": source.splitlines(keepends=True)})
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
        print(path.relative_to(setup.ROOT))
    return 0


def with_table(readme: str) -> str:
    """The README with the table as the notebooks' stamps have it now."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise setup.SetupFault(f"README.md has no place for the table: put the lines {BEGIN} and {END} into it.")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def table() -> str:
    lines = ["| notebook | what it does | recorded run |", "|---|---|---|"]
    for path in course():
        notebook = json.loads(path.read_text())
        title = "".join(notebook["cells"][0]["source"]).splitlines()[0].removeprefix("# ").replace(" ·", "")
        about = notebook["metadata"].get("tunebook", {})
        lines.append(f"| [{title}](notebooks/{path.name}) | {about.get('summary', '')} | {stamp(about)} |")
    return "\n".join(lines)


def stamp(about: dict) -> str:
    if "minutes" not in about:
        return "none yet"
    return f"{about['minutes']} min, {about['peakMemoryMB'] / 1000:.1f} GB ({about['device'].split(':')[0]}, {about['cores']} cores, {about['commit'][:10]})"
