"""What a deploy did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.backend.base import Written
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.operations.pipelines import Built
from syntask_yaml.operations.plan import Planned
from syntask_yaml.plan.changes import Action, Change

DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.UNCHANGED: "unchanged",
    Action.RENAME: "renamed",
}
FAILED, SKIPPED = "failed", "skipped"
ACTIONS = (*DONE.values(), FAILED, SKIPPED)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one deployment: one of `ACTIONS`, its *id* on the backend, why it failed."""

    deployment: str
    action: str
    id: str | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a deploy did, in file order, and what is to be said of it."""

    project: str
    backend: str
    results: tuple[Result, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def is_good(self) -> bool:
        return not any(result.action in (FAILED, SKIPPED) for result in self.results)

    @property
    def summary(self) -> Mapping[str, int]:
        """How many deployments each action was for; renames only where there were some."""
        counted = Counter(each.action for each in self.results)
        return {each: counted[each] for each in ACTIONS if each != "renamed" or counted[each]}

    def as_json(self) -> dict[str, Any]:
        """The outcome as `deploy --output json` prints it, without its format."""
        results = [
            {"deployment": each.deployment, "action": each.action, "id": each.id, "error": each.error or None}
            for each in self.results
        ]
        return {
            "project": self.project,
            "backend": self.backend,
            "summary": dict(self.summary),
            "results": results,
        }


def outcome_of(
    planned: Planned, written: Mapping[str, Written], diagnostics: Iterator[Diagnostic]
) -> Outcome:
    """The outcome where writing was tried."""
    changes = {change.deployment: change for change in planned.plan.changes}
    results = []
    for each in planned.prepared:
        if each.deployment is None:
            error = next((error.detail for error in each.errors), "A step failed.")
            results.append(Result(each.label, FAILED, error=error))
        elif change := changes.pop(each.label, None):
            results.append(_result(change, written.get(each.label)))
    results += [_result(change, written.get(name)) for name, change in changes.items()]
    results += [Result(name, FAILED, error="The deployment is protected.") for name in planned.plan.protected]
    problems = (*planned.diagnostics, *diagnostics, *_write_problems(written))
    return Outcome(planned.plan.project, planned.plan.backend, tuple(results), problems)


def nothing_written(planned: Planned, built: Built, diagnostics: Iterator[Diagnostic]) -> Outcome:
    """The outcome where a step failed, and nothing is to go on without it."""
    results = []
    for position, each in enumerate(planned.prepared):
        error = built.failed.get(position)
        results.append(Result(each.label, SKIPPED, error=error.detail if error else "Nothing was written."))
    problems = (*planned.diagnostics, *diagnostics)
    return Outcome(planned.plan.project, planned.plan.backend, tuple(results), problems)


def _result(change: Change, written: Written | None) -> Result:
    if written is None:
        return Result(change.deployment, DONE[change.action], change.id)
    if written.error is not None:
        return Result(change.deployment, FAILED, change.id, written.error.detail)
    return Result(change.deployment, DONE[change.action], written.id)


def _write_problems(written: Mapping[str, Written]) -> Iterator[Diagnostic]:
    for name, each in written.items():
        for diagnostic in each.error.diagnostics if each.error else ():
            yield replace(diagnostic, detail=f"`{name}`: {diagnostic.detail}")
