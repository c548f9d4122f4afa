"""Reports about runs from workers and scripts, and the end of abandoned runs."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from syntask_yaml.backend.clock import SKEW
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import to_json, to_moment, to_text
from syntask_yaml.backend.embedded.run_rows import child_row, log_row, progress_row, run_of
from syntask_yaml.backend.queue import Claim
from syntask_yaml.backend.run_states import abandoned, no_such_run, reported
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.pool_type import OUTLIVING_TYPES
from syntask_yaml.model.run import LogLine, Run, State, StateType

# Seconds after which deletions are written.
_BATCH_SECONDS = 1.0


class EmbeddedReports(EmbeddedBase):
    """The operations of `RunReports`, and those that end and delete runs."""

    def _reset_future_times(self, found: str, changes: Sequence[str], now: datetime) -> None:
        """Reset times that were written before the clock was set back to *now*."""
        ahead = to_moment(now + SKEW)
        if self._store.all(found, ahead=ahead):
            with self._store.transaction():
                for change in changes:
                    self._store.change(change, now=to_moment(now), ahead=ahead)

    def report(self, claim: Claim, state: State, now: datetime) -> bool:
        with self._store.transaction():
            run = self._held(claim)
            if run:
                self._store.change("save_run", **progress_row(reported(run, state, now)))
        return run is not None

    def _held(self, claim: Claim) -> Run | None:
        row = self._store.one("held_run", id=claim.run.id, token=claim.token)
        return None if row is None else run_of(row)

    def append_logs(self, run_id: str, lines: Sequence[LogLine], *, token: str = "") -> bool:
        with self._store.transaction():
            if not self._may_write(run_id, token):
                return False
            first = self._store.answer("count_logs", run_id=run_id) + 1
            self._store.change_each(
                "insert_log", (log_row(run_id, number, line) for number, line in enumerate(lines, first))
            )
        return True

    def rename(self, claim: Claim, name: str) -> bool:
        with self._store.transaction():
            values = {"id": claim.run.id, "token": claim.token, "name": to_text(name)}
            return self._store.change("rename_run", **values) > 0

    def put_children(self, run_id: str, children: Sequence[ChildRun], *, token: str = "") -> bool:
        with self._store.transaction():
            if not self._may_write(run_id, token):
                return False
            first = self._store.answer("count_children", run_id=run_id) + 1
            self._store.change_each(
                "put_child",
                (child_row(run_id, number, child) for number, child in enumerate(children, first)),
            )
        return True

    def _may_write(self, run_id: str, token: str) -> bool:
        """Return whether *token* holds the run, or is empty. Raises NotFound."""
        row = self._store.one("run", id=run_id)
        if row is None:
            raise no_such_run(run_id)
        return not token or row["token"] == token

    def renew(self, claims: Sequence[Claim], *, now: datetime, lease: float) -> Mapping[str, StateType]:
        with self._store.transaction():
            rows = self._store.all(
                "renew",
                claims=_tokens(claims),
                leased_from=to_moment(now),
                leased_until=lease_end(now, lease),
            )
        return {row["id"]: StateType(row["state"]) for row in rows}

    def held(self, claims: Sequence[Claim]) -> Mapping[str, StateType]:
        rows = self._store.all("held_runs", claims=_tokens(claims))
        return {row["id"]: StateType(row["state"]) for row in rows}

    def reap(self, now: datetime, *, only: Collection[str] | None = None) -> list[Run]:
        self._reset_future_times("leases_from_ahead", ("take_back_leases",), now)
        ids = None if only is None else to_json(list(only))
        which = {"now": to_moment(now), "outliving": to_json(OUTLIVING_TYPES), "only": ids}
        if not self._store.all("runs_to_reap", **which):
            return []
        with self._store.transaction():
            return [self._reap(row, now) for row in self._store.all("runs_to_reap", **which)]

    def _reap(self, row: sqlite3.Row, now: datetime) -> Run:
        run = abandoned(run_of(row), restarts=row["restarts"], now=now)
        self._store.change("save_run", **progress_row(run, is_restart=True))
        return run

    def forget(self, before: datetime, *, limit: int) -> int:
        moment, done, until = to_moment(before), 0, time.monotonic() + _BATCH_SECONDS
        if not self._store.all("runs_to_forget", before=moment, limit=1):
            return 0
        with self._store.transaction():
            for row in self._store.all("runs_to_forget", before=moment, limit=limit):
                done += self._store.change("forget_run", id=row["id"])
                if time.monotonic() > until:
                    break
        return done


def _tokens(claims: Sequence[Claim]) -> str:
    return to_json([(claim.run.id, claim.token) for claim in claims])


def lease_end(now: datetime, lease: float) -> int:
    """Return the end of a lease of *lease* seconds, as stored."""
    return to_moment(now + timedelta(seconds=lease))
