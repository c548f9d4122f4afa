"""Deployments that are called otherwise than before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.operations.choose import candidate_of
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.plan.changes import Action, Plan


def without_wrong_renames(prepared: Sequence[Prepared], context: DeployContext) -> list[Prepared]:
    """*prepared*, where whoever was renamed from what is still declared, or twice, is a problem."""
    if not any(each.deployment and each.deployment.renamed_from for each in prepared):
        return list(prepared)
    declared = [candidate_of(each, context.reader, context.resolved) for each in context.project.declarations]
    seen: set[str] = set()
    checked = []
    for one in prepared:
        each, old = one, one.deployment and one.deployment.renamed_from
        if old and (old in seen or any(candidate.is_called(old) for candidate in declared)):
            why = "another deployment was renamed from it" if old in seen else "it is still declared"
            place = each.declaration.node.get("renamed_from") or each.declaration.node
            hint = "Remove `renamed_from`, or the other entry."
            problem = place.problem("wrong-value", f"`{old}` cannot be a previous name: {why}.", hint)
            each = replace(each, deployment=None, diagnostics=(*each.diagnostics, problem))
        if old:
            seen.add(old)
        checked.append(each)
    return checked


def likely_renames(plan: Plan, prepared: Sequence[Prepared]) -> Iterator[Diagnostic]:
    """Warnings of a new deployment that is likely one of those that would be deleted, by its entrypoint."""
    old: dict[str | None, list[str]] = {}
    for change in plan.deletions:
        if change.write is not None and change.write.before is not None:
            old.setdefault(change.write.before.deployment.entrypoint, []).append(change.deployment)
    created = {change.deployment for change in plan.changes if change.action is Action.CREATE}
    new: dict[str | None, list[Prepared]] = {}
    for each in prepared:
        if each.deployment is not None and each.deployment.full_name in created:
            new.setdefault(each.deployment.entrypoint, []).append(each)
    for entrypoint, names in old.items():
        candidates = new.get(entrypoint, [])
        if len(names) == len(candidates) == 1:
            detail = (
                f"`{candidates[0].label}` is new, and `{names[0]}`, which has the same "
                "entrypoint, would be deleted."
            )
            place = candidates[0].declaration.node.get("name") or candidates[0].declaration.node
            hint = (
                f"If it was renamed, add `renamed_from: {names[0]}` to keep its runs and whether "
                "it is paused."
            )
            yield place.problem("likely-rename", detail, hint).as_warning()
