"""The client of an engine, and the logins that it finds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.steps.docker.client import connect
from syntask_yaml.steps.docker.errors import EngineFailed, EngineUnreachable
from tests.support.told_engine import ToldEngine, told_engine

# Something else in the process loads docker lazily, as `prefect.docker` does.
_PROGRAM = """
import importlib
import importlib.util
import sys

spec = importlib.util.find_spec("docker")
docker = sys.modules["docker"] = importlib.util.module_from_spec(spec)
importlib.util.LazyLoader(spec.loader).exec_module(docker)
importlib.import_module(f"syntask_yaml.steps.docker.{sys.argv[1]}")
used, loaded = docker.api.client, sys.modules
print(docker.utils.utils.errors is loaded["docker.errors"], used.auth is loaded["docker.auth"])
print(used.TLSConfig is loaded["docker.tls"].TLSConfig)
"""


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


@pytest.mark.parametrize("first", ["client", "container", "containers", "context", "registry"])
def test_no_module_of_docker_is_loaded_twice(first: str) -> None:
    """Classes of a second one would be others: none of its errors would be caught."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM, first], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3
