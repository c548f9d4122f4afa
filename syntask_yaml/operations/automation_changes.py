"""The automations that a project asks for against those that its backend has, and whose these are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.automation import Automation, AutomationWrite, StoredAutomation
from syntask_yaml.operations.automations import PreparedAutomation
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.owners import is_from_elsewhere, refuse_from_elsewhere, refuse_of_another
from syntask_yaml.operations.prune import still_deployed
from syntask_yaml.plan.automations import diff_automations
from syntask_yaml.plan.changes import Action, AutomationChange, FieldChange


def read_automations(
    context: DeployContext, prepared: Sequence[PreparedAutomation], *, prune: bool
) -> Sequence[StoredAutomation]:
    """What the backend has of what is *prepared*, and of the project. A server is asked only for a reason."""
    if not (prepared or prune or context.backend.features.has_own_worker):
        return ()
    names = {each.automation.name for each in prepared if each.automation is not None}
    # Without a name, nothing is owned: what has the same name is compared, and nothing else.
    return context.backend.automations(project=context.project.owner or "", names=names)


def compare_automations(
    context: DeployContext,
    prepared: Sequence[PreparedAutomation],
    actual: Sequence[StoredAutomation],
    *,
    prune: bool,
    take_over: bool,
) -> tuple[AutomationChange, ...]:
    """The changes that make the backend have what is *prepared*. Raises BackendConflict for another's."""
    if not (prepared or prune):
        return ()
    wanted = [each.automation for each in prepared if each.automation is not None]
    if not take_over:
        _check_owners(context, wanted, actual)
    is_whole = len(wanted) == len(prepared)
    changes = diff_automations(wanted, actual, prune=context.project.owner if prune and is_whole else None)
    if take_over:
        changes += _taken_over(context, {change.name for change in changes}, actual)
    return tuple(changes)


def undeclared_automations(
    context: DeployContext, prepared: Sequence[PreparedAutomation], actual: Sequence[StoredAutomation]
) -> Iterator[Diagnostic]:
    """What the project deployed and declares no more, where nothing is pruned."""
    project = context.project.owner
    if project is None or not all(each.automation for each in prepared):
        return
    declared = {each.label for each in prepared}
    names = (each.automation.name for each in actual if each.automation.project == project)
    left = [name for name in names if name not in declared]
    what = "No longer declared, but still deployed, so they go on"
    yield from still_deployed("undeclared-automation", what, left)


def _check_owners(
    context: DeployContext, wanted: Sequence[Automation], actual: Sequence[StoredAutomation]
) -> None:
    names = {each.name for each in wanted}
    for had in (each.automation for each in actual):
        label = f"The automation `{had.name}`"
        if had.name in names:
            refuse_of_another(had.project, context.project.owner, label, "automation")
        refuse_from_elsewhere(context, had, label)


def _taken_over(
    context: DeployContext, planned: Set[str], actual: Sequence[StoredAutomation]
) -> Iterator[AutomationChange]:
    """The changes that make this project's what one of the same name deployed, beyond what is *planned*."""
    for each in actual:
        had = each.automation
        if is_from_elsewhere(context, had) and had.name not in planned:
            after = replace(had, origin=context.origin)
            field = FieldChange("origin", had.origin, after.origin)
            write = AutomationWrite(each, after)
            yield AutomationChange(Action.UPDATE, had.name, (field,), "taken over", write, each.id)
