"""What the kernel tells of a lack of memory."""

from __future__ import annotations

from pathlib import Path

_VMSTAT = Path("/proc/vmstat")


def memory_kills(vmstat: Path = _VMSTAT) -> int | None:
    """Return how many processes of this machine were ended for lack of memory since it started.

    Also those that exceeded the limit of a container. None where the system does not tell.
    """
    try:
        lines = vmstat.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    counts = dict(line.split(maxsplit=1) for line in lines if " " in line)
    return int(counts["oom_kill"]) if counts.get("oom_kill", "").isdigit() else None
