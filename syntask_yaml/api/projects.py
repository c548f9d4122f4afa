"""Read, declare, validate, plan and deploy projects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from syntask_yaml.api.backends import AnyBackend, opened
from syntask_yaml.api.names import listed
from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.events import Observer, nobody
from syntask_yaml.operations import deploy as deploying
from syntask_yaml.operations import project as projects
from syntask_yaml.operations import render as rendering
from syntask_yaml.operations.deploy import DeployOptions
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.plan import Planned, make_plan
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.settings import read_settings
from syntask_yaml.source import Source


def load(
    file: str | Path | None = None, *, directory: str | Path | None = None, strict: bool = False
) -> Project:
    """Read the project file: *file*, or the nearest one from *directory* (default: the current one) up.

    Its problems are in `diagnostics`. *strict*: warnings are errors. Raises NotFound if there is no file.
    """
    here = Path(directory or Path.cwd()).absolute()
    return projects.open_project(
        projects.ProjectLocation(directory=here, file=(file and Path(file)) or None, strict=strict)
    )


def declare(
    deployments: Sequence[Mapping[str, Any]],
    *,
    directory: str | Path | None = None,
    name: str | None = None,
    source: Source | None = None,
    at: int = 0,
    **sections: Any,
) -> Project:
    """Return the project of these *deployments*, each a mapping with the keys of an entry of the file.

    Relative paths start at *directory*; *name* is the project's name; *sections* are other keys of the file,
    such as `pull`. Values are JSON values, and texts may contain templates. Problems are reported at the
    index *at* of *source*.
    """
    named = {} if name is None else {"name": name}
    content = {**named, **sections, "deployments": deployments}
    here = Path(directory or Path.cwd()).absolute()
    return projects.declared_project(
        _as_json(content), here, source=source or Source("deployments", ""), at=at
    )


def _as_json(value: Any) -> Any:
    """Convert mappings and lists in *value* to JSON's; the checks of the project report other types."""
    if isinstance(value, Mapping):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_as_json(item) for item in value]
    return value


def validate(project: Project, *, flows: bool = True) -> list[Diagnostic]:
    """Return all problems that can be found without a backend and an environment, in file order.

    *flows*: also read the source of the flows. Project code is never executed.
    """
    reader = FlowReader(project.root) if flows else None
    return projects.validate(project, flows=reader, strict=project.is_strict)


def plan(
    project: Project,
    names: Sequence[str] = (),
    *,
    backend: AnyBackend = None,
    overrides: Overrides | None = None,
    prune: bool = False,
    keep_going: bool = False,
    take_over: bool = False,
    flows: FlowReader | None = None,
) -> Planned:
    """Return what `deploy` with the same arguments would change, without building or writing anything.

    Raises ProjectInvalid, BackendError.
    """
    request = _request(names, overrides, prune=prune, keep_going=keep_going, take_over=take_over)
    with opened(backend) as found:
        return make_plan(_context(project, found, flows), request)


def deploy(
    project: Project,
    names: Sequence[str] = (),
    *,
    backend: AnyBackend = None,
    overrides: Overrides | None = None,
    prune: bool = False,
    keep_going: bool = False,
    take_over: bool = False,
    options: DeployOptions | None = None,
    notify: Observer = nobody,
    flows: FlowReader | None = None,
) -> Outcome:
    """Build, push, and deploy the deployments that match *names* (names or globs), or all.

    Everything is checked before anything is built or written. *overrides* apply to a single deployment,
    *prune* deletes deployments that the project no longer declares, *notify* receives progress events, and
    *flows* reads flows from outside the project. Raises ProjectInvalid, NotFound, BackendError; failed writes
    are in the outcome.
    """
    request = _request(names, overrides, prune=prune, keep_going=keep_going, take_over=take_over)
    with opened(backend) as found:
        return deploying.deploy(
            _context(project, found, flows),
            request,
            options=options or DeployOptions(),
            notify=notify,
            approval=Approval(is_given=True),
        )


def render(project: Project, names: Sequence[str] = (), *, backend: AnyBackend = None) -> Mapping[str, Any]:
    """Return the project with its templates resolved, as a mapping with the keys of a file."""
    with opened(backend) as found:
        return rendering.render(_context(project, found, None), _request(names, None).selection).content


def _request(
    names: Sequence[str],
    overrides: Overrides | None,
    *,
    prune: bool = False,
    keep_going: bool = False,
    take_over: bool = False,
) -> Request:
    return Request(
        selection=Selection(names=listed(names), all=not names),
        overrides=overrides or Overrides(),
        prune=prune,
        keep_going=keep_going,
        take_over=take_over,
    )


def _context(project: Project, backend: Backend, flows: FlowReader | None) -> DeployContext:
    return DeployContext(
        project=project,
        backend=backend,
        reader=flows or FlowReader(project.root, load_in_child=True),
        environ=os.environ,
        default_pool=read_settings(os.environ).default_pool,
    )
