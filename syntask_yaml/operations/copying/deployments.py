"""Copy deployments, and decide which schedules are moved.

A deployment whose schedules are active on the source is written paused, so that only one side creates runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from syntask_yaml.backend.prefect.cron import cron_refusal
from syntask_yaml.backend.prefect.names import step_problem
from syntask_yaml.model.block import Block
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.schedule import Cron
from syntask_yaml.model.value import known
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind, CopyPolicy, refused
from syntask_yaml.operations.copying.references import Expected, lost_reference, with_names
from syntask_yaml.operations.plan import ignored_fields
from syntask_yaml.operations.schedule_sides import is_on
from syntask_yaml.plan.changes import FieldChange
from syntask_yaml.plan.diff import diff

# The paused flag is not compared: a copy changes it last.
_PAUSED = frozenset({"paused"})
_WRITTEN_AFTER = ("triggers", "sla")
# The reason why something cannot be copied, and a hint.
_Problem: TypeAlias = tuple[str, str]


def deployment_changes(
    source: Contents,
    destination: Contents,
    policy: CopyPolicy,
    *,
    pools: Mapping[str, CopyChange],
    expected: Expected,
) -> Iterator[CopyChange]:
    """Yield the change for each deployment, by name.

    *pools* are the changes of the pools in the same copy, *expected* is what the destination will have.
    """
    for name, stored in source.deployments.items():
        wanted = _with_names(stored.deployment, source.blocks)
        problem = (
            _pool_problem(known(wanted.work_pool), destination, pools)
            or _step_problem(wanted, destination)
            or _cron_problem(wanted, destination)
            or _lost(wanted, source, expected)
        )
        if problem:
            yield refused(CopyKind.DEPLOYMENT, name, *problem)
        else:
            yield _judged(stored, wanted, source, destination, policy)


def _judged(
    stored: Stored, wanted: Deployment, source: Contents, destination: Contents, policy: CopyPolicy
) -> CopyChange:
    name = wanted.full_name
    existing = destination.deployments.get(name)
    if existing is None:
        paused = True if is_on(stored) else wanted.paused
        return policy.change(
            CopyKind.DEPLOYMENT, name, Write(None, replace(wanted, paused=paused)), is_there=False
        )
    fields = _differences(wanted, existing, source, destination)
    after = Write(existing, replace(wanted, paused=None))
    return policy.change(CopyKind.DEPLOYMENT, name, after, is_there=True, fields=fields)


def finished(change: CopyChange) -> CopyChange:
    """Return the *change* of a deployment that an interrupted copy was writing.

    Its triggers, which are written later, may be missing: that is not a difference made by others.
    """
    is_written = all(field.path.startswith(_WRITTEN_AFTER) for field in change.fields)
    if change.action is not CopyAction.DIFFERS or not is_written:
        return change
    return replace(change, action=CopyAction.UPDATE, reason="an interrupted copy goes on", hint="")


def _with_names(deployment: Deployment, blocks: Mapping[str, Block]) -> Deployment:
    """Return *deployment* with names of blocks instead of ids, and without the ids of its schedules."""
    schedules = tuple(replace(each, id=None, problem=None) for each in known(deployment.schedules) or ())
    return replace(
        deployment,
        schedules=schedules,
        parameters=with_names(deployment.parameters, blocks),
        job_variables=with_names(deployment.job_variables, blocks),
    )


def _differences(
    wanted: Deployment, existing: Stored, source: Contents, destination: Contents
) -> tuple[FieldChange, ...]:
    beside = replace(existing, deployment=_with_names(existing.deployment, destination.blocks))
    ignored = ignored_fields(destination.backend.features) | source.backend.features.forgets | _PAUSED
    (change,) = diff([wanted], [beside], ignore=ignored)
    return tuple(change.fields)


def _pool_problem(
    pool: str | None, destination: Contents, pools: Mapping[str, CopyChange]
) -> _Problem | None:
    if pool is None or pool in destination.pools:
        return None
    change = pools.get(pool)
    if change is None:
        return (
            f"The destination has no work pool `{pool}`.",
            f"Add `pools` to `--only`, or run `syntask work-pool create {pool}` there.",
        )
    if change.action is CopyAction.REFUSED:
        return f"Its work pool `{pool}` is not copied.", "See the work pool."
    return None


def _step_problem(wanted: Deployment, destination: Contents) -> _Problem | None:
    if destination.backend.features.runs_own_steps:
        return None
    problems = (step_problem(name) for step in wanted.pull_steps for name in step)
    for problem in filter(None, problems):
        return problem, "Use a step that Prefect has, or a custom step, and deploy it again."
    return None


def _cron_problem(wanted: Deployment, destination: Contents) -> _Problem | None:
    if destination.backend.features.has_own_worker:
        return None
    crons = (each.timing.cron for each in known(wanted.schedules) or () if isinstance(each.timing, Cron))
    for problem in filter(None, map(cron_refusal, crons)):
        return problem, "Use other days, such as `1-5` for weekdays, and deploy it again."
    return None


def _lost(wanted: Deployment, source: Contents, expected: Expected) -> _Problem | None:
    for value in (wanted.parameters, wanted.job_variables, wanted.pull_steps, wanted.triggers):
        if lost := lost_reference(value, source, expected):
            return f"It refers to {lost}.", "Create that on the destination, or change the deployment."
    return None


_STAYS = "stay on the source"


def schedule_changes(
    source: Contents, deployments: Mapping[str, CopyChange], moving: Collection[str], *, copies: bool
) -> Iterator[CopyChange]:
    """Yield the change for each deployment whose schedules are active on the source, by name.

    *deployments* are the changes of the deployments, which are part of the copy if *copies*. Moves in
    *moving* are resumed.
    """
    for name, stored in source.deployments.items():
        if not is_on(stored) and name not in moving:
            continue
        reason, hint = _why_they_stay(deployments[name].action, copies=copies)
        action = CopyAction.REFUSED if reason else CopyAction.MOVE
        yield CopyChange(kind=CopyKind.SCHEDULES, name=name, action=action, reason=reason, hint=hint)


def _why_they_stay(action: CopyAction, *, copies: bool) -> tuple[str, str]:
    """Return why the schedules of a deployment are not moved, and a hint; empty if they are."""
    if action is CopyAction.UNCHANGED or (copies and action.is_write):
        return "", ""
    if action is CopyAction.CREATE:
        return f"{_STAYS}: the destination has no such deployment", "Add `deployments` to `--only`."
    if action is CopyAction.REFUSED:
        return f"{_STAYS}: the deployment cannot be copied", "See the deployment."
    return f"{_STAYS}: the deployment differs on the destination", "Pass `--overwrite`, or deploy it there."
