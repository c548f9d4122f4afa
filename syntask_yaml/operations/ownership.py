"""Transfer deployments from one owner to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import BackendConflict, UsageError
from syntask_yaml.model.deployment import Stored, Write
from syntask_yaml.model.events import Observer, nobody
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.deployments import write_all


def adopt(
    context: DeployContext, stored: Sequence[Stored], *, owner: str | None = None, notify: Observer = nobody
) -> None:
    """Make the project of *context* the owner of *stored*, whose owner is *owner* or nobody (None).

    Nothing is written if it raises UsageError, for a project without a name, or BackendConflict, for
    deployments of another owner.
    """
    own = context.owner
    if own.project is None or own.origin is None:
        raise UsageError(
            "Deployments belong to a project by its name, and the project file has no `name`.",
            hint="Add `name:` at the top of the file.",
        )
    for each in stored:
        held = each.deployment.project
        if held not in (None, owner, own.project):
            raise BackendConflict(
                f"`{each.deployment.full_name}` belongs to the project `{held}`.",
                hint=f"Pass `--from {held}` to transfer it to `{own.project}`.",
            )
    owned = [(each, own.project, own.origin) for each in stored]
    _write(context.backend, owned, "Adopting", notify)


def release(backend: Backend, stored: Sequence[Stored], *, notify: Observer = nobody) -> None:
    """Remove the owner of *stored*, so that no deploy prunes them and any project may adopt them."""
    _write(backend, [(each, None, None) for each in stored], "Releasing", notify)


def _write(
    backend: Backend, owned: Sequence[tuple[Stored, str | None, str | None]], verb: str, notify: Observer
) -> None:
    """Write each deployment whose owner or origin differs. Raises BackendError."""
    writes = [
        Write(each, replace(each.deployment, project=owner, origin=origin))
        for each, owner, origin in owned
        if (each.deployment.project, each.deployment.origin) != (owner, origin)
    ]
    write_all(backend, writes, verb, notify)
