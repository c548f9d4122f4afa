"""Gather the context of an interview; the only module of the wizard that reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.files import shown_path
from syntask_yaml.model.pool_type import POOL_TYPES
from syntask_yaml.model.timing import is_timezone
from syntask_yaml.operations.edit import read_text
from syntask_yaml.operations.pool_states import PoolStates
from syntask_yaml.project.composition.files import ProjectFile
from syntask_yaml.project.composition.targets import Target
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.flows.discover import FoundFlow, SkippedFile, discover
from syntask_yaml.project.locate import FILE_NAMES, find_project_file, project_files_above
from syntask_yaml.project.reading import ProjectReading, file_that_includes, read_project
from syntask_yaml.project.repository import find_remote
from syntask_yaml.wizard.context import BackendContext, GivenAnswers, Home, InterviewContext, ProjectContext

_CLOCK = Path("/etc/localtime")


def gather_context(
    directory: Path,
    file: Path | None,
    backend: Backend,
    environ: Mapping[str, str],
    *,
    now: datetime,
    given: GivenAnswers,
    default_pool: str | None = None,
    target: str | None = None,
) -> InterviewContext:
    """Return the context of an interview. Raises ProjectInvalid for a file that cannot be extended."""
    project = gather_project(directory, file, target)
    return InterviewContext(
        project=project,
        backend=_gather_backend(backend, now, default_pool),
        now=now,
        timezone=local_timezone(environ),
        given=given,
        reader=FlowReader(project.root),
    )


def gather_project(directory: Path, file: Path | None, target: str | None = None) -> ProjectContext:
    """Return the project that contains *directory*, or would have it as its root, for *target*.

    Raises UsageError.
    """
    path = directory / file if file is not None else _opened(directory)
    root = directory if file is not None or path is None else path.parent
    path = path or directory / FILE_NAMES[0]
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(
            f"`{path.name}` is not a project file name.", hint="Use a name that ends in `.yaml`."
        )
    found = list(discover(root))
    context = ProjectContext(
        root=root,
        path=path,
        flows=tuple(each for each in found if isinstance(each, FoundFlow)),
        skipped=tuple(each for each in found if isinstance(each, SkippedFile)),
        remote=find_remote(root),
        dockerfiles=tuple(sorted(each.name for each in root.glob("Dockerfile*") if each.is_file())),
    )
    return _with_file(context, target) if path.exists() else context


def _opened(directory: Path) -> Path | None:
    found = find_project_file(directory)
    return None if found is None else file_that_includes(found, project_files_above(found))


def _with_file(context: ProjectContext, target: str | None) -> ProjectContext:
    """Return the project with its entries as written: without the overrides of the target."""
    opened = context.path
    reading = read_project(
        opened,
        context.root,
        show=lambda path: opened.name if path == opened else shown_path(path, context.root),
    )
    chosen = reading.usual(target).target
    project = reading.project(chosen and chosen.below_entries)
    if not project.document.is_readable or project.errors:
        raise ProjectInvalid(project.errors or project.diagnostics)
    homes = tuple(_home(each, reading, project.target) for each in reading.files.files)
    return replace(context, project=project, homes=homes)


def _home(file: ProjectFile, reading: ProjectReading, target: Target | None) -> Home:
    text, encoding = read_text(file.path)
    return Home(file=file, text=text, encoding=encoding, reading=reading, target=target)


def _gather_backend(backend: Backend, now: datetime, default_pool: str | None) -> BackendContext:
    return BackendContext(
        has_own_worker=backend.features.has_own_worker,
        pools=tuple(PoolStates(backend, now).of(backend.pools())),
        pool_types=cache(lambda: _pool_types(backend)),
        blocks=frozenset((block.type, block.name) for block in backend.blocks()),
        default_pool=default_pool,
    )


def _pool_types(backend: Backend) -> tuple[str, ...]:
    """Return the supported types, read only when a new pool is wanted: this can be slow on a server."""
    available = backend.pool_types()
    usual = [each for each in POOL_TYPES if each in available]
    return tuple(dict.fromkeys((*usual, *available))) or tuple(POOL_TYPES)


def local_timezone(environ: Mapping[str, str]) -> str:
    """Return the name of this machine's time zone; UTC if it has none."""
    named = environ.get("TZ", "").removeprefix(":")
    linked = str(_CLOCK.resolve()).partition("zoneinfo/")[2]
    return next((name for name in (named, linked) if name and is_timezone(name)), "UTC")
