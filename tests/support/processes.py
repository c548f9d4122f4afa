"""Programs that a test starts and ends with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from syntask_yaml.worker.protocol import FORK_FD


def clean_environ(**more: str) -> dict[str, str]:
    """This process's environment without settings of ours and of Prefect's, and with *more*."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SYNTASK", "PREFECT"))}
    return {**kept, "NO_PROXY": "*", "no_proxy": "*", "DO_NOT_TRACK": "1", **more}


def start(
    argv: Sequence[str], *, log: Path, environ: Mapping[str, str], cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start *argv* in a process group of its own; what it prints goes to *log*."""
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], *, seconds: float = 15) -> None:
    """Ask the process group to end; what is left after *seconds* is killed."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the process group at once, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(15)


def is_alive(pid: int) -> bool:
    """Whether a process of that id goes on; a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def children_of(pid: int) -> list[int]:
    """The processes that the process *pid* started, and that it has not waited for."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
    except OSError:
        return []


def fork_servers_of(worker: int) -> list[int]:
    """The processes that the runs of *worker* are forked from."""
    return [each for each in children_of(worker) if FORK_FD.encode() in _environ_of(each)]


def runs_of(worker: int) -> list[int]:
    """The processes of runs that *worker* has started, or has had forked."""
    servers = fork_servers_of(worker)
    return [each for parent in (worker, *servers) for each in children_of(parent) if each not in servers]


def _environ_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> list[int]:
    """The processes that the process *pid* started, and those that they started."""
    return [found for child in children_of(pid) for found in (child, *descendants(child))]


def peak_memory(pid: int) -> int:
    """The most memory that the process *pid* had at a time so far, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
