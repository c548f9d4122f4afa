"""Fill in values of build and push steps that do not run, from the backend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.operations.prepare import Prepared


def fill_unknown(
    prepared: Iterable[Prepared], backend: Backend, *, only: Collection[str] | None = None, hint: str
) -> list[Prepared]:
    """Return *prepared* with the values stored on *backend* in place of `Unknown`.

    *only*: the fields to fill. A deployment that is not stored is a problem, with *hint* as the remedy.
    """
    unknown = [
        (each, [name for name in each.unknown_fields if only is None or name in only]) for each in prepared
    ]
    labels = [each.label for each, names in unknown if names]
    stored = backend.deployments(names=labels) if labels else []
    known = {each.deployment.full_name: each.deployment for each in stored}
    return [_filled(each, names, known, hint) for each, names in unknown]


def _filled(prepared: Prepared, names: list[str], stored: Mapping[str, Deployment], hint: str) -> Prepared:
    deployment = prepared.deployment
    if deployment is None or not names:
        return prepared
    found = stored.get(deployment.full_name)
    if found is not None:
        known = {name: getattr(found, name) for name in names}
        return prepared._replace(deployment=replace(deployment, **known))
    name = names[0].removesuffix("_steps")
    detail = (
        f"`{name}` of `{deployment.full_name}` depends on a skipped build or push step, and the "
        "deployment has no previous value."
    )
    problem = prepared.declaration.node.problem("needs-build", detail, hint)
    return prepared._replace(deployment=None, diagnostics=(*prepared.diagnostics, problem))
