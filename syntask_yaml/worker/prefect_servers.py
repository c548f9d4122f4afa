"""The Prefect servers of a worker, one for each Prefect version that its runs use.

A run requests a server with a file in a folder of the worker, and waits for an answer in another file,
because it may have an interpreter, and so a Prefect, of its own. A keeper starts the server
(`prefect_keeper`) and ends with this worker.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.worker.protocol import ANSWER, SERVERS, WANTED

# The exit code of a keeper that reported why its server did not start.
FAILED = 3
# Seconds for which the answer about a failed start is valid.
_FAILED_FOR = 10.0
_PATIENCE = 10.0


class PrefectServers:
    """The servers of this process, until its `with` block ends. Their files are below *home*."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self._home = home / "prefect"
        self._folder = self._home / f"worker-{os.getpid()}"
        self._given = environ
        self._keepers: dict[str, subprocess.Popen[bytes]] = {}
        self._ended: dict[str, datetime] = {}

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables with which runs can request a server."""
        return {**self._given, SERVERS: str(self._folder)}

    def __enter__(self) -> PrefectServers:
        self._remove_abandoned()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for keeper in self._keepers.values():
            _end(keeper)
        shutil.rmtree(self._folder, ignore_errors=True)

    def tick(self, now: datetime) -> None:
        """Start the requested servers, and clean up those that have ended."""
        if not self._folder.exists():  # no request so far; a search would be far slower
            return
        for file in self._folder.glob(f"*{WANTED}"):
            version = file.name.removesuffix(WANTED)
            keeper = self._keepers.get(version)
            if keeper is None:
                with suppress(OSError):  # the requesting run waits no longer
                    self._keepers[version] = self._keep(version, file.read_text(encoding="utf-8"))
                    self._ended.pop(version, None)
            elif keeper.poll() is not None:
                self._forget(version, keeper, now)

    def _keep(self, version: str, python: str) -> subprocess.Popen[bytes]:
        """Start the keeper of a server, of the Prefect in the environment of *python*."""
        own = {key: value for key, value in self._given.items() if not key.startswith("PREFECT_")}
        answer = self._folder / f"{version}{ANSWER}"
        module = [sys.executable, "-P", "-m", "syntask_yaml.worker.prefect_keeper"]
        return subprocess.Popen(
            [*module, str(self._home / version), python, str(answer)],
            env=own,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _forget(self, version: str, keeper: subprocess.Popen[bytes], now: datetime) -> None:
        """Remove the files of a server that has ended, so that the next run gets another one."""
        ended = self._ended.setdefault(version, now)
        answer = self._folder / f"{version}{ANSWER}"
        has_failed = keeper.returncode == FAILED and answer.exists()
        if has_failed and not has_passed(ended, _FAILED_FOR, now):
            return  # waiting runs read the reason from it
        _end(keeper)
        for file in (answer, self._folder / f"{version}{WANTED}"):
            file.unlink(missing_ok=True)
        del self._keepers[version]

    def _remove_abandoned(self) -> None:
        """Remove the folders of workers that were killed."""
        for folder in self._home.glob("worker-*"):
            if not _is_alive(folder.name.removeprefix("worker-")) or folder == self._folder:
                shutil.rmtree(folder, ignore_errors=True)


def _end(keeper: subprocess.Popen[bytes]) -> None:
    """End a keeper with its server, also a server whose keeper was killed."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(keeper.pid, signal.SIGKILL)
    if keeper.stdin is not None:
        keeper.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        keeper.wait(_PATIENCE)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
