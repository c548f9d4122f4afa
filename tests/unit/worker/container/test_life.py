"""The end of a container whose engine says what nobody expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.containers import Container
from syntask_yaml.worker.container import life
from syntask_yaml.worker.container.journal import NOT_STARTED
from syntask_yaml.worker.container.life import RUN, STORE, ContainerLife


class OddEngine:
    """It has one container, and answers nothing that makes sense when asked how that goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.removed: list[str] = []
        self.asked = 0
        self.is_odd_for_ever = False
        monkeypatch.setattr(life, "open_engine", self._open)
        monkeypatch.setattr(life, "find_containers", self._find)
        monkeypatch.setattr(life, "remove_container", lambda _engine, found: self.removed.append(found))

    @contextmanager
    def _open(self, _context: StepContext) -> Iterator[OddEngine]:
        yield self

    def _find(self, _engine: Any, labels: Mapping[str, str]) -> list[Container]:
        self.asked += 1
        if self.asked == 1 or self.is_odd_for_ever:
            raise KeyError("Id")
        return [Container("one", labels, "running")]

    def ended(self, *, is_left: bool = False) -> ContainerLife:
        """The life of its container, which another worker began, after its end."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ContainerLife, "__post_init__", lambda _self: None)
            lived = ContainerLife({STORE: "s", RUN: "r"}, StepContext(Path(), {}))
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
