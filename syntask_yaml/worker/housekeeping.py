"""What a worker removes: runs that ended long ago, and what killed workers left behind."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.clock import has_passed
from syntask_yaml.errors import BackendRefused
from syntask_yaml.worker.run_environment import own_directory, remove_directory, runs_with_directory

# Seconds.
_EVERY = 3600.0
# Runs removed in one transaction: others wait for it.
_AT_ONCE = 20


@dataclass
class Housekeeping:
    """Removes runs that ended longer ago than *keep*, and directories of ended runs below *home*."""

    backend: OwnBackend
    home: Path
    keep: timedelta | None
    _tidied: datetime | None = None
    _forgotten: datetime | None = None

    def tick(self, now: datetime, current: Collection[str]) -> None:
        """Remove what is due at *now*; *current* are the ids of the worker's own runs."""
        if has_passed(self._tidied, _EVERY, now):
            self._tidy(current)
            self._tidied = now
        if has_passed(self._forgotten, _EVERY, now):
            self._forget(now)

    def _tidy(self, current: Collection[str]) -> None:
        """Remove the directories of ended runs that killed workers left behind."""
        for run_id in runs_with_directory(self.home):
            with suppress(BackendRefused):  # the name is not the id of a run
                run = self.backend.run(run_id)
                if run is not None and run.state.type.is_final and run_id not in current:
                    remove_directory(own_directory(run_id, self.home))

    def _forget(self, now: datetime) -> None:
        """Remove some of the runs that ended long ago; the next tick removes more."""
        if self.keep is None or self.backend.forget(now - self.keep, limit=_AT_ONCE) < _AT_ONCE:
            self._forgotten = now
