"""Kernels for tests: start one, run code in it, look at what it sent."""

import unittest
from contextlib import contextmanager
from dataclasses import dataclass, field

from jupyter_client.manager import KernelManager

READY_SECONDS = 60
CELL_SECONDS = 120


@dataclass
class Answer:
    """What one cell sent: the reply and, by kind, its outputs."""

    reply: dict
    text: str = ""
    errors: list[dict] = field(default_factory=list)
    results: list[dict] = field(default_factory=list)
    displays: list[dict] = field(default_factory=list)
    updates: list[dict] = field(default_factory=list)
    messages: int = 0

    @property
    def ok(self) -> bool:
        return self.reply["content"]["status"] == "ok"

    @property
    def value(self) -> str:
        return self.results[-1]["data"]["text/plain"]


class Kernel:
    def __init__(self, manager, client):
        self.manager, self.client = manager, client

    def start(self, code: str) -> str:
        return self.client.execute(code)

    def run(self, code: str) -> Answer:
        return self.wait(self.start(code))

    def wait(self, msg_id: str) -> Answer:
        """Everything until the kernel is idle again, and the reply."""
        answer = Answer({})
        while True:
            msg = self.client.get_iopub_msg(timeout=CELL_SECONDS)
            if msg["parent_header"].get("msg_id") != msg_id:
                continue
            if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
                break
            keep(answer, msg)
        answer.reply = self.reply(msg_id)
        return answer

    def reply(self, msg_id: str) -> dict:
        while True:
            msg = self.client.get_shell_msg(timeout=CELL_SECONDS)
            if msg["parent_header"].get("msg_id") == msg_id:
                return msg


def keep(answer: Answer, msg: dict) -> None:
    answer.messages += 1
    content = msg["content"]
    match msg["msg_type"]:
        case "stream":
            answer.text += content["text"]
        case "error":
            answer.errors.append(content)
        case "execute_result":
            answer.results.append(content)
        case "display_data":
            answer.displays.append(content)
        case "update_display_data":
            answer.updates.append(content)


class OneKernel(unittest.TestCase):
    """Tests that share one kernel."""

    @classmethod
    def setUpClass(cls):
        opened = kernel()
        cls.k = opened.__enter__()
        cls.addClassCleanup(opened.__exit__, None, None, None)


@contextmanager
def kernel(transport: str = "tcp", env: dict[str, str] | None = None, work: str | None = None, name: str = "tunebook"):
    """A running kernel of the spec `name`; shut down at the end."""
    manager = KernelManager(kernel_name=name, transport=transport)
    options = {"cwd": work} if work else {}
    if env is not None:
        options["env"] = env
    manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=READY_SECONDS)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
