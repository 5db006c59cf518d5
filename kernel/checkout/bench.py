"""`./tunebook bench train`: the project and its peers on one workload, in turn, on this machine."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from tunebook_kernel import java

from . import setup

BENCH = setup.ROOT / "tests" / "bench"
WORK = setup.STATE / "bench"
ROWS = 8  # of an optimizer step; the peers run at 2, since more do not fit into their memory
PEER_ROWS = 2
PEERS = {"trl": ("peer_trl.py", []), "tunix": ("peer_tunix.py", ["--max-length", "1024"])}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tunebook bench")
    parser.add_argument("what", choices=["train"])
    parser.add_argument("--peers", action="store_true", help="also transformers + PEFT and Tunix, each in an environment of its own")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--model", default=str(WORK / "gemma-3-270m-random"), help="model folder or .gguf (random weights of the 270M's shape)")
    parser.add_argument("--micro", type=int, default=2, help="rows of a micro-batch")
    options = parser.parse_args(arguments)
    found = setup.whole()
    WORK.mkdir(parents=True, exist_ok=True)
    workload = WORK / "workload.jsonl"
    subprocess.run([sys.executable, BENCH / "workload.py", workload], check=True)
    results = [ours(found, workload, options)]
    if options.peers:
        results += [best(name, workload, options.steps) for name in PEERS]
    print(table(results))
    write(results)
    return 0


def ours(found, workload: Path, options) -> dict:
    place = java.layout()
    arguments = ["measure", str(workload), "--model", options.model, "--steps", str(options.steps), "--rows", str(ROWS), "--micro", str(options.micro)]
    if not Path(options.model).exists():  # made in a process of its own, so that its memory is not counted
        call("the model", java.cli_command(found, place, [*arguments[:4], "--steps", "1", "--rows", "1", "--micro", "1"]), java.environment(place))
    return call("tunebook bf16", java.cli_command(found, place, arguments), java.environment(place))


def best(peer: str, workload: Path, steps: int) -> dict:
    """The better of bf16 and f32."""
    script, extra = PEERS[peer]
    python = environment(peer)
    runs = [call(f"{peer} {dtype}", [str(python), str(BENCH / script), str(workload), "--dtype", dtype, "--steps", str(steps), "--batch", str(PEER_ROWS), *extra],
                 dict(os.environ)) for dtype in ("bf16", "f32")]
    return max(runs, key=lambda run: run["real_tokens_per_s"]) | {"rows": PEER_ROWS}


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


def call(words: str, command: list[str], env: dict) -> dict:
    with setup.step(words):
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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
    return "\n".join(lines)


def write(results: list[dict]) -> None:
    commit = subprocess.run(["git", "-C", str(setup.ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    stamp = {"when": time.strftime("%Y-%m-%d %H:%M"), "commit": commit, "machine": f"{os.cpu_count()} cores, {platform.machine()}", "results": results}
    out = BENCH / "results" / f"train-{time.strftime('%Y%m%d-%H%M')}.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(stamp, indent=1) + "\n")
    print(f"written: {out}")
