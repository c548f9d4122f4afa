"""What a type of work pool needs, and a machine that gets it later."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.worker import needs
from syntask_yaml.worker.needs import Needs

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Engine:
    """One that is away at first."""

    is_there = False
    asked = 0

    def find(self, _environ: Mapping[str, str]) -> None:
        self.asked += 1
        if not self.is_there:
            raise StepFailed("No engine answers.", hint="Start it.")


@pytest.fixture(name="engine")
def _engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(needs, "NEEDS", {"docker": engine.find})
    return engine


@pytest.fixture(name="looked")
def _looked() -> Needs:
    return Needs({})


def settled(looked: Needs, now: datetime) -> bool:
    """Whether what `docker` needs is there, once it was looked for."""
    looked.is_met("docker", now)
    for looking in looked._looking.values():
        looking.exception()
    return looked.is_met("docker", now)


def test_what_needs_nothing_is_served_at_once(looked: Needs) -> None:
    assert looked.is_met("process", NOW)
    assert looked.problem("process") is None


def test_what_is_missing_is_looked_for_now_and_then(engine: Engine, looked: Needs) -> None:
    """And the problem stands while it is looked for."""
    assert not looked.is_met("docker", NOW)
    for seconds in range(0, 60, 2):
        assert not settled(looked, NOW + timedelta(seconds=seconds))
        problem = looked.problem("docker")
        assert problem is not None
        assert problem.detail == "No engine answers."
    assert engine.asked == 2
    engine.is_there = True
    assert settled(looked, NOW + timedelta(seconds=60))
    assert looked.problem("docker") is None


def test_what_was_found_is_not_looked_for_again(engine: Engine, looked: Needs) -> None:
    engine.is_there = True
    assert settled(looked, NOW)
    assert settled(looked, NOW + timedelta(days=1))
    assert engine.asked == 1


def test_an_engine_that_never_answers_holds_no_end_up() -> None:
    script = """
import time
from datetime import UTC, datetime
from syntask_yaml.worker import needs

needs.NEEDS = {"docker": lambda _environ: time.sleep(60)}
print(needs.Needs({}).is_met("docker", datetime.now(UTC)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], timeout=30, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
