"""Deploys of a project after changes of its files."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.operations.project_files import Snapshot, changed_files, snapshot
from syntask_yaml.worker.events import DeployFailed, Notify, ProjectChanged

# Seconds between checks of the files. A file that differs between two checks may be half written.
_LOOK_EVERY = 1.0
# Pauses after failures with causes outside of the files: a lease, a registry.
RETRY_AFTER = 300.0


@dataclass
class Redeployer:
    """A thread that calls *deploy* when the files of *find_files* change.

    *deploy* takes an event that asks it to end, and returns an exit code. It raises OSError if it cannot
    begin, for example while the folder of the project is being replaced.
    """

    deploy: Callable[[Event], int]
    find_files: Callable[[], frozenset[Path]]
    notify: Notify
    _deployed: Snapshot = field(default_factory=dict)
    _seen: Snapshot = field(default_factory=dict)
    _looked: datetime | None = None
    _failed: datetime | None = None
    _deploying: Future[int] | None = None
    _stop: Event = field(default_factory=Event)
    _thread: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, max_workers=1))

    def begin(self, now: datetime) -> int:
        """Deploy for the first time, and return the exit code."""
        code = self._deploy()
        self._failed = now if code else None
        return code

    def tick(self, now: datetime) -> None:
        """Start a deploy if one is due at *now*, and handle the end of the last one."""
        if self._deploying is not None:
            if not self._deploying.done():
                return
            ended, self._deploying = self._deploying, None
            self._handle_end(ended, now)
        if self._stop.is_set() or not has_passed(self._looked, _LOOK_EVERY, now):
            return
        self._looked = now
        before, self._seen = self._seen, snapshot(self._deployed)
        changed = changed_files(self._deployed, self._seen) if self._seen == before else []
        if changed:
            are_gone = all(self._seen.get(file) is None for file in changed)
            self.notify(ProjectChanged(tuple(changed), are_gone))
        if changed or (self._failed is not None and has_passed(self._failed, RETRY_AFTER, now)):
            self._deploying = self._thread.submit(self._deploy)

    def _handle_end(self, ended: Future[int], now: datetime) -> None:
        error = ended.exception()
        if error is not None and not isinstance(error, OSError):
            raise error
        has_failed = error is not None or ended.result() != 0
        self._failed = now if has_failed else None
        if has_failed and not self._stop.is_set():
            self.notify(DeployFailed(RETRY_AFTER, _reason(error)))

    def hurry(self) -> None:
        """Retry a failed deploy at the next tick, because its cause may be gone."""
        if self._failed is not None:
            self._failed = datetime.min.replace(tzinfo=UTC)

    def stop(self) -> None:
        """Start no more deploys, and end the current one."""
        self._stop.set()

    def close(self) -> None:
        """Wait for the end of the current deploy."""
        self._stop.set()
        self._thread.shutdown()

    def _deploy(self) -> int:
        # If the project file is missing, the previous files are watched until there is one again.
        files = self.find_files() or self._deployed.keys()
        self._deployed = snapshot(files)
        return self.deploy(self._stop)


def _reason(error: OSError | None) -> str:
    if error is None or not error.strerror:
        return str(error or "")
    file = f": `{error.filename}`" if error.filename else ""
    return f"{error.strerror[:1].lower()}{error.strerror[1:]}{file}"
