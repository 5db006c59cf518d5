"""Python's huggingface_hub and our client in one cache, both ways, against the tests' own hub. Prints what was seen; fails where something is not as it should be.

    mvn -q test-compile && python tests/golden/hub/two_way.py "java -cp target/test-classes:target/classes:LIBRARIES" [MEGABYTES]

Seen with huggingface_hub 2.4.0 and 300 MB, on 2 cores with ten other busy processes:

    Python, then ours: 9 files, 7 downloads; found offline and online, 0 downloads
    ours, then Python: 9 files, 7 downloads; found offline and online, 0 downloads
    8 processes at once, 300 MB: all whole, nothing left over; the large file was sent 2 times
    Python: 300 MB from this machine in 17.9 s
    ours: 300 MB from this machine in 8.3 s

Twice, and not once: Java's file locks and Python's do not see each other. The times say only that ours does not hold a connection up.
"""
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TOY, BIG, ROWS = "toy-lab/toy-gemma", "toy-lab/big", "toy-lab/toy-rows"
PYTHON = """
import sys, huggingface_hub as hf
kind, repo, patterns = sys.argv[1], sys.argv[2], sys.argv[3:] or None
print(hf.snapshot_download(repo, repo_type=kind, allow_patterns=patterns))
"""


class Hub:
    def __init__(self, java: str, megabytes: int):
        self.process = subprocess.Popen([*shlex.split(java), "tunebook.io.hub.FakeHub", str(megabytes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.endpoint = self.process.stdout.readline().strip()

    def end(self) -> list[str]:
        """Stops it; what was asked of it."""
        return self.process.communicate()[0].splitlines()


def run(command: list[str], cache: Path, endpoint: str, **more: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HUB_CACHE": str(cache), "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"} | more
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def python(kind: str, repo: str, *patterns: str) -> list[str]:
    return [sys.executable, "-c", PYTHON, kind, repo, *patterns]


def ours(java: str, kind: str, repo: str, *patterns: str) -> list[str]:
    return [*shlex.split(java), "tunebook.cli.Main", "fetch", repo, *(["--dataset"] if kind == "dataset" else []), *(x for p in patterns for x in ("--include", p))]


def contents(folder: str) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


def downloads(seen: list[str]) -> int:
    """Files whose content was sent: by the storage host, or small ones by the hub itself."""
    return sum(line.startswith("storage GET") or line.startswith("hub GET /api/resolve-cache") for line in seen)


def both_ways(java: str) -> None:
    """One fetches; the other, without a network and then with one, must have the same folder and download nothing."""
    for first, second, names in ((python, lambda *a: ours(java, *a), "Python, then ours"), (lambda *a: ours(java, *a), python, "ours, then Python")):
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder)
            hub = Hub(java, 1)
            made = [run(first("model", TOY), cache, hub.endpoint), run(first("dataset", ROWS, "data/*"), cache, hub.endpoint)]
            fetched = downloads(hub.end())
            found = [run(second("model", TOY), cache, hub.endpoint, HF_HUB_OFFLINE="1"), run(second("dataset", ROWS, "data/*"), cache, hub.endpoint, HF_HUB_OFFLINE="1")]
            hub = Hub(java, 1)
            online = [run(second("model", TOY), cache, hub.endpoint), run(second("dataset", ROWS, "data/*"), cache, hub.endpoint)]
            again = downloads(hub.end())
            assert made == found == online, (made, found, online)
            assert again == 0, again
            files = sum(len(contents(f)) for f in made)
            print(f"{names}: {files} files, {fetched} downloads; found offline and online, {again} downloads")


def at_once(java: str, megabytes: int) -> None:
    """Both fetch the same at the same time into one cache."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        hub = Hub(java, megabytes)
        folders: list[str] = []
        threads = [threading.Thread(target=lambda c=c: folders.append(run(c, cache, hub.endpoint)))
                   for c in [python("model", BIG), ours(java, "model", BIG), python("model", TOY), ours(java, "model", TOY)] * 2]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert len(folders) == 8 and len(set(folders)) == 2, folders
        seen = hub.end()
        left = [str(p.relative_to(cache)) for p in cache.rglob("*") if p.name.endswith((".incomplete", ".tmp"))]
        assert left == [], left
        import hashlib
        for blob in (cache / "models--toy-lab--big" / "blobs").iterdir():
            assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
        sent = sum(line.startswith("storage GET /toy-lab/big") for line in seen)
        print(f"8 processes at once, {megabytes} MB: all whole, nothing left over; the large file was sent {sent} times")


def speed(java: str, megabytes: int) -> None:
    """Wall time of each, start of the process included."""
    for name, command in (("Python", python("model", BIG)), ("ours", ours(java, "model", BIG))):
        with tempfile.TemporaryDirectory() as folder:
            hub = Hub(java, megabytes)
            start = time.monotonic()
            run(command, Path(folder), hub.endpoint)
            print(f"{name}: {megabytes} MB from this machine in {time.monotonic() - start:.1f} s")
            hub.end()


def main(java: str, megabytes: int = 200) -> None:
    import huggingface_hub
    print("huggingface_hub", huggingface_hub.__version__)
    both_ways(java)
    at_once(java, megabytes)
    speed(java, megabytes)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
