"""The holders of leases: identity, liveness and description."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

from syntask_yaml.errors import BackendConflict
from syntask_yaml.login import login_name
from syntask_yaml.model.lease import Holder, Lease


class LeaseHeld(BackendConflict):
    """Another process holds *lease*."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(
            held_by(lease),
            hint=(
                "Deploy again after it has finished, or wait for it with `--wait 10m`. "
                "If its process is gone, the lock ends within a minute, or run `syntask unlock`."
            ),
        )
        self.lease = lease


def held_by(lease: Lease) -> str:
    """Return a sentence with the holder of *lease* and its start time."""
    holder, since = lease.holder, lease.since.astimezone().isoformat(" ", "seconds")
    return f"{holder.name} (process {holder.process}) has been deploying `{lease.name}` since {since}."


def this_process() -> Holder:
    """Return this process as a holder."""
    return Holder(name=_who(), process=os.getpid(), machine=_machine())


def is_gone(holder: Holder) -> bool:
    """Return whether *holder* is a process of this machine that has ended."""
    if holder.machine != _machine():
        return False
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return _is_zombie(holder.process)


def _is_zombie(process: int) -> bool:
    """Return whether *process* has ended and was not reaped, as in containers without an init process."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]


def _who() -> str:
    return f"{login_name() or os.getuid()}@{socket.gethostname()}"


@cache
def _machine() -> str:
    """Return an identifier of this machine and its PID namespace."""
    try:
        processes = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        processes = ""
    return f"{socket.gethostname()} {processes}".strip()
