"""The outcome of a deploy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.backend.base import Written
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.operations.pipelines import Built
from syntask_yaml.operations.plan import Planned
from syntask_yaml.operations.renames import of_deleted
from syntask_yaml.operations.resources.write import WrittenResource
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
    """The result for one deployment: one of `ACTIONS`, its *id* on the backend, the reason of a failure."""

    deployment: str
    action: str
    id: str | None = None
    error: str = ""

    @property
    def label(self) -> str:
        return self.deployment

    def as_json(self) -> dict[str, Any]:
        deployment, error = self.deployment, self.error or None
        return {"deployment": deployment, "action": self.action, "id": self.id, "error": error}


@dataclass(frozen=True, slots=True)
class ResourceResult:
    """The result for one resource, with the fields of `Result`."""

    kind: ResourceKind
    name: str
    action: str
    id: str | None = None
    error: str = ""

    @property
    def label(self) -> str:
        return f"{self.kind.value} {self.name}"

    def as_json(self) -> dict[str, Any]:
        kind, error = self.kind.value, self.error or None
        return {"kind": kind, "name": self.name, "action": self.action, "id": self.id, "error": error}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results and diagnostics of a deploy, in file order. *results* are those of deployments."""

    project: str
    backend: str
    results: tuple[Result, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    resources: tuple[ResourceResult, ...] = ()

    @property
    def all_results(self) -> tuple[Result | ResourceResult, ...]:
        """The results of deployments, then those of resources."""
        return (*self.results, *self.resources)

    @property
    def is_good(self) -> bool:
        return not any(each.action in (FAILED, SKIPPED) for each in self.all_results)

    @property
    def summary(self) -> Mapping[str, int]:
        """The number of deployments for each action; renames only if there are any."""
        counted = Counter(each.action for each in self.results)
        return {each: counted[each] for each in ACTIONS if each != "renamed" or counted[each]}

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as `deploy --output json` prints it, without its format."""
        return {
            "project": self.project,
            "backend": self.backend,
            "summary": dict(self.summary),
            "results": [each.as_json() for each in self.results],
            "resources": [each.as_json() for each in self.resources],
        }


def outcome_of(
    planned: Planned,
    written: Mapping[str, Written],
    resources: Mapping[str, WrittenResource],
    diagnostics: Iterator[Diagnostic],
) -> Outcome:
    """Return the outcome after writing: the results of deployments and of *resources*, by name."""
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
        *replace(planned, renames=_renames_after(planned, written)).diagnostics,
        *diagnostics,
        *_write_problems(written),
        *_write_problems(resources),
    )
    of_resources = tuple(_resource_results(planned, resources))
    return Outcome(planned.plan.project, planned.plan.backend, tuple(results), problems, of_resources)


def _renames_after(planned: Planned, written: Mapping[str, Written]) -> dict[str, Diagnostic]:
    """Return the warnings about likely renames after *written*, by old name."""
    gone = {name for name, each in written.items() if each.write.after is None and each.error is None}
    return {
        old: of_deleted(warning, old) if old in gone else warning for old, warning in planned.renames.items()
    }


def _resource_results(planned: Planned, written: Mapping[str, WrittenResource]) -> Iterator[ResourceResult]:
    for each in planned.resources:
        if each.resource is None:
            error = next(error.detail for error in each.errors)
            yield ResourceResult(each.declared.kind, each.declared.name, FAILED, error=error)
    for change in planned.plan.resources:
        done = written.get(change.full_name, WrittenResource(change.id))
        action, error = DONE[change.action], done.error.detail if done.error else ""
        if change.write is not None and change.full_name not in written:
            action, error = SKIPPED, "Not deleted, because something else could not be written."
        yield ResourceResult(change.kind, change.name, FAILED if done.error else action, done.id, error)


def nothing_written(planned: Planned, built: Built, diagnostics: Iterator[Diagnostic]) -> Outcome:
    """Return the outcome if a step failed and nothing is written."""
    results = []
    for position, each in enumerate(planned.prepared):
        error = built.failed.get(position)
        results.append(Result(each.label, SKIPPED, error=error.detail if error else "Nothing was written."))
    problems = (*planned.diagnostics, *diagnostics)
    skipped = tuple(
        ResourceResult(each.declared.kind, each.declared.name, SKIPPED, error="Nothing was written.")
        for each in planned.resources
    )
    return Outcome(planned.plan.project, planned.plan.backend, tuple(results), problems, skipped)


def _result(name: str, change: Change, written: Written | None) -> Result:
    if written is None:
        return Result(name, DONE[change.action], change.id)
    if written.error is not None:
        return Result(name, FAILED, change.id, written.error.detail)
    return Result(name, DONE[change.action], written.id)


def _write_problems(written: Mapping[str, Written] | Mapping[str, WrittenResource]) -> Iterator[Diagnostic]:
    """Yield the reasons of failed writes, equal ones once."""
    names: dict[Diagnostic, list[str]] = {}
    for name, each in written.items():
        for diagnostic in each.error.diagnostics if each.error else ():
            names.setdefault(diagnostic, []).append(name)
    for diagnostic, whose in names.items():
        named = f"`{whose[0]}`: {diagnostic.detail}" if len(whose) == 1 else diagnostic.detail
        yield replace(diagnostic, detail=named, entries=tuple(whose))
