"""The context of an interview: repository, project, backend and given options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from syntask_yaml.errors import SyntaskError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.project.composition.files import ProjectFile
from syntask_yaml.project.composition.targets import Target
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import Flow, FlowReader
from syntask_yaml.project.flows.discover import FoundFlow, SkippedFile
from syntask_yaml.project.load import Project
from syntask_yaml.project.reading import ProjectReading
from syntask_yaml.project.repository import GitRemote
from syntask_yaml.wizard.questions import Answer

Blocks = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Home:
    """A *file* of the project that can contain an entry. *text* is its content in its *encoding*.

    *reading* is the whole project, *target* the selected target, without the overrides of the target.
    """

    file: ProjectFile
    text: str
    encoding: str
    reading: ProjectReading
    target: Target | None

    @property
    def name(self) -> str:
        """The path from the root of the project."""
        return self.file.name


@dataclass(frozen=True, kw_only=True)
class ProjectContext:
    """The folder, the file and the *project*; *homes* are all its files, the main one first, if it exists."""

    root: Path
    path: Path
    project: Project | None = None
    homes: tuple[Home, ...] = ()
    flows: tuple[FoundFlow, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    remote: GitRemote | None = None
    dockerfiles: tuple[str, ...] = ()

    @cached_property
    def flow_names(self) -> Mapping[str, str]:
        """The names of the flows found, by entrypoint."""
        return {flow.entrypoint: flow.name for flow in self.flows}

    @property
    def dialect(self) -> Dialect:
        return Dialect.of(self.path.name)

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        return self.project.declarations if self.project else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendContext:
    """The state of the backend. *blocks* are pairs of type and name; *pool_types* are the supported types.

    *has_own_worker*: `syntask` executes its runs, rather than a server's workers.
    """

    has_own_worker: bool
    pools: tuple[WorkPool, ...] = ()
    pool_types: Callable[[], tuple[str, ...]] = tuple
    blocks: Blocks = frozenset()
    default_pool: str | None = None

    def blocks_of(self, *types: str) -> list[str]:
        """Return the names of the blocks of these types, sorted."""
        return sorted(name for kind, name in self.blocks if kind in types)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """The *answers* from the command line, by the key of their question, and the options of `deploy`."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    overrides: Overrides = field(default_factory=Overrides)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewContext:
    """The input of an interview. *timezone* is that of this machine."""

    project: ProjectContext
    backend: BackendContext
    now: datetime
    timezone: str = "UTC"
    given: GivenAnswers = field(default_factory=GivenAnswers)
    reader: FlowReader

    @property
    def answers(self) -> Mapping[str, Answer]:
        return self.given.answers

    def flow_problem(self, entrypoint: str) -> str:
        """Return a sentence or two on why *entrypoint* is not a flow; empty if it is one."""
        try:
            self.reader.read(entrypoint)
        except SyntaskError as error:
            return f"{error.detail} {error.hint}".strip()
        return ""

    def declared(self, flow: Flow, name: str) -> Declaration | None:
        """Return the existing entry `flow/name`."""
        same = (each for each in self.project.declarations if each.name == name)
        return next((each for each in same if self._is_of(each, flow)), None)

    def _is_of(self, declaration: Declaration, flow: Flow) -> bool:
        if declaration.entrypoint == flow.entrypoint:
            return True
        found = self.project.flow_names.get(declaration.entrypoint)
        if found is not None:
            return found == flow.name
        try:
            return self.reader.read(declaration.entrypoint).name == flow.name
        except SyntaskError:
            return False
