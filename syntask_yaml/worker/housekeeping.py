"""Removal of old runs, and of leftovers of killed workers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.clock import has_passed
from syntask_yaml.errors import BackendRefused
from syntask_yaml.worker.run_directory import own_directory, remove_directory, runs_with_directory
from syntask_yaml.worker.runner import LEFTOVERS
from syntask_yaml.worker.runner.base import Leftovers

# Seconds.
_EVERY = 3600.0
# Runs removed in a transaction, for which other writers wait.
_AT_ONCE = 20


@dataclass
class Housekeeping:
    """A cleaner of runs that ended longer ago than *keep*, and of directories of ended runs below *home*.

    It also removes leftovers of runs that outlive their worker; *environ* is the worker's environment.
    """

    backend: OwnBackend
    home: Path
    keep: timedelta | None
    environ: Mapping[str, str]
    _leftovers: dict[str, Leftovers] = field(default_factory=dict)
    _tidied: datetime | None = None
    _forgotten: datetime | None = None

    def tick(self, now: datetime, current: Collection[str], types: Collection[str]) -> None:
        """Do the work that is due at *now*.

        *current* are the ids of the worker's own runs, *types* those of its work pools.
        """
        for type_ in LEFTOVERS.keys() & set(types) - self._leftovers.keys():
            self._leftovers[type_] = LEFTOVERS[type_](self.backend.url, self.environ)
        for each in self._leftovers.values():
            each.tick(now, lambda run_id: run_id not in current and self._has_ended(run_id))
        if has_passed(self._tidied, _EVERY, now):
            self._tidy(current)
            self._tidied = now
        if has_passed(self._forgotten, _EVERY, now):
            self._forget(now)

    def _tidy(self, current: Collection[str]) -> None:
        """Remove the directories of ended runs that killed workers left behind."""
        for run_id in runs_with_directory(self.home):
            if run_id not in current and self._has_ended(run_id):
                remove_directory(own_directory(run_id, self.home))

    def _has_ended(self, run_id: str) -> bool:
        """Return whether the store has the run, and it has ended. An unknown run may be in another store."""
        try:
            run = self.backend.run(run_id)
        except BackendRefused:  # not the id of a run
            return False
        return run is not None and run.state.type.is_final

    def _forget(self, now: datetime) -> None:
        """Remove some of the runs that ended long ago; the next tick removes more."""
        if self.keep is None or not self.backend.forget(now - self.keep, limit=_AT_ONCE):
            self._forgotten = now
