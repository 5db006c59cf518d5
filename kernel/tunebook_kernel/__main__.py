"""Started by Jupyter with a connection file: becomes the Java kernel, or stands between it and an ipc client."""

import json
import os
import sys
from pathlib import Path

from . import course, deaths, java, jdk


def main() -> int:
    connection_file = str(Path(sys.argv[1]).absolute())
    try:
        found = jdk.find()
    except jdk.NoJdk as problem:
        print(problem, file=sys.stderr)
        return 1
    place = java.layout()
    command = java.kernel_command(found, place, connection_file)
    environment = java.environment(place) | deaths.begin(connection_file)
    connection = json.loads(Path(connection_file).read_text())
    if connection["transport"] == "ipc":
        from . import proxy
        return proxy.run(connection, lambda file: [*command[:-1], file], environment, course.top())
    os.chdir(course.top())
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    sys.exit(main())
