"""Stands between a client on ipc sockets (Colab) and the Java kernel, whose ZeroMQ speaks tcp only.

Each socket of the client's connection file is bound here, and its twin is connected to the kernel. Messages pass
through unread, so signatures stay valid.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import zmq

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


def run(connection: dict, kernel_command, environment: dict[str, str], work: Path) -> int:
    """Serves until the kernel, which works in the folder `work`, ends; returns its exit status. Addresses may be relative to this process's own folder."""
    inner = connection | {"transport": "tcp", "ip": "127.0.0.1"} | dict(zip(PORTS, free_ports(len(PORTS))))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "connection.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(inner))
        kernel = subprocess.Popen(kernel_command(str(file)), env=environment | {"JPY_PARENT_PID": str(os.getpid())}, cwd=work)
        signal.signal(signal.SIGTERM, lambda *_: kernel.terminate())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=forward, args=(connection, inner), daemon=True).start()
        status = kernel.wait()
    remove_sockets(connection)
    return status


def forward(outer: dict, inner: dict) -> None:
    """Passes messages both ways for ever."""
    context = zmq.Context()
    ways = {}
    # Input requests are routed by the identity that the kernel saw on the shell socket: both must have the same.
    identity = os.urandom(16)
    for port in PORTS:
        front, back = pair(context, port, identity)
        front.bind(address(outer, outer[port]))
        back.connect(address(inner, inner[port]))
        ways[front], ways[back] = back, front
    poller = zmq.Poller()
    for end in ways:
        poller.register(end, zmq.POLLIN)
    while True:
        for end, _ in poller.poll():
            ways[end].send_multipart(end.recv_multipart())


def pair(context, port: str, identity: bytes):
    if port == "iopub_port":
        # XPUB hands the clients' subscriptions on to XSUB, so that the kernel sends only what is read.
        front, back = context.socket(zmq.XPUB), context.socket(zmq.XSUB)
    else:
        front, back = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    if port in ("shell_port", "stdin_port"):
        back.setsockopt(zmq.IDENTITY, identity)
    for end in (front, back):
        end.setsockopt(zmq.LINGER, 1000)
        end.set_hwm(0)
    return front, back


def address(connection: dict, port: int) -> str:
    separator = "-" if connection["transport"] == "ipc" else ":"
    return f"{connection['transport']}://{connection['ip']}{separator}{port}"


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def remove_sockets(connection: dict) -> None:
    for port in PORTS:
        with contextlib.suppress(OSError):
            os.unlink(f"{connection['ip']}-{connection[port]}")
