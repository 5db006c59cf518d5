"""What the first cell of a notebook does where it runs under Python, in Colab above all: it gets what the Java kernel needs and says what to click.

In the Java kernel the same cell only says that all is there (`FirstCell.java`).
"""

import os
import shutil
import subprocess
from pathlib import Path

from . import course, install, java, jdk

APT = (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", jdk.PACKAGE])
IN_COLAB = """
Now reload this page (F5). The notebook then runs in Java: run this cell again, and it says so.
If it still runs Python: Runtime → Change runtime type → Tunebook (Java)."""
ELSEWHERE = """
Now choose the kernel: Kernel → Change Kernel… → Tunebook (Java), and run this cell again: it says that it runs in Java.
If it is not in the list, reload this page first."""


def main() -> None:
    try:
        found, place = java_25(), java.layout()
        install.cpu_plugin(found, place)
    except (jdk.NoJdk, install.InstallFault) as fault:
        print(fault)
        return
    written = course.write(Path.cwd(), "data") if not (course.top() / course.MODEL).is_dir() else 0
    print(f"Java: {found.home}. " + (f"The course's model and data are in {Path.cwd() / 'data'}." if written else "The course's model and data are there."))
    copy_token()
    print(IN_COLAB if jdk.in_colab() else ELSEWHERE)


def java_25() -> jdk.Jdk:
    """The JDK; where there is none and the system's packages can be installed, as in Colab, it is."""
    try:
        return jdk.find()
    except jdk.NoJdk:
        if not (jdk.in_colab() and shutil.which("apt-get")):
            raise
    with install.step("JDK"):
        for command in APT:
            done = subprocess.run(command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode:
                raise install.InstallFault(f"`{' '.join(command)}` failed: {done.stderr.strip()[-500:]}\nRun this cell again, or point TUNEBOOK_JAVA_HOME at a JDK.")
    return jdk.find()


def copy_token() -> None:
    """Colab's secrets do not reach a Java kernel: with the user's leave, HF_TOKEN goes where the hub's clients look for a token. It is never printed."""
    file = token_file()
    if file.exists() or not jdk.in_colab():
        return
    from google.colab import userdata
    answer = input(f"Models behind a licence need your token. Copy the secret HF_TOKEN of this Colab account to {file}? [y/N] ")
    if answer.strip().lower() not in ("y", "yes"):
        return
    try:
        secret = userdata.get("HF_TOKEN")
    except Exception as refused:  # Colab's own kinds of refusal are not importable elsewhere
        print(f"Not copied: Colab gives no secret HF_TOKEN to this notebook ({type(refused).__name__}). Set it under the key symbol at the left, or use Hub.login().")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secret)
    print(f"Copied to {file}.")


def token_file() -> Path:
    """Where `huggingface_hub` and `HubSettings.java` look."""
    caches = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    home = Path(os.environ.get("HF_HOME", caches / "huggingface")).expanduser()
    return Path(os.environ.get("HF_TOKEN_PATH", home / "token")).expanduser()


if __name__ == "__main__":
    main()
