"""A real browser: JupyterLab in Chromium, notebook 01 by its menus, in the light and the dark theme, and its HTML export."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / ".tunebook"
PLAYWRIGHT = "playwright-core@1.65.1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def run_in_browser(notebook: Path, pictures: Path, interrupt: bool = False) -> dict:
    """Runs a notebook of this checkout in JupyterLab; what the browser saw. Pictures of all cells go to a folder."""
    pictures.mkdir(parents=True, exist_ok=True)
    port = free_port()
    own = tempfile.mkdtemp()
    environment = os.environ | {"JUPYTERLAB_WORKSPACES_DIR": f"{own}/workspaces", "JUPYTERLAB_SETTINGS_DIR": f"{own}/settings"}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
         "--IdentityProvider.token=", "--expose-app-in-browser", f"--ServerApp.root_dir={ROOT}"], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        options = {"core": str(playwright()), "chromium": browser(), "pictures": str(pictures), "interrupt": interrupt,
                   "url": f"{url}/lab/tree/{notebook.relative_to(ROOT)}"}
        done = subprocess.run(["node", str(Path(__file__).parent / "lab.mjs"), json.dumps(options)], capture_output=True, text=True, timeout=1800)
        if done.returncode:
            raise AssertionError(done.stderr[-3000:])
        return json.loads(done.stdout.splitlines()[-1])
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(own, ignore_errors=True)


def wait_for(url: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{url}/api", timeout=1)
            return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("JupyterLab did not start")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def browser() -> str:
    return next(found for name in BROWSERS if (found := shutil.which(name)))


def playwright() -> Path:
    """playwright-core, installed once by the user's own npm."""
    folder = STATE / "node"
    if not (folder / "node_modules" / "playwright-core").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PLAYWRIGHT], check=True)
    return folder


@unittest.skipUnless(shutil.which("node") and any(shutil.which(b) for b in BROWSERS), "needs node and Chromium")
class LabTest(unittest.TestCase):
    def test_notebook_01_runs_by_menu_and_can_be_read_in_both_themes(self):
        notebook = ROOT / "notebooks" / "01-first-run.ipynb"
        copy = ROOT / "out" / "browser" / notebook.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(notebook.read_text().replace("select(80)", "select(16)").replace("int steps = 120", "int steps = 60"))
        seen = run_in_browser(copy, ROOT / "out" / "browser" / "pictures", interrupt=True)
        self.assertEqual((seen["errors"], seen["notRun"]), ([], 0))
        self.assertGreaterEqual(seen["updates"], 3)
        self.assertGreaterEqual(seen["again"], 3)
        self.assertTrue(seen["interrupted"])
        self.assertEqual(seen["requests"], [])
        self.assertTrue(seen["export"]["drawings"] and seen["export"]["text"], seen["export"])
        self.assertNotEqual(seen["themes"]["light"], seen["themes"]["dark"])
        self.assertTrue(os.listdir(ROOT / "out" / "browser" / "pictures"))

    def test_running_all_goes_on_behind_an_error_shown_on_purpose(self):
        notebook = ROOT / "notebooks" / "02-tensors-graphs-gradients.ipynb"
        copy = ROOT / "out" / "browser" / notebook.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        cells = json.loads(notebook.read_text())
        for cell in cells["cells"]:
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        copy.write_text(json.dumps(cells))
        seen = run_in_browser(copy, ROOT / "out" / "browser" / "pictures-02")
        self.assertEqual(seen["notRun"], 0)
        self.assertEqual(["shapes do not fit" in e for e in seen["errors"]], [True], seen["errors"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(run_in_browser(Path(sys.argv[1]).resolve(), Path(sys.argv[2])))
    else:
        unittest.main()
