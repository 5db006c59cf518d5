"""Seconds from starting the kernel to its first answer, over tcp and over ipc (Colab's transport), five starts each; one JSON line. Run by the Python that has the kernel."""

import json
import time

from jupyter_client.manager import KernelManager


def start(transport: str) -> float:
    manager = KernelManager(kernel_name="tunebook", transport=transport)
    begun = time.monotonic()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        return round(time.monotonic() - begun, 3)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


print(json.dumps({f"ready_{transport}_s": [start(transport) for _ in range(5)] for transport in ("tcp", "ipc")}))
