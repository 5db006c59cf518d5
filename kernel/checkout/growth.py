"""`./tunebook bench growth`: how speed and memory of LoRA steps grow with the sequence, the rows, the rank and the depth, beside what the graph predicts."""

import argparse
import json
import subprocess
from pathlib import Path

from tunebook_kernel import java

from . import bench, setup

# The point that all series share; what it measures predicts the others.
REFERENCE = {"length": 512, "rows": 1, "rank": 8, "layers": 18, "checkpoint_layers": False}
SERIES = {
    "sequence": ("length", "tokens of the one row", [256, 512, 1024, 2048, 4096, 8192]),
    "rows": ("rows", "rows of 512 tokens", [1, 2, 4, 8]),
    "rank": ("rank", "rank", [4, 8, 16, 32, 64]),
    "depth": ("layers", "layers", [6, 12, 18, 24]),
}
README = bench.BENCH / "README.md"
PLOT = bench.BENCH / "growth.svg"
BEGIN, END = "<!-- growth -->", "<!-- /growth -->"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook bench growth")
    parser.add_argument("--only", default=",".join(SERIES), help="series, by comma: " + ", ".join(SERIES))
    parser.add_argument("--points", type=int, help="values of each series, the smallest first (all)")
    parser.add_argument("--steps", type=int, default=2, help="steps after the one that compiles; the best counts")
    parser.add_argument("--measured", type=Path, help="a results/growth-DATE.json whose points are not measured again")
    options = parser.parse_args(arguments)
    names = options.only.split(",")
    if unknown := [n for n in names if n not in SERIES]:
        raise setup.SetupFault(f"There is no series {', '.join(unknown)}: they are {', '.join(SERIES)}.")
    found = setup.whole()
    results = json.loads(options.measured.read_text())["results"] if options.measured else []
    out = bench.results_file("growth")
    wanted = points(names, options.points)
    for i, point in enumerate(wanted):
        if find(results, point) is None:
            results.append(measure(found, point, options.steps, f"{i + 1} of {len(wanted)}: {words(point)}"))
            bench.write(out, results)
    results = [r | {"predicted": predicted(r, find(results, REFERENCE))} for r in results]
    bench.write(out, results)
    print(f"written: {out}\n\n{tables(results)}")
    if all(find(results, p) for p in points(list(SERIES))):
        publish(results)
    return 0


def points(names: list[str], count: int | None = None) -> list[dict]:
    """The settings to measure, each once, the reference first."""
    out = [REFERENCE]
    for name in names:
        key, _, values = SERIES[name]
        for value in values[:count]:
            for checkpointed in (False, True):
                point = REFERENCE | {key: value, "checkpoint_layers": checkpointed}
                if point not in out:
                    out.append(point)
    return out


def find(results: list[dict], point: dict) -> dict | None:
    return next((r for r in results if point.items() <= r.items()), None)


def words(point: dict) -> str:
    return (f"{point['rows']} x {point['length']} tokens, rank {point['rank']}, {point['layers']} layers"
            + (" checkpointed" if point["checkpoint_layers"] else ""))


