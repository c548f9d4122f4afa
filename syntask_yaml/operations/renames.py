"""Detect declared and likely renames of deployments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.deployment import Stored
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.full_names import candidate_of
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.plan.changes import Action, Plan


def without_wrong_renames(prepared: Sequence[Prepared], context: DeployContext) -> list[Prepared]:
    """Return *prepared*, with a problem for each rename whose old name is still declared or used twice."""
    if not any(each.deployment and each.deployment.renamed_from for each in prepared):
        return list(prepared)
    declared = [candidate_of(each, context.reader, context.resolved) for each in context.project.declarations]
    seen: set[str] = set()
    checked = []
    for one in prepared:
        each, old = one, one.deployment and one.deployment.renamed_from
        if old and (old in seen or any(candidate.is_called(old) for candidate in declared)):
            why = "another deployment was renamed from it" if old in seen else "it is still declared"
            node = each.declaration.node.get("renamed_from") or each.declaration.node
            hint = "Remove `renamed_from`, or the other entry."
            problem = node.problem("wrong-value", f"`{old}` cannot be a previous name: {why}.", hint)
            each = each._replace(deployment=None, diagnostics=(*each.diagnostics, problem))
        if old:
            seen.add(old)
        checked.append(each)
    return checked


def names_of(prepared: Sequence[Prepared]) -> set[str]:
    """Return the names of the *prepared* deployments, including former ones."""
    wanted = (each.deployment for each in prepared if each.deployment is not None)
    return {name for each in wanted for name in (each.full_name, each.renamed_from) if name}


def likely_renames(
    plan: Plan, prepared: Sequence[Prepared], stored: Sequence[Stored], context: DeployContext
) -> Iterator[tuple[str, Diagnostic]]:
    """Yield the names of *stored* deployments that were likely renamed, each with a warning.

    Exactly one new deployment has the entrypoint of exactly one old one.
    """
    created = {change.deployment for change in plan.changes if change.action is Action.CREATE}
    new: dict[str | None, list[Prepared]] = {}
    for each in prepared:
        if each.deployment is not None and each.deployment.full_name in created:
            new.setdefault(each.deployment.entrypoint, []).append(each)
    old: dict[str | None, list[str]] = {}
    for name, entrypoint in _undeclared(stored, prepared, context) if created else ():
        old.setdefault(entrypoint, []).append(name)
    for entrypoint, names in old.items():
        candidates = new.get(entrypoint, [])
        if len(names) == len(candidates) == 1:
            detail = (
                f"`{candidates[0].label}` is new, and `{names[0]}`, which has the same "
                "entrypoint, is no longer declared."
            )
            node = candidates[0].declaration.name_place
            # A server creates a new deployment and deletes the old one.
            kept = "its runs and " if context.backend.features.has_own_worker else ""
            hint = (
                f"If it was renamed, add `renamed_from: {names[0]}` to keep {kept}whether "
                f"it is paused. Otherwise `{context.project.deploy_command} --prune` deletes the old one."
            )
            yield names[0], node.problem("likely-rename", detail, hint).as_warning()


def of_deleted(warning: Diagnostic, old: str) -> Diagnostic:
    """Return the *warning* of a likely rename after *old*, the former name, was deleted."""
    hint = (
        f"`{old}` was deleted. If it was renamed, add `renamed_from: {old}` for other targets and backends "
        "that still have it."
    )
    return replace(warning, hint=hint)


def _undeclared(
    stored: Sequence[Stored], prepared: Sequence[Prepared], context: DeployContext
) -> Iterator[tuple[str, str | None]]:
    """Yield the names and entrypoints of deployments that the project no longer declares."""
    owner = context.owner.project
    kept = {each.deployment.renamed_from for each in prepared if each.deployment is not None}
    own = [each.deployment for each in stored if owner is not None and each.deployment.project == owner]
    left = [each for each in own if not each.protected and each.full_name not in kept]
    declared = context.project.declarations if left else ()
    candidates = [candidate_of(each, context.reader, context.resolved) for each in declared]
    for each in left:
        if not any(candidate.is_called(each.full_name) for candidate in candidates):
            yield each.full_name, each.entrypoint


def half_renamed(stored: Iterable[Stored]) -> Iterator[Diagnostic]:
    """Yield a warning for each deployment that creates no runs because a rename to it is unfinished."""
    for each in stored:
        if each.deployment.is_half_renamed:
            since = f" since {each.created.astimezone().isoformat(' ', 'seconds')}" if each.created else ""
            name = each.deployment.full_name
            detail = f"`{name}` is paused{since}. Its rename stopped before it was resumed."
            hint = f"Deploy its project again to resume it, or run `syntask deployment resume {name}`."
            yield Diagnostic("half-renamed", detail, hint).as_warning()
