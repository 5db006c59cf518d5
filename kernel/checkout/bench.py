"""`./tunebook bench train`, `generate`, `load`, `head`, `kernel` and `checkpoint`: the project, and its peers, on one workload, in turn, on this machine. `bench growth` has a file of its own."""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tunebook_kernel import install, java

from . import setup

BENCH = setup.ROOT / "tests" / "bench"
WORK = setup.STATE / "bench"
RANDOM_270M = WORK / "gemma-3-270m-random"
ROWS = 8  # of an optimizer step; the peers run at 2, since more do not fit into their memory
PEER_ROWS = 2
PEERS = {"trl": ("peer_trl.py", []), "tunix": ("peer_tunix.py", ["--max-length", "1024"])}
RATES = {"prefill_1": "prefill, 1 row", "prefill_8": "8 rows", "decode_1": "decoding, 1 row", "decode_8": "8 rows"}  # tokens/s


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["growth"]:
        from . import growth
        return growth.main(arguments[1:])
    parser = argparse.ArgumentParser(prog="tunebook bench")
    parser.add_argument("what", choices=["train", "generate", "load", "head", "kernel", "checkpoint", "growth"])
    parser.add_argument("--peers", action="store_true", help="also transformers (train: with PEFT, and Tunix), each in an environment of its own")
    parser.add_argument("--steps", type=int, help="timed steps (5; checkpoint: 200, a multiple of 20)")
    parser.add_argument("--rows", type=int, default=300, help="generate: rows of the evaluation, 0 for none")
    parser.add_argument("--model", default=str(RANDOM_270M), help="model folder or .gguf (random weights of the 270M's shape)")
    parser.add_argument("--micro", type=int, default=2, help="rows of a micro-batch")
    parser.add_argument("--tokenizer", help="load: folder with the tokenizer that rows go through (the model's)")
    options = parser.parse_args(arguments)
    options.steps = options.steps or (200 if options.what == "checkpoint" else 5)
    found = setup.whole()
    return {"train": train, "generate": generate, "load": load, "head": head, "kernel": kernel, "checkpoint": checkpoint}[options.what](found, options)


def train(found, options) -> int:
    """LoRA steps on the workload, and the peers'."""
    rows = workload("workload.jsonl")
    results = [ours(found, rows, options)]
    if options.peers:
        results += [best(name, rows, options.steps) for name in PEERS]
    print(table(results))
    publish("train", results)
    return 0


def generate(found, options) -> int:
    """Prefill, decoding and an evaluation; the peer gets the evaluation's prompts from the project, and counts at its better type in each column."""
    place = java.layout()
    WORK.mkdir(parents=True, exist_ok=True)
    prompts = WORK / "prompts.jsonl"
    arguments = ["measure-generation", "--model", options.model, "--prompts", str(prompts), "--rows", str(options.rows)]
    results = [call("tunebook bf16", java.cli_command(found, place, arguments), java.environment(place))]
    if options.peers:
        python = environment("trl")
        results += both("transformers", lambda dtype: [str(python), str(BENCH / "peer_transformers.py"), str(prompts), "--dtype", dtype, "--rows", str(options.rows)])
    print(rates(results))
    publish("generate", results)
    return 0


def rates(results: list[dict]) -> str:
    columns = [*RATES] + (["evaluation_rows_per_s"] if "evaluation_s" in results[0] else [])
    lines = ["| tokens/s | " + " | ".join([*RATES.values(), "evaluation, rows/s"][:len(columns)]) + " | peak memory, GB |", "|---|" + "---:|" * (len(columns) + 1)]
    for r in results:
        if "evaluation_s" in r:
            r["evaluation_rows_per_s"] = round(r["evaluation_rows"] / r["evaluation_s"], 3)
        lines.append(f"| {r['peer']} {r['dtype']} | " + " | ".join(f"{r[c]:.1f}" for c in columns) + f" | {r['peak_rss_gb']:.2f} |")
    if results[1:]:
        best = [max(r[c] for r in results[1:]) for c in columns]
        lines.append("| ratio to the best peer | " + " | ".join(f"{results[0][c] / b:.2f}" for c, b in zip(columns, best)) + " | |")
    return "\n".join(lines)


def load(found, options) -> int:
    """A model's files to parameters on the device, beside the safetensors library; 10,000 rows to batches, beside training on them."""
    place = java.layout()
    make_if_missing(found, options.model)
    tokenizer = ["--tokenizer", options.tokenizer] if options.tokenizer else []
    rows = ["--rows", str(setup.ROOT / "data" / "phone-actions" / "train.jsonl"), "--steps", str(options.steps)]
    print(json.dumps(call("tunebook", java.cli_command(found, place, ["measure-load", options.model, *rows, *tokenizer]), java.environment(place))))
    file = Path(options.model) / "model.safetensors"
    if options.peers and file.is_file():
        print(json.dumps(call("safetensors", [str(environment("trl")), str(BENCH / "peer_load.py"), str(file)], dict(os.environ))))
    return 0


def head(found, options) -> int:
    """The head's time by the share of tokens that are learned."""
    place = java.layout()
    make_if_missing(found, options.model)
    result = call("head", java.cli_command(found, place, ["measure-head", options.model]), java.environment(place))
    return report("head", result | {"share": result["seconds_5_percent"] / result["seconds_100_percent"]})


def kernel(found, options) -> int:
    """How soon the kernel answers, with the AOT cache that `kernel install` makes."""
    install.start_cache(found, java.layout(), str(setup.PYTHON))
    return report("kernel", call("kernel starts", [str(setup.PYTHON), str(BENCH / "kernel_start.py")], dict(os.environ)))


