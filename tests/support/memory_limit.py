"""A memory limit of the kernel for a test, where this machine lets us set one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# By the folder of the groups, the file with the limit: version 1, and version 2 with its controller enabled.
_KINDS = {"/sys/fs/cgroup/memory": "memory.limit_in_bytes", "/sys/fs/cgroup": "memory.max"}


@contextmanager
def memory_group(megabytes: int) -> Iterator[Path | None]:
    """A group whose processes are killed beyond so much memory; None if it cannot be made here."""
    group = _made(megabytes)
    try:
        yield group
    finally:
        if group is not None:
            group.rmdir()


def _made(megabytes: int) -> Path | None:
    for root, limit in _KINDS.items():
        group = Path(root) / f"syntask-test-{os.getpid()}"
        if not Path(root, "cgroup.procs").exists():
            continue
        with suppress(OSError):
            group.mkdir()
            try:
                (group / limit).write_text(str(megabytes * 1_000_000), encoding="ascii")
            except OSError:
                group.rmdir()
                continue
            return group
    return None
