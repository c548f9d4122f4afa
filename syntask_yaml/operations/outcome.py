"""What a deploy did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.backend.automations import WrittenAutomation
from syntask_yaml.backend.base import Written
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.operations.pipelines import Built
from syntask_yaml.operations.plan import Planned
from syntask_yaml.plan.changes import Action, AutomationChange, Change

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

    def as_json(self, kind: str) -> dict[str, Any]:
        """The result as JSON, with the name under its *kind*."""
        return {kind: self.deployment, "action": self.action, "id": self.id, "error": self.error or None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a deploy did, in file order, and what is to be said of it.

    *results* are those of deployments, *automations* have the name of an automation in their place.
    """

    project: str
    backend: str
    results: tuple[Result, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    automations: tuple[Result, ...] = ()

    @property
    def is_good(self) -> bool:
        return not any(each.action in (FAILED, SKIPPED) for each in (*self.results, *self.automations))

    @property
    def summary(self) -> Mapping[str, int]:
        """How many deployments each action was for; renames only where there were some."""
        counted = Counter(each.action for each in self.results)
        return {each: counted[each] for each in ACTIONS if each != "renamed" or counted[each]}

    def as_json(self) -> dict[str, Any]:
        """The outcome as `deploy --output json` prints it, without its format."""
        return {
            "project": self.project,
            "backend": self.backend,
            "summary": dict(self.summary),
            "results": [each.as_json("deployment") for each in self.results],
            "automations": [each.as_json("automation") for each in self.automations],
        }


def outcome_of(
    planned: Planned,
    written: Mapping[str, Written],
    automations: Mapping[str, WrittenAutomation],
    diagnostics: Iterator[Diagnostic],
) -> Outcome:
    """The outcome where writing was tried: what became of deployments and of *automations*, by name."""
    changes = {change.deployment: change for change in planned.plan.changes}
    results = []
    for each in planned.prepared:
        if each.deployment is None:
            error = next((error.detail for error in each.errors), "A step failed.")
            results.append(Result(each.label, FAILED, error=error))
        elif change := changes.pop(each.label, None):
            results.append(_result(each.label, change, written.get(each.label)))
    results += [_result(name, change, written.get(name)) for name, change in changes.items()]
    results += [Result(name, FAILED, error="The deployment is protected.") for name in planned.plan.protected]
    problems = (
        *planned.diagnostics,
        *diagnostics,
        *_write_problems(written),
        *_write_problems({f"automation {name}": each for name, each in automations.items()}),
    )
    of_automations = tuple(_automation_results(planned, automations))
    return Outcome(planned.plan.project, planned.plan.backend, tuple(results), problems, of_automations)


def _automation_results(planned: Planned, written: Mapping[str, WrittenAutomation]) -> Iterator[Result]:
    for each in planned.automations:
        if each.automation is None:
            yield Result(each.label, FAILED, error=next(error.detail for error in each.errors))
    for change in planned.plan.automations:
        yield _result(change.name, change, written.get(change.name))


def nothing_written(planned: Planned, built: Built, diagnostics: Iterator[Diagnostic]) -> Outcome:
    """The outcome where a step failed, and nothing is to go on without it."""
    results = []
    for position, each in enumerate(planned.prepared):
        error = built.failed.get(position)
        results.append(Result(each.label, SKIPPED, error=error.detail if error else "Nothing was written."))
    problems = (*planned.diagnostics, *diagnostics)
    skipped = tuple(Result(each.label, SKIPPED, error="Nothing was written.") for each in planned.automations)
    return Outcome(planned.plan.project, planned.plan.backend, tuple(results), problems, skipped)


def _result(
    name: str, change: Change | AutomationChange, written: Written | WrittenAutomation | None
) -> Result:
    if written is None:
        return Result(name, DONE[change.action], change.id)
    if written.error is not None:
        return Result(name, FAILED, change.id, written.error.detail)
    return Result(name, DONE[change.action], written.id)


def _write_problems(written: Mapping[str, Written] | Mapping[str, WrittenAutomation]) -> Iterator[Diagnostic]:
    """Yield why something was not written, once where it is the same for several."""
    names: dict[Diagnostic, list[str]] = {}
    for name, each in written.items():
        for diagnostic in each.error.diagnostics if each.error else ():
            names.setdefault(diagnostic, []).append(name)
    for diagnostic, whose in names.items():
        named = f"`{whose[0]}`: {diagnostic.detail}" if len(whose) == 1 else diagnostic.detail
        yield replace(diagnostic, detail=named, entries=tuple(whose))
