"""The queue shared by workers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from syntask_yaml.backend.embedded.codec import from_moment, to_json, to_moment
from syntask_yaml.backend.embedded.deployment_rows import schedule_of, stored_deployments
from syntask_yaml.backend.embedded.reports import EmbeddedReports, lease_end
from syntask_yaml.backend.embedded.run_rows import run_of, run_row
from syntask_yaml.backend.embedded.values import pool_of
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.queue import Claim, ScheduleBehind
from syntask_yaml.backend.run_states import AWAITING, SURPLUS, claim_on, scheduled_run
from syntask_yaml.backend.schedules import NextRuns, next_runs
from syntask_yaml.model.pool_type import OUTLIVING_TYPES, SERVED_TYPES

# The number of schedules per transaction.
_BATCH_SIZE = 100
# The number of schedules checked for passed times.
_MAX_BEHIND = 1000
# Seconds after which results are written before the next schedules are checked.
_BATCH_SECONDS = 1.0

_HOLD_BACK = {
    "surplus_state": SURPLUS.type.value,
    "surplus_state_name": SURPLUS.name,
    "surplus_message": SURPLUS.message,
    "awaiting_state_name": AWAITING.name,
}


class Queue(EmbeddedReports):
    """The operations of `RunQueue`."""

    def schedule(self, now: datetime) -> int:
        made = 0
        self._reset_future_times("marks_from_ahead", ("free_times_from_ahead", "take_back_marks"), now)
        while rows := self._store.all("schedules_to_look_at", now=to_moment(now), limit=_BATCH_SIZE):
            # Computed before the transaction: rare times take long to find.
            found = list(self._computed(rows, now))
            with self._store.transaction():
                made += sum(self._make_runs(row, ahead, now) for row, ahead in found)
        return made

    def schedules_behind(self, now: datetime) -> list[ScheduleBehind]:
        rows = self._store.all("schedules_behind", now=to_moment(now), limit=_MAX_BEHIND)
        return [
            ScheduleBehind(row["full_name"], schedule_of(row).timing, from_moment(row["made_until"]))
            for row in rows
        ]

    def _computed(self, rows: Sequence[sqlite3.Row], now: datetime) -> Iterator[tuple[sqlite3.Row, NextRuns]]:
        """Yield the next runs of the first *rows*, for a limited time: created runs must not wait long."""
        until = time.monotonic() + _BATCH_SECONDS
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
                leased_until=lease_end(now, lease),
            )
            if row is None:
                return None
            (stored,) = stored_deployments(self._store.all("deployment", id=row["deployment_id"]))
            served = self._store.all("pool", name=pool)
            logged = self._store.answer("count_logs", run_id=row["id"])
        claim = claim_on(run_of(row), token, stored.deployment, pool_of(served[0]))
        return claim._replace(logged=logged)

    def hold_back(self, now: datetime) -> None:
        if self._store.all("runs_to_hold_back", now=to_moment(now)):
            with self._store.transaction():
                self._hold_back(to_moment(now))

    def _hold_back(self, moment: int) -> None:
        self._store.change("hold_back", now=moment, **_HOLD_BACK)

    def take_over(self, pool: str, *, worker: str, now: datetime, lease: float) -> list[Claim]:
        which, token = {"now": to_moment(now), "pool": pool}, new_id()
        if not self._store.all("runs_to_take_over", **which):
            return []
        with self._store.transaction():
            (served,) = self._store.all("pool", name=pool)
            if served["type"] not in OUTLIVING_TYPES:
                return []
            rows = self._store.all(
                "take_over", **which, worker=worker, token=token, leased_until=lease_end(now, lease)
            )
            logged = {row["id"]: self._store.answer("count_logs", run_id=row["id"]) for row in rows}
        return [
            Claim(run=run_of(row), token=token, pool_type=served["type"], logged=logged[row["id"]])
            for row in rows
        ]

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
