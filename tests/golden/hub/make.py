"""Writes cache.json: the cache that Python's huggingface_hub makes of the tests' own hub (tests/java/tunebook/io/hub/FakeHub.java).

    mvn -q test-compile && python tests/golden/hub/make.py "java -cp target/test-classes:target/classes:LIBRARIES tunebook.io.hub.FakeHub"

What is fetched: the toy model whole at `main` and at `v1`, one of its files at `refs/pr/3`, a file that it does not have, and a folder of the toy data set.
"""
import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def describe(cache: Path) -> dict:
    """Every file and link of a cache: links by target, files by size and SHA-256, small texts as they are."""
    found = {}
    for path in sorted(cache.rglob("*")):
        name = path.relative_to(cache).as_posix()
        if path.is_symlink():
            found[name] = {"link": os.readlink(path)}
        elif path.is_file():
            content = path.read_bytes()
            found[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            if "/refs/" in name:
                found[name]["text"] = content.decode()
            if "/trees/" in name:
                found[name]["json"] = json.loads(content)
    return found


def main(command: str) -> None:
    hub = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HF_ENDPOINT=hub.stdout.readline().strip(), HF_HOME=folder, HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_TELEMETRY="1")
        import huggingface_hub as hf
        hf.snapshot_download("toy-lab/toy-gemma")
        hf.snapshot_download("toy-lab/toy-gemma", revision="v1")
        hf.hf_hub_download("toy-lab/toy-gemma", "config.json", revision="refs/pr/3")
        try:
            hf.hf_hub_download("toy-lab/toy-gemma", "chat_template.jinja")
        except hf.errors.EntryNotFoundError:
            pass
        hf.snapshot_download("toy-lab/toy-rows", repo_type="dataset", allow_patterns=["data/"])
        golden = {"versions": {"huggingface_hub": hf.__version__, "python": sys.version.split()[0]}, "cache": describe(Path(folder) / "hub")}
    hub.stdin.close()
    hub.wait()
    (HERE / "cache.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(golden['cache'])} files and links, huggingface_hub {hf.__version__}")


if __name__ == "__main__":
    main(sys.argv[1])
