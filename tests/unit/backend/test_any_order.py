"""Whatever commands and workers do, in any order and by turns, runs stay what the port promises."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from syntask_yaml.backend.base import OwnBackend, RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import Run, RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Interval, Schedule
from syntask_yaml.model.value import known

HOURLY, DAILY = Schedule(timing=Cron("0 * * * *")), Schedule(timing=Cron("30 6 * * *"), slug="daily")
EVERY_MINUTE = Schedule(timing=Interval(60), slug="minute")
LIMITS = (None, ConcurrencyLimit(1), ConcurrencyLimit(2, CollisionStrategy.CANCEL_NEW))
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"paused": True},
    {"paused": False},
    {"schedules": (HOURLY,)},
    {"schedules": (DAILY, HOURLY)},
    {"schedules": (EVERY_MINUTE, replace(HOURLY, active=False))},
    {"schedules": (replace(DAILY, slug="new", replaces="daily"),)},
    {"schedules": ()},
    *({"concurrency_limit": limit} for limit in LIMITS),
    {"work_pool": "small"},
    {"work_pool": "default", "work_queue": "low"},
    {"work_pool": "nowhere"},
    {"job_variables": {"env": {"A": "1"}}},
)
STATES = (
    State(StateType.RUNNING),
    State(StateType.RUNNING, "Retrying"),
    State(StateType.COMPLETED),
    State(StateType.FAILED, message="no"),
    State(StateType.CANCELLED),
)
NAMES = st.sampled_from("abc")
SIDES = st.sampled_from([0, 1])
LEASE = 60.0


def is_due(run: Run, now: datetime) -> bool:
    return run.state.type is StateType.SCHEDULED and run.scheduled is not None and run.scheduled <= now


class Processes(RuleBasedStateMachine):
    """Two processes on one store, each with its own connection; the *side* of a rule is who does it."""

    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 3, 2, 5, 58, 30, tzinfo=UTC)
        self.folder = tempfile.TemporaryDirectory()
        store = Path(self.folder.name, "syntask.db")
        self.sides: list[OwnBackend] = [EmbeddedBackend.open(store, clock=lambda: self.now) for _ in range(2)]
        self.claims: list[Claim] = []
        self.ended: dict[str, Run] = {}
        self.sides[0].create_pool(WorkPool(name="small", type="process", concurrency_limit=1))
        for name, limit in zip("abc", LIMITS, strict=True):
            self.deploy(0, name, {"concurrency_limit": limit, "schedules": (EVERY_MINUTE, HOURLY)})
            self.ask(0, name, 0, None, 3)
        self.schedule(0)

    def teardown(self) -> None:
        for backend in getattr(self, "sides", ()):
            backend.close()
        self.folder.cleanup()

    def side(self, side: int) -> OwnBackend:
        self.now += timedelta(milliseconds=1)
        return self.sides[side]

    def stored(self, name: str) -> Stored | None:
        return next(iter(self.sides[0].deployments(names=[f"flow/{name}"])), None)

    def runs(self, side: int = 1) -> list[Run]:
        return self.sides[side].runs(RunFilter(limit=10_000))

    @rule(side=SIDES, name=NAMES, change=st.sampled_from(CHANGES))
    def deploy(self, side: int, name: str, change: dict[str, Any]) -> None:
        backend, stored = self.side(side), self.stored(name)
        new = Deployment(flow="flow", name=name, work_pool="default", schedules=(HOURLY,))
        wanted = replace(stored.deployment if stored else new, **change)
        (written,) = backend.write([Write(stored, wanted)])
        assert isinstance(written.error, BackendRefused) == (wanted.work_pool == "nowhere")
        assert (written.error is None) == (written.id is not None)

    @rule(side=SIDES, name=NAMES)
    def delete(self, side: int, name: str) -> None:
        if stored := self.stored(name):
            (written,) = self.side(side).write([Write(stored, None)])
            assert written.error is None
            assert self.stored(name) is None

    @rule(seconds=st.sampled_from([0.5, 16, 61, 61, 3600]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(side=SIDES)
    def schedule(self, side: int) -> None:
        """All that is to come is made at once: whoever looks next finds nothing to make."""
        before, made = len(self.runs()), self.side(side).schedule(self.now)
        assert len(self.runs()) == before + made
        assert self.sides[1 - side].schedule(self.now) == 0

    @rule(
        side=SIDES,
        name=NAMES,
        delay=st.sampled_from([0, 0, -5, 100]),
        key=st.sampled_from([None, None, "k"]),
        count=st.integers(1, 3),
    )
    def ask(self, side: int, name: str, delay: float, key: str | None, count: int) -> None:
        if stored := self.stored(name):
            due = self.now + timedelta(seconds=delay)
            request = RunRequest(deployment_id=stored.id, scheduled=due, idempotency_key=key)
            ids = {self.side(side).create_run(request).id for _ in range(count)}
            assert len(ids) == (1 if key else count)

    @rule(
        side=SIDES,
        pool=st.sampled_from(["default", "default", "small"]),
        queues=st.sampled_from([(), (), ("low",)]),
        count=st.integers(2, 5),
    )
    def claim(self, side: int, pool: str, queues: tuple[str, ...], count: int) -> None:
        while count and self.claim_one(side, pool, queues):
            count -= 1

    def claim_one(self, side: int, pool: str, queues: tuple[str, ...]) -> bool:
        """Claim a run that was due, the one of its deployment and queue that was due first."""
        before = {run.id: run for run in self.runs()}
        found = self.side(side).claim(pool, worker="w", now=self.now, lease=LEASE, queues=queues)
        if found is None:
            return False
        was = before[found.run.id]
        assert (was.work_pool, is_due(was, self.now), found.run.state.type) == (pool, True, StateType.PENDING)
        assert not queues or was.work_queue in queues
        self.assert_fits(was, before)
        same = (was.deployment_id, was.work_pool, was.work_queue, was.is_scheduled)
        for run in before.values():
            if same == (run.deployment_id, run.work_pool, run.work_queue, run.is_scheduled):
                assert not is_due(run, self.now) or str(run.scheduled) >= str(was.scheduled)
        self.claims.append(found)
        return True

    def assert_fits(self, run: Run, before: dict[str, Run]) -> None:
        """The deployment is there, its limit has room, and it is not paused, or the run was asked for."""
        (stored,) = (each for each in self.sides[0].deployments() if each.id == run.deployment_id)
        busy = sum(each.deployment_id == stored.id and each.state.type.holds_slot for each in before.values())
        limit = known(stored.deployment.concurrency_limit)
        assert limit is None or busy < limit.limit
        assert not (run.is_scheduled and stored.deployment.paused)

    @rule(side=SIDES, which=st.integers(0, 20), state=st.sampled_from(STATES))
    def report(self, side: int, which: int, state: State) -> None:
        """What is reported counts if the claim is the last one on a run that goes on."""
        if self.claims:
            claim = self.claims[which % len(self.claims)]
            before, is_held = self.sides[side].run(claim.run.id), bool(self.sides[side].held([claim]))
            assert self.side(side).report(claim, state, self.now) == is_held
            after = self.sides[1 - side].run(claim.run.id)
            if not is_held:
                assert after == before
            elif state.type.is_final:
                assert after is not None
                assert (after.state, after.ended) == (state, self.now)
                assert not self.sides[1 - side].held([claim])

    @rule(side=SIDES)
    def renew(self, side: int) -> None:
        """What is renewed is not reaped."""
        held = self.side(side).renew(self.claims, now=self.now, lease=LEASE)
        assert held == self.sides[1 - side].held(self.claims)
        assert not {run.id for run in self.sides[1 - side].reap(self.now)} & held.keys()

    @rule(side=SIDES, which=st.integers(0, 200))
    def cancel(self, side: int, which: int) -> None:
        if alive := sorted(
            (run for run in self.runs() if not run.state.type.is_final), key=lambda run: run.id
        ):
            run = self.side(side).cancel(alive[which % len(alive)].id)
            assert run.state.type in (StateType.CANCELLED, StateType.CANCELLING)

    @rule(side=SIDES)
    def reap(self, side: int) -> None:
        for run in self.side(side).reap(self.now):
            assert run.id not in self.sides[1 - side].held(self.claims)
            assert run.state.type in (StateType.SCHEDULED, StateType.CRASHED, StateType.CANCELLED)
        assert self.sides[1 - side].reap(self.now) == []

    @invariant()
    def both_see_the_same(self) -> None:
        one, other = self.sides
        assert one.deployments() == other.deployments()
        assert self.runs(0) == self.runs(1)
        for pool in ("default", "small"):
            waiting = [
                run.scheduled
                for run in self.runs()
                if run.state.type is StateType.SCHEDULED and run.work_pool == pool and run.scheduled
            ]
            later = min((due for due in waiting if due > self.now), default=None)
            assert one.next_due(pool, self.now) == other.next_due(pool, self.now) == later

    @invariant()
    def a_run_is_held_once(self) -> None:
        holds = Counter(claim.run.id for claim in self.claims if self.sides[0].held([claim]))
        assert all(count == 1 for count in holds.values())
        busy = {run.id for run in self.runs() if run.state.type.holds_slot}
        assert busy == holds.keys()

    @invariant()
    def no_limit_is_exceeded(self) -> None:
        assert sum(run.work_pool == "small" for run in self.runs() if run.state.type.holds_slot) <= 1

    @invariant()
    def what_has_ended_stays(self) -> None:
        """But for the deployment, which may be deleted or renamed."""
        for run in self.runs():
            if run.state.type.is_final:
                same = replace(run, deployment_id=None)
                assert run.ended is not None
                assert same == self.ended.setdefault(run.id, same)

    @invariant()
    def nothing_waits_for_what_is_not_there(self) -> None:
        """No run of a deployment that was deleted, and none of a schedule that is paused."""
        stored = {each.id: each.deployment for each in self.sides[0].deployments()}
        for run in self.runs():
            if run.state.type is StateType.SCHEDULED:
                assert run.deployment_id in stored
                if run.is_scheduled and run.scheduled and run.scheduled > self.now:
                    assert not stored[run.deployment_id].paused


TestProcesses = Processes.TestCase
TestProcesses.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
