"""The runs of the memory backend, and what workers do with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import update_wrapper
from operator import itemgetter
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from syntask_yaml.backend.base import Claim
from syntask_yaml.backend.lifecycle import (
    AWAITING,
    PENDING,
    SCHEDULED,
    SURPLUS,
    abandoned,
    claim_on,
    no_such_run,
    released,
    reported,
    scheduled_run,
)
from syntask_yaml.backend.moments import SKEW
from syntask_yaml.backend.naming import new_id
from syntask_yaml.backend.pools import DEFAULT_POOL, furnished
from syntask_yaml.backend.schedules import coming
from syntask_yaml.model.deployment import CollisionStrategy, Stored
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool
from syntask_yaml.model.run import LogLine, Run, State, StateType
from syntask_yaml.model.schedule import Schedule
from syntask_yaml.model.value import known

_Self = TypeVar("_Self", bound="MemoryQueue")
_P = ParamSpec("_P")
_T = TypeVar("_T")


def alone(verb: Callable[Concatenate[_Self, _P], _T]) -> Callable[Concatenate[_Self, _P], _T]:
    """*verb*, done by one thread at a time."""

    def locked(self: _Self, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with self._lock:
            return verb(self, *args, **kwargs)

    update_wrapper(locked, verb)
    return locked


@dataclass(slots=True)
class Kept:
    """A run, and what only the queue knows of it. A *token* is out while a *worker* holds it.

    *origin* is what makes it the only one of its kind: a schedule's id and a time, or a deployment's
    id and an idempotency key.
    """

    run: Run
    origin: tuple[str, datetime | str] | None = None
    worker: str | None = None
    token: str | None = None
    leased_from: datetime | None = None
    leased_until: datetime | None = None
    restarts: int = 0

    def lease(self, now: datetime, seconds: float) -> None:
        self.leased_from, self.leased_until = now, now + timedelta(seconds=seconds)

    def take_back_lease(self, now: datetime) -> None:
        """Let a lease of a clock that has been set back begin *now*."""
        if self.leased_from and self.leased_until and self.leased_from > now + SKEW:
            self.lease(now, (self.leased_until - self.leased_from).total_seconds())

    @property
    def is_waiting(self) -> bool:
        return self.run.state.type is StateType.SCHEDULED

    def is_due(self, now: datetime) -> bool:
        return self.is_waiting and self.run.scheduled is not None and self.run.scheduled <= now


_AT_ONCE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """Up to when the runs of a schedule are made, and when to look *again*: None for never.

    *looked* is when that was found out.
    """

    made_until: datetime
    again: datetime | None = _AT_ONCE
    looked: datetime = _AT_ONCE

    def is_due(self, now: datetime) -> bool:
        """Whether to look again; also if it was found out by a clock that has been set back since."""
        return self.looked > now + SKEW or (self.again is not None and self.again <= now)


class MemoryQueue:
    """Deployments, pools and runs in dicts, and the `RunQueue` over them."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._changes = 0
        self._deployments: dict[str, Stored] = {}
        self._pools: dict[str, WorkPool] = {DEFAULT_POOL.name: replace(furnished(DEFAULT_POOL), id=new_id())}
        self._priorities: dict[tuple[str, str], int] = {(DEFAULT_POOL.name, DEFAULT_QUEUE): 1}
        self._plans: dict[str, Plan] = {}
        self._runs: dict[str, Kept] = {}
        self._logs: dict[str, list[LogLine]] = {}

    @alone
    def schedule(self, now: datetime) -> int:
        found = [
            (plan.again or now, stored.deployment.full_name, position, stored, schedule)
            for stored in self._deployments.values()
            for position, schedule in enumerate(_schedules(stored))
            if schedule.active and not stored.deployment.paused
            if (plan := self._plans[str(schedule.id)]).is_due(now)
        ]
        found.sort(key=itemgetter(0, 1, 2))
        return sum(self._make_runs(stored, schedule, now) for *_, stored, schedule in found)

    def _make_runs(self, stored: Stored, schedule: Schedule, now: datetime) -> int:
        schedule_id = str(schedule.id)
        plan = self._plans[schedule_id]
        ahead = coming(schedule.timing, made_until=plan.made_until, now=now)
        self._plans[schedule_id] = Plan(max(ahead.times, default=plan.made_until), ahead.again, now)
        if ahead.problem:
            self._mark(stored.id, replace(schedule, problem=ahead.problem))
        made = {kept.origin for kept in self._runs.values()}
        due = [time for time in ahead.times if (schedule_id, time) not in made]
        for time in due:
            self._add(Kept(scheduled_run(stored, schedule, time, now), (schedule_id, time)))
        return len(due)

    def _mark(self, deployment_id: str, marked: Schedule) -> None:
        stored = self._deployments[deployment_id]
        schedules = tuple(marked if each.id == marked.id else each for each in _schedules(stored))
        self._deployments[deployment_id] = replace(
            stored, deployment=replace(stored.deployment, schedules=schedules)
        )

    def _add(self, kept: Kept) -> Run:
        self._runs[kept.run.id] = kept
        return self._become(kept, kept.run)

    def _become(self, kept: Kept, run: Run) -> Run:
        self._changes += 1
        kept.run = run
        if not run.state.type.holds_slot:
            kept.token = kept.leased_from = kept.leased_until = None
        return run

    @alone
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
        self.hold_back(now)
        full = self._deployments_at_limit()
        free = [
            kept
            for kept in self._runs.values()
            if kept.is_due(min(now, due_by or now))
            and kept.run.work_pool == pool
            and (not queues or kept.run.work_queue in queues)
            and kept.run.deployment_id not in full
            and not self._is_paused(kept.run)
        ]
        if not free or not self._has_room(self._pools[pool]):
            return None
        kept = min(free, key=self._rank)
        kept.worker, kept.token = worker, new_id()
        kept.lease(now, lease)
        deployment = self._deployments[kept.run.deployment_id or ""].deployment
        return claim_on(
            self._become(kept, replace(kept.run, state=PENDING)), kept.token, deployment, self._pools[pool]
        )

    def _deployments_at_limit(self) -> Mapping[str | None, CollisionStrategy]:
        busy = Counter(kept.run.deployment_id for kept in self._runs.values() if kept.token)
        return {
            stored.id: limit.collision_strategy
            for stored in self._deployments.values()
            if (limit := known(stored.deployment.concurrency_limit)) and busy[stored.id] >= limit.limit
        }

    @alone
    def hold_back(self, now: datetime) -> None:
        full = self._deployments_at_limit()
        for kept in self._runs.values():
            run = kept.run
            if run.deployment_id not in full or run.state != SCHEDULED or not kept.is_due(now):
                continue
            if full[run.deployment_id] is CollisionStrategy.CANCEL_NEW:
                self._become(kept, replace(run, state=SURPLUS, ended=now))
            else:
                self._become(kept, replace(run, state=AWAITING))

    def _is_paused(self, run: Run) -> bool:
        stored = self._deployments.get(run.deployment_id or "")
        return run.is_scheduled and bool(stored and stored.deployment.paused)

    def _has_room(self, pool: WorkPool) -> bool:
        busy = sum(1 for kept in self._runs.values() if kept.token and kept.run.work_pool == pool.name)
        return not pool.is_paused and (pool.concurrency_limit is None or busy < pool.concurrency_limit)

    def _rank(self, kept: Kept) -> tuple[int, datetime | None, datetime | None]:
        run = kept.run
        return self._priorities[run.work_pool or "", run.work_queue or ""], run.scheduled, run.created

    @alone
    def report(self, claim: Claim, state: State, now: datetime) -> bool:
        kept = self._held(claim)
        if kept:
            self._become(kept, reported(kept.run, state, now))
        return kept is not None

    def _held(self, claim: Claim) -> Kept | None:
        kept = self._runs.get(claim.run.id)
        return kept if kept and kept.token == claim.token else None

    @alone
    def append_logs(self, run_id: str, lines: Sequence[LogLine]) -> None:
        if run_id not in self._runs:
            raise no_such_run(run_id)
        self._logs.setdefault(run_id, []).extend(lines)
        self._changes += 1

    @alone
    def renew(self, claims: Sequence[Claim], *, now: datetime, lease: float) -> Mapping[str, StateType]:
        held = [kept for kept in map(self._held, claims) if kept]
        for kept in held:
            kept.lease(now, lease)
        return {kept.run.id: kept.run.state.type for kept in held}

    @alone
    def held(self, claims: Sequence[Claim]) -> Mapping[str, StateType]:
        return {kept.run.id: kept.run.state.type for kept in map(self._held, claims) if kept}

    @alone
    def release(self, claim: Claim, now: datetime) -> bool:
        kept = self._held(claim)
        if kept is None or kept.run.state.type is not StateType.PENDING:
            return False
        self._become(kept, released(kept.run, now))
        return True

    @alone
    def reap(self, now: datetime) -> list[Run]:
        for kept in self._runs.values():
            kept.take_back_lease(now)
        return [
            self._reap(kept, now)
            for kept in self._runs.values()
            if kept.leased_until and kept.leased_until < now
        ]

    def _reap(self, kept: Kept, now: datetime) -> Run:
        run = abandoned(kept.run, restarts=kept.restarts, now=now)
        kept.restarts += 1
        return self._become(kept, run)

    @alone
    def forget(self, before: datetime, *, limit: int) -> int:
        runs = [kept.run for kept in self._runs.values()]
        old = [run for run in runs if run.ended and run.ended < before][:limit]
        for run in old:
            del self._runs[run.id]
            self._logs.pop(run.id, None)
        self._changes += bool(old)
        return len(old)

    def next_due(self, pool: str, now: datetime) -> datetime | None:
        return min(self._coming(pool, now), default=None)

    def _coming(self, pool: str, now: datetime) -> Iterator[datetime]:
        for kept in list(self._runs.values()):
            due = kept.run.scheduled
            if kept.is_waiting and kept.run.work_pool == pool and due and due > now:
                yield due

    def hurry(self, patience: float) -> None:
        """Nobody waits here."""

    def changed(self) -> int:
        return self._changes


def _schedules(stored: Stored) -> Sequence[Schedule]:
    schedules = known(stored.deployment.schedules)
    return schedules or ()
