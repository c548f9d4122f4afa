"""The memory backend is the model of the embedded one: whatever happens, both say the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from syntask_yaml.backend.base import Claim, RunFilter
from syntask_yaml.backend.connect import OwnBackend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.memory import MemoryBackend
from syntask_yaml.errors import BackendError
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import Run, RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Interval, Schedule

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


def facts(run: Run) -> tuple[Any, ...]:
    """What both must say of a run: all but what is drawn by lot."""
    named = "" if run.is_scheduled else run.name
    same = replace(run, id="", name=named, deployment_id=run.deployment_id and "")
    return run.deployment or "", str(run.scheduled), named, str(run.created), str(run.state), same


def in_order(backend: OwnBackend) -> list[Run]:
    return sorted(backend.runs(RunFilter(limit=10_000)), key=lambda run: facts(run)[:5])


class Adapters(RuleBasedStateMachine):
    """Does the same to both."""

    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 3, 2, 5, 58, 30, tzinfo=UTC)
        self.asked = 0
        self.folder = tempfile.TemporaryDirectory()
        store = Path(self.folder.name, "syntask.db")
        self.backends: tuple[OwnBackend, ...] = (
            MemoryBackend(clock=lambda: self.now),
            EmbeddedBackend.open(store, clock=lambda: self.now),
        )
        self.claims: list[list[Claim]] = []
        for backend in self.backends:
            backend.create_pool(WorkPool(name="small", type="process", concurrency_limit=1))
        for name, limit in zip("abc", LIMITS, strict=True):
            self.deploy(name, {"concurrency_limit": limit})

    def teardown(self) -> None:
        for backend in getattr(self, "backends", ()):
            backend.close()
        self.folder.cleanup()

    def both(self, verb: Callable[[int, OwnBackend], Any]) -> Any:
        """What *verb* comes to on both, or the error that both raise."""
        self.now += timedelta(milliseconds=1)
        found = []
        for number, backend in enumerate(self.backends):
            try:
                found.append(verb(number, backend))
            except BackendError as error:
                found.append((type(error), error.detail))
        assert found[0] == found[1]
        return found[0]

    def write(self, name: str, change: Callable[[Stored | None], Deployment | None]) -> None:
        def write(_: int, backend: OwnBackend) -> list[Any]:
            stored = next(iter(backend.deployments(names=[f"flow/{name}"])), None)
            (written,) = backend.write([Write(stored, change(stored))])
            return [written.error and written.error.detail]

        self.both(write)

    @rule(name=NAMES, change=st.sampled_from(CHANGES))
    def deploy(self, name: str, change: dict[str, Any]) -> None:
        new = Deployment(flow="flow", name=name, work_pool="default", schedules=(HOURLY,))
        self.write(name, lambda stored: replace(stored.deployment if stored else new, **change))

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if self.backends[0].deployments(names=[f"flow/{name}"]):
            self.write(name, lambda _: None)

    @rule(seconds=st.sampled_from([0.5, 16, 59, 61, 3600, 40_000]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def schedule(self) -> None:
        self.both(lambda _, backend: backend.schedule(self.now))

    @rule(
        name=NAMES,
        delay=st.sampled_from([0, 0, -5, 100]),
        key=st.sampled_from([None, None, "k"]),
        count=st.integers(1, 3),
    )
    def ask(self, name: str, delay: float, key: str | None, count: int) -> None:
        self.asked += 1
        name_of_run, due = f"run-{self.asked}", self.now + timedelta(seconds=delay)

        def ask(_: int, backend: OwnBackend) -> Any:
            for stored in backend.deployments(names=[f"flow/{name}"]):
                request = RunRequest(
                    deployment_id=stored.id, name=name_of_run, scheduled=due, idempotency_key=key
                )
                return facts(backend.create_run(request))
            return None

        for _ in range(count):
            self.both(ask)

    @rule(
        pool=st.sampled_from(["default", "default", "small"]),
        queues=st.sampled_from([(), (), ("low",)]),
        count=st.integers(1, 4),
    )
    def claim(self, pool: str, queues: tuple[str, ...], count: int) -> None:
        while count and self.claim_one(pool, queues):
            count -= 1

    def claim_one(self, pool: str, queues: tuple[str, ...]) -> bool:
        taken: list[Claim] = []

        def claim(_: int, backend: OwnBackend) -> Any:
            found = backend.claim(pool, worker="w", now=self.now, lease=60, queues=queues)
            if found is None:
                return None
            taken.append(found)
            return facts(found.run), replace(found, run=None, token="")  # type: ignore[arg-type]

        found = self.both(claim) is not None
        if found:
            self.claims.append(taken)
        return found

    @rule(which=st.integers(0, 20), state=st.sampled_from(STATES))
    def report(self, which: int, state: State) -> None:
        if self.claims:
            claims = self.claims[which % len(self.claims)]
            self.both(lambda number, backend: backend.report(claims[number], state, self.now))

    @rule(which=st.integers(0, 20))
    def release(self, which: int) -> None:
        if self.claims:
            claims = self.claims[which % len(self.claims)]
            self.both(lambda number, backend: backend.release(claims[number], self.now))

    @rule()
    def renew(self) -> None:
        def renew(number: int, backend: OwnBackend) -> Any:
            claims = [each[number] for each in self.claims]
            states = backend.renew(claims, now=self.now, lease=60)
            return [states.get(claim.run.id) for claim in claims]

        self.both(renew)

    @rule(which=st.integers(0, 200))
    def cancel(self, which: int) -> None:
        def cancel(_: int, backend: OwnBackend) -> Any:
            runs = [run for run in in_order(backend) if not run.state.type.is_final]
            return facts(backend.cancel(runs[which % len(runs)].id)) if runs else None

        self.both(cancel)

    @rule()
    def reap(self) -> None:
        self.both(lambda _, backend: sorted(facts(run)[:5] for run in backend.reap(self.now)))

    @invariant()
    def both_have_the_same(self) -> None:
        for what in (
            lambda backend: [stored.deployment for stored in backend.deployments()],
            lambda backend: [facts(run) for run in in_order(backend)],
            lambda backend: [backend.next_due(pool, self.now) for pool in ("default", "small")],
        ):
            one, other = map(what, self.backends)
            assert one == other

    @invariant()
    def no_limit_is_exceeded(self) -> None:
        """Unless it was lowered, or the deployment was moved, while runs went on."""
        busy = [run for run in self.backends[1].runs(RunFilter(limit=10_000)) if run.state.type.holds_slot]
        assert sum(run.work_pool == "small" for run in busy) <= 1


TestAdaptersAgree = Adapters.TestCase
TestAdaptersAgree.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