def checkpoint(found, options) -> int:
    """What a checkpoint every ten steps costs of those steps' time: one run in which stretches of ten steps begin with one and without one, in turn."""
    place, out = java.layout(), WORK / "checkpoints"
    make_if_missing(found, options.model)
    shutil.rmtree(out, ignore_errors=True)
    arguments = ["measure-checkpoint", str(workload("checkpoint-rows.jsonl", 8, 512)), "--model", options.model, "--out", str(out), "--steps", str(options.steps)]
    result = call("checkpoints", java.cli_command(found, place, arguments), java.environment(place))
    shutil.rmtree(out)
    return report("checkpoint", result | cost(result["with_s"], result["without_s"]))


def cost(with_s: list[float], without_s: list[float]) -> dict:
    """Medians of stretches of ten steps, and of the share that one costs more than its neighbour without a checkpoint; how far the neighbours are apart tells the noise."""
    shares = sorted(a / b - 1 for a, b in zip(with_s, without_s))
    return {"step_without_s": statistics.median(without_s) / 10, "step_with_s": statistics.median(with_s) / 10,
            "cost_share": statistics.median(shares), "cost_share_least": shares[0], "cost_share_most": shares[-1]}


def workload(name: str, rows: int = 64, length: int = 0) -> Path:
    """A file of rows in the working folder, of mobile-actions' lengths where none is given."""
    WORK.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, BENCH / "workload.py", WORK / name, str(rows), "0", str(length)], check=True)
    return WORK / name


def make_if_missing(found, model: str | Path, layers: int = 18) -> None:
    """A random model, in a process of its own, so that its memory is not counted."""
    if Path(model).exists():
        return
    place = java.layout()
    arguments = ["measure", str(workload("one-row.jsonl", 1, 256)), "--model", str(model), "--layers", str(layers), "--steps", "1", "--rows", "1", "--micro", "1"]
    call("the model", java.cli_command(found, place, arguments), java.environment(place))


def ours(found, rows: Path, options) -> dict:
    place = java.layout()
    arguments = ["measure", str(rows), "--model", options.model, "--steps", str(options.steps), "--rows", str(ROWS), "--micro", str(options.micro)]
    make_if_missing(found, options.model)
    return call("tunebook bf16", java.cli_command(found, place, arguments), java.environment(place))


def best(peer: str, rows: Path, steps: int) -> dict:
    """The better of bf16 and f32."""
    script, extra = PEERS[peer]
    python = environment(peer)
    runs = both(peer, lambda dtype: [str(python), str(BENCH / script), str(rows), "--dtype", dtype, "--steps", str(steps), "--batch", str(PEER_ROWS), *extra])
    return max(runs, key=lambda run: run["real_tokens_per_s"]) | {"rows": PEER_ROWS}


def both(peer: str, command) -> list[dict]:
    """A peer's figures in f32, and in bf16 unless that takes more than twice as long as a whole: a processor without bf16 units emulates it for hours."""
    start = time.monotonic()
    runs = [call(f"{peer} f32", command("f32"), dict(os.environ))]
    try:
        runs.append(call(f"{peer} bf16", command("bf16"), dict(os.environ), timeout=2 * (time.monotonic() - start)))
    except subprocess.TimeoutExpired:
        print(f"  {peer} bf16: left out, not done in twice the time of f32")
    return runs


def environment(peer: str) -> Path:
    """A Python environment with the pinned packages of one peer."""
    pins = BENCH / f"requirements-{peer}.txt"
    folder = WORK / peer
    python = folder / "bin" / "python"
    if not setup.same(folder / "packages", setup.digest([pins])):
        with setup.step(f"Python packages of {peer}"):
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "-r", str(pins)], check=True)
            (folder / "packages").write_text(setup.digest([pins]))
    return python


def call(words: str, command: list[str], env: dict, timeout: float | None = None) -> dict:
    with setup.step(words):
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
    if done.returncode:
        raise setup.SetupFault(f"The benchmark of {words} failed:\n" + "\n".join(done.stderr.splitlines()[-20:]))
    return json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][-1])


def table(results: list[dict]) -> str:
    first = results[0]
    lines = ["| system | rows a step | real tokens/s | ratio | rows/s | step, s | peak memory, GB | ratio |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for r in results:
        step = r["step_s"] if isinstance(r["step_s"], list) else [r["step_s"]]
        lines.append(f"| {r['peer']} {r['dtype']} | {r['rows']} | {r['real_tokens_per_s']:.0f} | {first['real_tokens_per_s'] / r['real_tokens_per_s']:.2f} "
                     f"| {r['samples_per_s']:.2f} | {' / '.join(f'{s:.2f}' for s in step)} | {r['peak_rss_gb']:.2f} | {first['peak_rss_gb'] / r['peak_rss_gb']:.2f} |")
    if "share_of_products" in first:
        lines.append(f"\nThe layers' products of {first['peer']}: {first['share_of_products']:.0%} of the {first['products_gflops']} GFLOP/s that products alone reach here.")
    return "\n".join(lines)


def report(what: str, result: dict) -> int:
    print(json.dumps(result))
    publish(what, [result])
    return 0


def publish(what: str, results: list[dict]) -> None:
    file = results_file(what)
    write(file, results)
    print(f"written: {file}")


def results_file(what: str) -> Path:
    return BENCH / "results" / f"{what}-{time.strftime('%Y%m%d-%H%M')}.json"


def write(out: Path, results: list[dict]) -> None:
    commit = subprocess.run(["git", "-C", str(setup.ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    stamp = {"when": time.strftime("%Y-%m-%d %H:%M"), "commit": commit, "machine": f"{os.cpu_count()} cores, {platform.machine()}", "results": results}
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(stamp, indent=1) + "\n")
