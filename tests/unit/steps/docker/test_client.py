"""The client of an engine, and the logins that it finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.steps.docker.client import connect
from syntask_yaml.steps.docker.errors import EngineFailed, EngineUnreachable
from tests.support.told_engine import ToldEngine, told_engine


@pytest.fixture(name="engine", scope="module")
def _engine() -> Iterator[ToldEngine]:
    with told_engine() as engine:
        yield engine


@pytest.mark.parametrize(
    "text", ["[]", "null", '{"auths": 3}', '{"auths": {"a": 3}}', '{"auths": {"a": {"auth": 3}}}']
)
def test_logins_that_are_damaged_are_named(engine: ToldEngine, tmp_path: Path, text: str) -> None:
    """The engine is there: nobody has to look for it, and nothing waits for it."""
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(EngineFailed, match=r"config\.json") as raised:
        connect({**engine.environ, "DOCKER_CONFIG": str(tmp_path)})
    assert not isinstance(raised.value, EngineUnreachable)


def test_logins_are_not_needed(engine: ToldEngine, tmp_path: Path) -> None:
    connect({**engine.environ, "DOCKER_CONFIG": str(tmp_path)}).close()
