"""A repository of the time of agents for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CORPUS
from tests.support.upgrading import FLOW, OldRepository


@pytest.fixture(name="old")
def _old(tmp_path: Path) -> OldRepository:
    root = tmp_path / "orders"
    root.mkdir()
    repository = OldRepository(root)
    repository.write("flows.py", FLOW)
    return repository


# What versions of Prefect 2 wrote, beside the corpus.
_AGENTS = CORPUS.parent / "agent_era"
_REASON = f"no files of real versions at {_AGENTS}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "agent_file" in metafunc.fixturenames:
        metafunc.parametrize("agent_file", list(_agent_files()))


def _agent_files() -> Iterator[object]:
    files = sorted(_AGENTS.glob("*/deployments/*.yaml"))
    for file in files:
        yield pytest.param(file, id=f"{file.parents[1].name}-{file.stem}")
    if not files:
        yield pytest.param(None, id="none", marks=pytest.mark.skip(reason=_REASON))


@pytest.fixture(name="agent_files")
def _folder() -> Path:
    if not _AGENTS.exists():
        pytest.skip(_REASON)
    return _AGENTS
