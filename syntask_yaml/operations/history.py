"""Write and read the deploy history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.leases import this_process
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import BackendError
from syntask_yaml.model.deploy_record import DeployRecord
from syntask_yaml.model.deployment import Stored
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.version import actor_of, branch_of
from syntask_yaml.plan.changes import Plan
from syntask_yaml.project.repository import is_clean

_UNCHANGED = "unchanged"
_OF_ONE = ("began", "by", "commit", "branch", "dirty")
# The number of deploys that are searched for those of one deployment.
_LOOKED_AT = 200


def begin_record(context: DeployContext, plan: Plan, *, destroys: bool = False) -> DeployRecord | None:
    """Record the start of a deploy of *plan*; None if it writes nothing.

    In a target that expires, deploys without changes are recorded too.
    """
    changed = (*(each.write for each in plan.changes), *(each.write for each in plan.resources))
    if not any(changed) and not (changed and _expires(context)):
        return None
    commit = context.versions.commit
    is_past = context.project.worked_on is not None
    dirty = False if is_past else not is_clean(context.project.root)
    record = DeployRecord(
        project=plan.project,
        owner=context.owner.project,
        began=utc_now(),
        by=actor_of(context.environ) or this_process().name,
        commit=commit.sha if commit else None,
        branch=branch_of(commit, context.environ) if commit else None,
        dirty=dirty if commit else None,
        destroys=destroys,
    )
    with suppress(BackendError):  # retried at the end
        return context.backend.record_deploy(record)
    return record


def end_record(context: DeployContext, record: DeployRecord | None, outcome: Outcome) -> Outcome:
    """Record the result of a deploy in *record*, or add a warning to the outcome if that fails."""
    if record is None:
        return outcome
    ended = replace(
        record,
        ended=utc_now(),
        summary=outcome.summary,
        deployments=_actions(outcome.results, with_unchanged=_expires(context)),
        resources=_actions(outcome.resources),
    )
    try:
        context.backend.record_deploy(ended)
    except BackendError as error:  # the deployments are already written
        lists = "lists this deploy as not finished" if record.id else "does not list this deploy"
        detail = f"`syntask history` {lists}: {error.detail}"
        gap = Diagnostic("history-gap", detail, error.hint).as_warning()
        return replace(outcome, diagnostics=(*outcome.diagnostics, gap))
    return outcome


def _expires(context: DeployContext) -> bool:
    """Return whether the last deploy of unchanged deployments matters."""
    target = context.project.target
    return target is not None and target.lifetime is not None


def _actions(results: Iterable[Any], *, with_unchanged: bool = False) -> dict[str, str]:
    return {each.label: each.action for each in results if with_unchanged or each.action != _UNCHANGED}


def read_history(
    backend: Backend, project: str | None, *, owner: str | None = None, names: Sequence[str] = (), limit: int
) -> list[DeployRecord]:
    """Return the last deploys of *project*, or of all: of *owner* in it, of *names*.

    Names may be globs over `flow/name`; with them, each record has only the matching deployments. A deploy
    without a recorded owner counts for every owner.
    """
    records = backend.deploy_records(project)
    own = (each for each in records if None in (owner, each.owner) or each.owner == owner)
    return list(islice(_narrowed(own, names) if names else own, limit))


def last_deploys(backend: Backend, stored: Stored, *, limit: int) -> list[dict[str, Any]]:
    """Return the last deploys that wrote a deployment, as JSON, as far as they are recorded."""
    deployment = stored.deployment
    if deployment.project is None:
        return []
    name = deployment.full_name
    target = ":".join(deployment.project.split(":")[:2])  # without the prefix of a preview
    records = islice(backend.deploy_records(target), _LOOKED_AT)
    found = islice((each for each in records if name in each.deployments), limit)
    return [
        {**{key: each.as_json()[key] for key in _OF_ONE}, "result": each.deployments[name]} for each in found
    ]


def _narrowed(records: Iterable[DeployRecord], names: Sequence[str]) -> Iterator[DeployRecord]:
    for record in records:
        meant = {name: action for name, action in record.deployments.items() if _is_selected(name, names)}
        if meant:
            yield replace(record, deployments=meant)


def _is_selected(full_name: str, names: Sequence[str]) -> bool:
    name = full_name.partition("/")[2]
    return any(fnmatchcase(full_name, each) or fnmatchcase(name, each) for each in names)


def record_document(record: DeployRecord) -> Mapping[str, Any]:
    """Return a deploy as JSON."""
    return {"id": record.id, **record.as_json(), "result": record.result}
