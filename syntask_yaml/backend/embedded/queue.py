"""The queue that workers share."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from syntask_yaml.backend.clock import SKEW
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_moment, to_json, to_moment, to_text
from syntask_yaml.backend.embedded.deployment_rows import schedule_of, stored_deployments
from syntask_yaml.backend.embedded.run_rows import child_row, log_row, progress_row, run_of, run_row
from syntask_yaml.backend.embedded.values import pool_of
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.queue import Claim
from syntask_yaml.backend.run_states import (
    AWAITING,
    SURPLUS,
    abandoned,
    claim_on,
    no_such_run,
    reported,
    scheduled_run,
)
from syntask_yaml.backend.schedules import NextRuns, next_runs
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.pool_type import OUTLIVING_TYPES, SERVED_TYPES
from syntask_yaml.model.run import LogLine, Run, State, StateType

# How many schedules are looked at while others wait to write.
_AT_ONCE = 100
# Seconds after which what was found or removed is written, and the next ones are looked at.
_A_MOMENT = 1.0

_HOLD_BACK = {
    "surplus_state": SURPLUS.type.value,
    "surplus_state_name": SURPLUS.name,
    "surplus_message": SURPLUS.message,
    "awaiting_state_name": AWAITING.name,
}


class Queue(EmbeddedBase):
    """The verbs of `RunQueue`."""

    def schedule(self, now: datetime) -> int:
        made = 0
        self._take_back("marks_from_ahead", "take_back_marks", now)
        while rows := self._store.all("schedules_to_look_at", now=to_moment(now), limit=_AT_ONCE):
            # Worked out before the transaction: a rule that fires seldom can take its time.
            found = list(self._looked_at(rows, now))
            with self._store.transaction():
                made += sum(self._make_runs(row, ahead, now) for row, ahead in found)
        return made

    def _take_back(self, found: str, change: str, now: datetime) -> None:
        """Make what a clock wrote that has been set back since count from *now*."""
        ahead = to_moment(now + SKEW)
        if self._store.all(found, ahead=ahead):
            with self._store.transaction():
                self._store.change(change, now=to_moment(now), ahead=ahead)

    def _looked_at(
        self, rows: Sequence[sqlite3.Row], now: datetime
    ) -> Iterator[tuple[sqlite3.Row, NextRuns]]:
        """What comes of the first of *rows*: as many as a moment is enough for, so that no run waits long."""
        until = time.monotonic() + _A_MOMENT
        for row in rows:
            yield row, self._next_runs(row, now)
            if time.monotonic() > until:
                return

    def _next_runs(self, row: sqlite3.Row, now: datetime) -> NextRuns:
        return next_runs(schedule_of(row).timing, made_until=from_moment(row["made_until"]), now=now)

    def _make_runs(self, row: sqlite3.Row, ahead: NextRuns, now: datetime) -> int:
        is_as_read = self._store.change(
            "mark_schedule",
            id=row["schedule_id"],
            made_until=to_moment(ahead.times[-1]) if ahead.times else row["made_until"],
            look_again=ahead.again and to_moment(ahead.again),
            looked=to_moment(now),
            problem=ahead.problem,
            read_made_until=row["made_until"],
            read_look_again=row["look_again"],
        )
        if not is_as_read:
            return 0
        (stored,) = stored_deployments([row])
        runs = (scheduled_run(stored, schedule_of(row), due, now) for due in ahead.times)
        return self._store.change_each(
            "insert_run", (run_row(run, schedule_id=row["schedule_id"]) for run in runs)
        )

    def claim(
        self,
        pool: str,
        *,
        worker: str,
        now: datetime,
        lease: float,
        queues: Collection[str] = (),
        due_by: datetime | None = None,
    ) -> Claim | None:
        moment, token = to_moment(now), new_id()
        with self._store.transaction():
            self._hold_back(moment)
            row = self._store.one(
                "claim",
                pool=pool,
                served=to_json(SERVED_TYPES),
                queues=to_json(list(queues)) if queues else None,
                due_by=to_moment(min(now, due_by or now)),
                worker=worker,
                token=token,
                leased_from=moment,
                leased_until=_lease_end(now, lease),
            )
            if row is None:
                return None
            (stored,) = stored_deployments(self._store.all("deployment", id=row["deployment_id"]))
            served = self._store.all("pool", name=pool)
            logged = self._store.answer("count_logs", run_id=row["id"])
        claim = claim_on(run_of(row), token, stored.deployment, pool_of(served[0]))
        return replace(claim, logged=logged)

    def hold_back(self, now: datetime) -> None:
        if self._store.all("runs_to_hold_back", now=to_moment(now)):
            with self._store.transaction():
                self._hold_back(to_moment(now))

    def _hold_back(self, moment: int) -> None:
        self._store.change("hold_back", now=moment, **_HOLD_BACK)

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
        """Whether the run is held with *token*, if one is given. Raises NotFound."""
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
                leased_until=_lease_end(now, lease),
            )
        return {row["id"]: StateType(row["state"]) for row in rows}

    def held(self, claims: Sequence[Claim]) -> Mapping[str, StateType]:
        rows = self._store.all("held_runs", claims=_tokens(claims))
        return {row["id"]: StateType(row["state"]) for row in rows}

    def reap(self, now: datetime, *, only: Collection[str] | None = None) -> list[Run]:
        self._take_back("leases_from_ahead", "take_back_leases", now)
        ids = None if only is None else to_json(list(only))
        which = {"now": to_moment(now), "outliving": to_json(OUTLIVING_TYPES), "only": ids}
        if not self._store.all("runs_to_reap", **which):
            return []
        with self._store.transaction():
            return [self._reap(row, now) for row in self._store.all("runs_to_reap", **which)]

    def take_over(self, pool: str, *, worker: str, now: datetime, lease: float) -> list[Claim]:
        which, token = {"now": to_moment(now), "pool": pool}, new_id()
        if not self._store.all("runs_to_take_over", **which):
            return []
        with self._store.transaction():
            (served,) = self._store.all("pool", name=pool)
            if served["type"] not in OUTLIVING_TYPES:
                return []
            rows = self._store.all(
                "take_over", **which, worker=worker, token=token, leased_until=_lease_end(now, lease)
            )
            logged = {row["id"]: self._store.answer("count_logs", run_id=row["id"]) for row in rows}
        return [
            Claim(run=run_of(row), token=token, pool_type=served["type"], logged=logged[row["id"]])
            for row in rows
        ]

    def _reap(self, row: sqlite3.Row, now: datetime) -> Run:
        run = abandoned(run_of(row), restarts=row["restarts"], now=now)
        self._store.change("save_run", **progress_row(run, is_restart=True))
        return run

    def forget(self, before: datetime, *, limit: int) -> int:
        moment, done, until = to_moment(before), 0, time.monotonic() + _A_MOMENT
        if not self._store.all("runs_to_forget", before=moment, limit=1):
            return 0
        with self._store.transaction():
            for row in self._store.all("runs_to_forget", before=moment, limit=limit):
                done += self._store.change("forget_run", id=row["id"])
                if time.monotonic() > until:
                    break
        return done

    def next_due(self, pool: str, now: datetime) -> datetime | None:
        due: int | None = self._store.answer("next_due", pool=pool, now=to_moment(now))
        return from_moment(due)

    def changed(self) -> int:
        self._store.check_place()
        self._store.watch.clear()
        return int(self._store.all("data_version")[0][0])

    @property
    def descriptors(self) -> tuple[int, ...]:
        return self._store.watch.descriptors


def _tokens(claims: Sequence[Claim]) -> str:
    return to_json([(claim.run.id, claim.token) for claim in claims])


def _lease_end(now: datetime, lease: float) -> int:
    return to_moment(now + timedelta(seconds=lease))
