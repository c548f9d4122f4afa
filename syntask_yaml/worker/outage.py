"""Continue while the store cannot be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.backend.clock import has_passed
from syntask_yaml.errors import BackendError
from syntask_yaml.worker.events import Notify, StoreLost, StoreRegained

# Seconds. How long a worker without runs waits for its store, and between two attempts.
_PATIENCE = 30.0
_RETRY_EVERY = 1.0


@dataclass
class Outage:
    """Since when the store cannot be written, if it cannot."""

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
        """Note that the store failed with *error*. Raises it if there is nothing to wait for."""
        is_long = self._since is not None and has_passed(self._since, _PATIENCE, now)
        is_waited_for = has_runs or not (is_cancelling or (self.run_once and is_long))
        if not error.may_pass or not is_waited_for:
            raise error
        if self._since is None:
            self._since = now
            self.notify(StoreLost(error.detail))

    def end(self) -> None:
        """Note that the store has everything."""
        if self._since is not None:
            self._since = None
            self.notify(StoreRegained())
