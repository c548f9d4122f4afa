"""The deploy lock: take it, wait for it, and release it."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.leases import LeaseHeld, this_process
from syntask_yaml.errors import BackendConflict, BackendError
from syntask_yaml.model.events import Observer, Waiting
from syntask_yaml.model.lease import Lease

# Seconds: the duration of the lease, between renewals, and between attempts to take it.
_LEASE, _RENEW, _ASK = 60.0, 15.0, 1.0


def find_deploy_lock(backend: Backend, project: str) -> Lease | None:
    """Return the lease of the running deploy of *project*; None if there is none."""
    try:
        lease = backend.take_lease(project, this_process(), seconds=_LEASE)
    except LeaseHeld as error:
        return error.lease
    if lease is not None:
        backend.release_lease(lease)
    return None


class DeployLock:
    """The lock of a deploy of *project*, held until its `with` block ends; *wait* is in seconds."""

    def __init__(self, backend: Backend, project: str, *, wait: float, notify: Observer) -> None:
        self._backend = backend
        self._project = project
        self._wait = wait
        self._notify = notify
        self._lease: Lease | None = None
        self._is_taken = False
        self._is_lost = False
        self._ended = Event()
        self._keeper = Thread(target=self._keep, name="syntask-lease", daemon=True)

    def __enter__(self) -> DeployLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._lease is not None:
            self._keeper.join()
            with suppress(BackendError):  # it expires
                self._backend.release_lease(self._lease)

    @property
    def is_taken(self) -> bool:
        return self._is_taken

    def take(self) -> bool:
        """Take the lock unless it is held already. Return whether it was necessary to wait.

        Raises LeaseHeld if another deploy still holds it at the end, and BackendConflict if it was lost.
        """
        if self._is_lost:
            raise BackendConflict(
                f"Another process took over the deploy lock of `{self._project}`.",
                hint="Run `syntask plan` again.",
            )
        if self._is_taken:
            return False
        self._is_taken = True
        self._lease, has_waited = self._taken()
        if self._lease is not None:
            self._keeper.start()
        return has_waited

    def _taken(self) -> tuple[Lease | None, bool]:
        deadline = time.monotonic() + self._wait
        has_waited = False
        while True:
            try:
                lease = self._backend.take_lease(self._project, this_process(), seconds=_LEASE)
            except LeaseHeld as error:
                if time.monotonic() >= deadline:
                    raise
                if not has_waited:
                    self._notify(Waiting(error.detail))
                has_waited = True
                time.sleep(_ASK)
            else:
                return lease, has_waited

    def _keep(self) -> None:
        """Renew the lease until the lock is released, and retry while a server is unavailable."""
        assert self._lease is not None
        while not self._ended.wait(_RENEW):
            with suppress(BackendError):
                if not self._backend.renew_lease(self._lease, seconds=_LEASE):
                    self._is_lost = True
                    return
