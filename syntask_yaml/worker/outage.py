"""Outages of the store, during which runs continue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.errors import BackendError
from syntask_yaml.worker.events import Notify, StoreLost, StoreRegained

# Seconds: the wait of a worker without runs for its store, and the pause between attempts.
_PATIENCE = 30.0
_RETRY_EVERY = 1.0


@dataclass
class Outage:
    """The time since which the store is not writable, if it is not."""

    notify: Notify
    run_once: bool
    _since: datetime | None = None
    _tried: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self._since is not None

    def may_try(self, now: datetime) -> bool:
        """Return whether to use the store now."""
        if self.is_on and not has_passed(self._tried, _RETRY_EVERY, now):
            return False
        self._tried = now
        return True

    def begin(self, error: BackendError, now: datetime, *, has_runs: bool, is_cancelling: bool) -> None:
        """Record that the store failed with *error*. Raises it if there is no reason to wait."""
        is_long = self._since is not None and has_passed(self._since, _PATIENCE, now)
        is_waited_for = has_runs or not (is_cancelling or (self.run_once and is_long))
        if not error.may_pass or not is_waited_for:
            raise error
        if self._since is None:
            self._since = now
            self.notify(StoreLost(error.detail))

    def end(self) -> None:
        """Record that the store has all reports."""
        if self._since is not None:
            self._since = None
            self.notify(StoreRegained())
