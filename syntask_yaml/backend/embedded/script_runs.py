"""Runs of flows that a script calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import to_moment
from syntask_yaml.backend.embedded.run_rows import run_row
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.queue import Claim
from syntask_yaml.backend.run_states import SCHEDULED
from syntask_yaml.model.run import Run


class EmbeddedScriptRuns(EmbeddedBase):
    """The verb for who executes a run without a deployment."""

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
                leased_until=to_moment(now + timedelta(seconds=lease)),
            )
        return Claim(run=replace(run, scheduled=now, created=now, started=now), token=token, pool_type="")
