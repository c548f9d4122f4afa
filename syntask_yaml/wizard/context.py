"""What an interview knows before it asks: repository, project, backend and given options."""

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
    """A *file* of the project that an entry can stand in. *text* is what it holds in its *encoding*.

    *reading* is the whole project, *target* what it is looked at for, without what that puts over entries.
    """

    file: ProjectFile
    text: str
    encoding: str
    reading: ProjectReading
    target: Target | None

    @property
    def name(self) -> str:
        """What it is called, from the root of the project."""
        return self.file.name


@dataclass(frozen=True, kw_only=True)
class ProjectContext:
    """The folder, its file, and the *project* that it is. *homes* are all files of that, the opened one
    first, and none where there is no file yet."""

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
        """The names of the flows that were found, by entrypoint."""
        return {flow.entrypoint: flow.name for flow in self.flows}

    @property
    def dialect(self) -> Dialect:
        return Dialect.of(self.path.name)

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        return self.project.declarations if self.project else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendContext:
    """What the backend has. *blocks* are pairs of type and name; *pool_types* tells what it can make.

    *has_own_worker*: `syntask` executes its runs, and not a server's workers.
    """

    has_own_worker: bool
    pools: tuple[WorkPool, ...] = ()
    pool_types: Callable[[], tuple[str, ...]] = tuple
    blocks: Blocks = frozenset()
    default_pool: str | None = None

    def blocks_of(self, *types: str) -> list[str]:
        """Return the names of the blocks of these types, in order."""
        return sorted(name for kind, name in self.blocks if kind in types)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """What the command line gives: *answers* by the key of their question, and options of `deploy`."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    overrides: Overrides = field(default_factory=Overrides)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewContext:
    """Everything that an interview may look at. *timezone* is that of this machine."""

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
        """Return why *entrypoint* names no flow, in a sentence or two; empty if it does."""
        try:
            self.reader.read(entrypoint)
        except SyntaskError as error:
            return f"{error.detail} {error.hint}".strip()
        return ""

    def declared(self, flow: Flow, name: str) -> Declaration | None:
        """Return the entry that is `flow/name` already."""
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
