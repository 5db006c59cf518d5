"""The lengths of the benchmark's rows (tests/bench/workload.py, 64 rows of seed 0): tokens, and how many of them at the end are learned.

Run from the repository's root: python tests/golden/train/make_workload.py (Python's version is written into workload.json)."""
import json, pathlib, platform, subprocess, sys, tempfile

with tempfile.TemporaryDirectory() as folder:
    rows = pathlib.Path(folder) / "rows.jsonl"
    subprocess.run([sys.executable, "tests/bench/workload.py", rows], check=True)
    parsed = [json.loads(line) for line in rows.read_text().splitlines()]
lengths = [[len(row["tokens"]), len(row["tokens"]) - row["completion_start"]] for row in parsed]
pathlib.Path("tests/golden/train/workload.json").write_text(json.dumps({"python": platform.python_version(), "rows": lengths}) + "\n")
