"""A kernel that the system kills cannot say why. The next one of the same notebook, which Jupyter starts with the same connection file, does.

While a kernel runs, a file lies beside its connection file; the kernel removes it when it ends as it should.
"""

from pathlib import Path

from . import java

VMSTAT = Path("/proc/vmstat")


def begin(connection_file: str) -> dict[str, str]:
    """Marks the kernel as running. Returns the variables that tell it of the mark and of a kernel before it that left its own."""
    mark = Path(connection_file + ".running")
    variables = {"TUNEBOOK_MARK": str(mark)}
    if mark.is_file():
        variables["TUNEBOOK_BEFORE"] = words(kills() > int(mark.read_text() or 0))
    mark.write_text(str(kills()))
    return variables


def words(memory_ran_out: bool) -> str:
    why = "memory ran out, and the system killed a process" if memory_ran_out else "it crashed or was killed, as a system does when memory runs out"
    return (f"Tunebook: the kernel before this one ended without a word — {why}; what its cells made is gone — if it was memory: train with a smaller "
            f"batchTokens or with checkpointLayers(true), give the Java heap less (TUNEBOOK_XMX, now {java.heap()}) or close other programs. Run the cells again.")


def kills() -> int:
    """How often this system has killed a process because memory ran out; 0 where it does not count."""
    try:
        lines = VMSTAT.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