def measure(found, point: dict, steps: int, said: str) -> dict:
    """One point in a process of its own. What the step costs by its graph is there also where memory was too small to run it."""
    place = java.layout()
    rows = bench.workload(f"rows-{point['rows']}x{point['length']}.jsonl", point["rows"], point["length"])
    arguments = ["measure", str(rows), "--model", str(model(found, point["layers"])), "--steps", str(steps),
                 "--rows", str(point["rows"]), "--micro", str(point["rows"]), "--rank", str(point["rank"]), "--cost"]
    if point["checkpoint_layers"]:
        arguments.append("--checkpoint-layers")
    with setup.step(said):
        done = subprocess.run(java.cli_command(found, place, arguments), env=java.environment(place), capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode and not (lines and out_of_memory(done.returncode, done.stderr)):
        raise setup.SetupFault(f"The benchmark failed at {words(point)}:\n" + "\n".join(done.stderr.splitlines()[-20:]))
    return point | lines[0] | (measured(lines[-1]) if not done.returncode else {"out_of_memory": True})


def out_of_memory(status: int, errors: str) -> bool:
    """Whether the system killed the process, or it said so itself."""
    return status in (-9, 137) or "memory is full" in errors or "OutOfMemoryError" in errors


def measured(line: dict) -> dict:
    return {"tokens_per_s": line["real_tokens_per_s"], "step_s": line["step_s"][1], "peak_gb": line["peak_rss_gb"], "working_gb": line["working_gb"]}


def model(found, layers: int) -> Path:
    path = bench.RANDOM_270M if layers == REFERENCE["layers"] else bench.WORK / f"gemma-3-random-{layers}-layers"
    bench.make_if_missing(found, path, layers)
    return path


def predicted(point: dict, reference: dict) -> dict:
    """Tokens/s where the reference's operations/s hold; peak memory where it differs from the reference's by arguments and by what is kept for the backward pass."""
    step = reference["step_s"] * point["operations"] / reference["operations"]
    more = sum(point[part] - reference[part] for part in ("arguments", "kept"))
    return {"tokens_per_s": point["rows"] * point["length"] / step, "step_s": step, "peak_gb": reference["peak_gb"] + more / 1e9}


def curves(results: list[dict]) -> list[dict]:
    """Each series without and with checkpointed layers, where more than the point that all series share was measured: its results by rising value."""
    out = []
    for name, (key, label, values) in SERIES.items():
        for checkpointed in (False, True):
            line = [find(results, REFERENCE | {key: v, "checkpoint_layers": checkpointed}) for v in values]
            line = [r for r in line if r]
            if any(r[key] != REFERENCE[key] for r in line):
                out.append({"series": name, "label": label, "checkpoint_layers": checkpointed, "x": [r[key] for r in line], "results": line})
    return out


def tables(results: list[dict]) -> str:
    return "\n\n".join(table(name, [c for c in curves(results) if c["series"] == name]) for name in SERIES if any(c["series"] == name for c in curves(results)))


def table(name: str, lines: list[dict]) -> str:
    head = f"| {lines[0]['label']} | layers checkpointed | step, s | tokens/s | predicted | measured / predicted | peak memory, GB | predicted | measured / predicted | working memory, GB |"
    rows = [row(x, r) for line in lines for x, r in zip(line["x"], line["results"])]
    return "\n".join([f"**{name.capitalize()}**", "", head, "|---:|---|" + "---:|" * 8, *rows])


def row(x: int, r: dict) -> str:
    p = r["predicted"]
    start = f"| {x:,} | {'yes' if r['checkpoint_layers'] else 'no'} "
    if "out_of_memory" in r:
        return start + f"| out of memory | | {p['tokens_per_s']:.0f} | | | {p['peak_gb']:.2f} | | |"
    return start + (f"| {r['step_s']:.2f} | {r['tokens_per_s']:.0f} | {p['tokens_per_s']:.0f} | {r['tokens_per_s'] / p['tokens_per_s']:.2f} "
                    f"| {r['peak_gb']:.2f} | {p['peak_gb']:.2f} | {r['peak_gb'] / p['peak_gb']:.2f} | {r['working_gb']:.2f} |")


def publish(results: list[dict]) -> None:
    """Tables into the README of the benchmarks, between the markers, and the plot beside it."""
    plot(results, PLOT)
    README.write_text(between(README.read_text(), f"![Tokens/s and peak memory, measured and predicted]({PLOT.name})\n\n{tables(results)}"))
    print(f"written: {README}, {PLOT}")


def between(page: str, text: str) -> str:
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}"


def plot(results: list[dict], file: Path) -> None:
    subprocess.run([bench.environment("plot"), bench.BENCH / "plot_growth.py", file], input=json.dumps(curves(results)), text=True, check=True)
