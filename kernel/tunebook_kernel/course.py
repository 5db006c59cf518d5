"""The course that the wheel carries: notebooks, the embedded model, the data sets."""

import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODEL = Path("data", "tiny-functiongemma")


def write(folder: Path, *parts: str) -> int:
    """Copies `parts` (`notebooks`, `data`) into a folder and leaves what is there as it is; the number of files written."""
    written = 0
    for part in parts:
        for source in filter(Path.is_file, (HERE / "course" / part).rglob("*")):
            target = folder / source.relative_to(HERE / "course")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                written += 1
    return written


def top() -> Path:
    """Where the kernel works: notebooks name files from the top of the course or checkout, and Jupyter starts a kernel in the notebook's folder."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / MODEL).is_dir()), here)
