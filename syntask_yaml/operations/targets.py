"""Determine the backend of a target."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syntask_yaml.backend.connect import why_no_backend
from syntask_yaml.backend.prefect.profile import named_profile
from syntask_yaml.document.node import Node
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.project.composition.values import ResolvedValues
from syntask_yaml.project.load import Project
from syntask_yaml.project.resolve import resolve_text
from syntask_yaml.template import Scope

_EMBEDDED = "embedded:"


def backend_of(project: Project, environ: Mapping[str, str]) -> str | None:
    """Return the URL of the backend that the target of *project* names; None if it names none.

    The path of a store is relative to the project root. Raises ProjectInvalid for an invalid URL, a template
    without a value, or a profile without a URL.
    """
    target = project.target
    if target is None:
        return None
    if target.backend is not None:
        named = _resolved(target.backend, project, environ)
        if problem := why_no_backend(named):
            raise ProjectInvalid((*project.errors, target.backend.problem("wrong-value", *problem)))
        return _from_root(named, project.home)
    if target.profile is None:
        return None
    name = _resolved(target.profile, project, environ)
    url = named_profile(environ, name).get("PREFECT_API_URL")
    if not url:
        detail = f"There is no Prefect profile `{name}` with a `PREFECT_API_URL`."
        hint = "Run `prefect profile ls` to list them, or write `backend: URL` in place of `profile`."
        raise ProjectInvalid([target.profile.problem("not-found", detail, hint)])
    return url


def _resolved(node: Node, project: Project, environ: Mapping[str, str]) -> str:
    outside = Scope(environ=environ)
    scope = Scope(environ=environ, values=ResolvedValues(project.values, outside))
    found = resolve_text(node, scope)
    if found.diagnostics:
        raise ProjectInvalid((*project.errors, *found.diagnostics))
    return str(found.value)


def _from_root(url: str, root: Path) -> str:
    path = url.removeprefix(_EMBEDDED)
    is_relative = url.startswith(_EMBEDDED) and path and not path.startswith(("/", "~"))
    return f"{_EMBEDDED}{root / path}" if is_relative else url
