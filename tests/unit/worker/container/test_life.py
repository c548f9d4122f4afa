"""The end of a container whose engine says what nobody expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.containers import Container, ContainerEnd
from syntask_yaml.steps.docker.errors import EngineFailed, EngineUnreachable
from syntask_yaml.worker.container import life
from syntask_yaml.worker.container.journal import NOT_STARTED
from syntask_yaml.worker.container.life import BOX, KEPT, RUN, STORE, ContainerLife


class OddEngine:
    """It has one container, and answers nothing that makes sense when asked how that goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.removed: list[str] = []
        self.asked = 0
        self.is_odd_for_ever = False
        self.removals_refused = 0
        self.has_containers = True
        monkeypatch.setattr(life, "open_engine", self._open)
        monkeypatch.setattr(life, "find_containers", self._find)
        monkeypatch.setattr(life, "remove_container", self._remove)

    @contextmanager
    def _open(self, _context: StepContext) -> Iterator[OddEngine]:
        yield self

    def _find(self, _engine: Any, labels: Mapping[str, str]) -> list[Container]:
        self.asked += 1
        if self.asked == 1 or self.is_odd_for_ever:
            raise KeyError("Id")
        if not self.has_containers:
            return []
        return [Container("one", {**labels, BOX: "box"}, "running")]

    def _remove(self, _engine: Any, found: str) -> None:
        if self.removals_refused:
            self.removals_refused -= 1
            raise EngineFailed("Removing the container failed: it is busy.", reason="it is busy")
        self.removed.append(found)

    def ended(self, *, is_left: bool = False, plan: Any = None) -> ContainerLife:
        """The life of its container, which another worker began, after its end."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ContainerLife, "__post_init__", lambda _self: None)
            lived = ContainerLife({STORE: "s", RUN: "r"}, StepContext(Path(), {}), plan=plan)
        if is_left:
            lived.leave()
        lived._live()
        return lived


@pytest.fixture(name="engine")
def _engine(monkeypatch: pytest.MonkeyPatch) -> OddEngine:
    return OddEngine(monkeypatch)


def test_a_run_that_counts_as_ended_leaves_no_container_that_goes_on(engine: OddEngine) -> None:
    """Somebody may run it again, and then the flow would run twice."""
    lived = engine.ended()
    assert lived.ended is not None
    assert lived.ended.code == NOT_STARTED
    assert engine.removed == ["one"]


def test_a_run_ends_although_nobody_can_remove_its_container(engine: OddEngine) -> None:
    engine.is_odd_for_ever = True
    assert engine.ended().ended is not None


def test_a_container_that_was_left_stays(engine: OddEngine) -> None:
    lived = engine.ended(is_left=True)
    assert (lived.ended, engine.removed) == (None, [])


def test_a_run_whose_container_ended_well_does_not_fail_for_its_removal(
    engine: OddEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that was killed meanwhile may keep a container; what is left is removed later."""
    engine.asked, engine.removals_refused = 1, 1
    end = ContainerEnd(code=3, out_of_memory=False, error="", output="", memory=0)
    monkeypatch.setattr(life, "wait_for_end", lambda _engine, _id: end)
    lived = engine.ended()
    assert lived.ended is not None
    assert (lived.ended.code, engine.asked, engine.removed) == (3, 2, [])


def test_a_run_waits_until_what_an_earlier_start_left_is_removed(
    engine: OddEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may go on, and then the flow would run twice."""
    engine.asked, engine.removals_refused = 1, 2
    monkeypatch.setattr(life, "_RETRY_EVERY", 0.01)
    monkeypatch.setattr(Container, "has_begun", False)
    lived = engine.ended()
    assert lived.ended is not None
    assert (engine.asked, engine.removed) == (4, ["one"])


@pytest.mark.parametrize("was_lost", [True, False])
def test_an_engine_that_was_killed_may_refuse_a_start_for_a_while(
    engine: OddEngine, monkeypatch: pytest.MonkeyPatch, was_lost: bool
) -> None:
    """What it was about to make is in its way until it has looked after its storage. Others mean it."""
    engine.asked, engine.has_containers = 1, False
    lost = [EngineUnreachable("Gone.")] if was_lost else []
    refusals: Iterator[Exception] = iter([*lost, EngineFailed("In use."), EngineFailed("In use.")])

    def start(_life: ContainerLife, _engine: Any, _plan: Any) -> Container:
        for refusal in refusals:
            raise refusal
        return Container("two", {BOX: "box", KEPT: "1"}, "running")

    end = ContainerEnd(code=3, out_of_memory=False, error="", output="", memory=0)
    monkeypatch.setattr(life, "_RETRY_EVERY", 0.01)
    monkeypatch.setattr(life, "wait_for_end", lambda _engine, _id: end)
    monkeypatch.setattr(ContainerLife, "_start", start)
    lived = engine.ended(plan=object())
    assert lived.ended is not None
    assert lived.ended.code == (3 if was_lost else NOT_STARTED)
