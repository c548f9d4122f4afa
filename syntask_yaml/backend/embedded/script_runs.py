"""Runs of flows called by scripts, and the part of the backend that scripts need."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.embedded.codec import to_moment
from syntask_yaml.backend.embedded.reports import EmbeddedReports, lease_end
from syntask_yaml.backend.embedded.run_rows import run_of, run_row
from syntask_yaml.backend.embedded.secret_box import SecretBox
from syntask_yaml.backend.embedded.store import Store
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.queue import Claim
from syntask_yaml.backend.run_states import SCHEDULED
from syntask_yaml.model.run import Run


class EmbeddedScriptRuns(EmbeddedReports):
    """Operations for processes that execute a run without a deployment."""

    def begin(self, run: Run, *, now: datetime, lease: float) -> Claim:
        token, moment = new_id(), to_moment(now)
        with self._store.transaction():
            self._store.change(
                "insert_run", **run_row(replace(run, state=SCHEDULED, scheduled=now, created=now))
            )
            self._store.change(
                "begin_run",
                id=run.id,
                state=run.state.type.value,
                state_name=run.state.name,
                worker=run.worker,
                token=token,
                now=moment,
                leased_until=lease_end(now, lease),
            )
        return Claim(run=replace(run, scheduled=now, created=now, started=now), token=token, pool_type="")

    def lost_script_runs(self, now: datetime) -> list[Run]:
        """Return active runs of scripts whose lease has expired."""
        runs = [run_of(row) for row in self._store.all("lost_runs", now=to_moment(now))]
        return [run for run in runs if run.is_of_script]


class ScriptStore(EmbeddedScriptRuns):
    """The part of the embedded backend that scripts need: loading all of it would dominate their startup."""

    @classmethod
    def open(cls, path: Path, *, patience: float) -> Self:
        """Open the store at *path*, which is created if it does not exist.

        *patience* is the maximal wait for other writers, in seconds.
        """
        return cls(Store.open(path, patience=patience), SecretBox(path.with_suffix(".key")), utc_now)
