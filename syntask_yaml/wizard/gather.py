"""Looking at what is there before anything is asked: the only module of the wizard that reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from syntask_yaml.backend.base import Backend
from syntask_yaml.document.reader import read_file
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.model.pool_type import POOL_TYPES
from syntask_yaml.model.timing import is_timezone
from syntask_yaml.operations.edit import read_text
from syntask_yaml.project.composition.targets import targets_of, usual_target
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader, FoundFlow, SkippedFile, discover
from syntask_yaml.project.load import load_project
from syntask_yaml.project.locate import FILE_NAMES, find_project_file
from syntask_yaml.project.repository import find_remote
from syntask_yaml.wizard.context import BackendContext, GivenAnswers, InterviewContext, ProjectContext

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
) -> InterviewContext:
    """Everything that an interview may need. Raises ProjectInvalid for a file that cannot be added to."""
    project = gather_project(directory, file)
    return InterviewContext(
        project=project,
        backend=_gather_backend(backend, default_pool),
        now=now,
        timezone=local_timezone(environ),
        given=given,
        reader=FlowReader(project.root),
    )


def gather_project(directory: Path, file: Path | None) -> ProjectContext:
    """The project that *directory* is in, or that it would be the root of."""
    path = directory / file if file is not None else find_project_file(directory)
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
    return _with_file(context) if path.exists() else context


def _with_file(context: ProjectContext) -> ProjectContext:
    document = read_file(context.path, name=context.path.name)
    target = usual_target(targets_of(document.root))
    project = load_project(document, context.root, dialect=Dialect.of(context.path.name), target=target)
    if not document.is_readable or project.errors:
        raise ProjectInvalid(project.errors or project.diagnostics)
    text, encoding = read_text(context.path)
    return replace(context, text=text, encoding=encoding, project=project)


def _gather_backend(backend: Backend, default_pool: str | None) -> BackendContext:
    return BackendContext(
        has_own_worker=backend.features.has_own_worker,
        pools=tuple(backend.pools()),
        pool_types=cache(lambda: _pool_types(backend)),
        blocks=frozenset((block.type, block.name) for block in backend.blocks()),
        default_pool=default_pool,
    )


def _pool_types(backend: Backend) -> tuple[str, ...]:
    """What can be made; asked of the backend only when a new pool is wanted: a server may look far for it."""
    available = backend.pool_types()
    usual = [each for each in POOL_TYPES if each in available]
    return tuple(dict.fromkeys((*usual, *available))) or tuple(POOL_TYPES)


def local_timezone(environ: Mapping[str, str]) -> str:
    """The name of this machine's time zone; UTC where it has none."""
    named = environ.get("TZ", "").removeprefix(":")
    linked = str(_CLOCK.resolve()).partition("zoneinfo/")[2]
    return next((name for name in (named, linked) if name and is_timezone(name)), "UTC")
