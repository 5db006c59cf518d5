"""Started by Jupyter with a connection file: becomes the Java kernel, or stands between it and an ipc client."""

import json
import os
import sys
from pathlib import Path

from . import java, jdk


def main() -> int:
    connection_file = sys.argv[1]
    try:
        found = jdk.find()
    except jdk.NoJdk as problem:
        print(problem, file=sys.stderr)
        return 1
    place = java.layout()
    go_to_checkout(place)
    command = java.kernel_command(found, place, connection_file)
    connection = json.loads(Path(connection_file).read_text())
    if connection["transport"] == "ipc":
        from . import proxy
        return proxy.run(connection, lambda file: [*command[:-1], file], java.environment(place))
    os.execve(command[0], command, java.environment(place))


def go_to_checkout(place: java.Layout) -> None:
    """Notebooks name files from the top of the checkout; Jupyter starts a kernel in the notebook's folder."""
    if place.root and Path.cwd().resolve().is_relative_to(place.root):
        os.chdir(place.root)


if __name__ == "__main__":
    sys.exit(main())
