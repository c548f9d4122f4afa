"""What the tests of flows share: a project to read, and a judge that keeps to itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any, TypeVar

import pytest

from syntask_yaml.errors import SyntaskError
from syntask_yaml.project.flows import Flow, FlowReader

T = TypeVar("T")


@dataclass(frozen=True)
class Project:
    """A folder with Python files in it."""

    root: Path

    def write(self, name: str, source: str) -> Path:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), encoding="utf-8")
        return path

    def reader(self, **options: Any) -> FlowReader:
        """A reader that loads nothing, unless *options* say so."""
        return FlowReader(self.root, **{"load_in_child": False, **options})

    def read(self, entrypoint: str, **options: Any) -> Flow:
        """The flow that *entrypoint* names, read anew."""
        return self.reader(**options).read(entrypoint)


def read_source(source: str) -> Flow:
    """The flow `f` of a file that holds *source*, read but not loaded."""
    return read_bytes(source.encode())


def read_bytes(content: bytes) -> Flow:
    """The flow `f` of a file that holds *content*, read but not loaded."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "flows.py").write_bytes(content)
        return Project(Path(folder)).read("flows.py:f")


def outcome(work: Callable[[], T]) -> T | SyntaskError:
    """What *work* returns, or why it refuses."""
    try:
        return work()
    except SyntaskError as error:
        return error


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    return Project(root)


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.setenv("DO_NOT_TRACK", "1")
        yield
