"""Events of runs, with the names of Prefect's events, for triggers.

The labels are those of `prefect.server.models.events.flow_run_state_change_event` (3.8.8), except the ids of
flows and work pools, which do not exist on the embedded backend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from syntask_yaml.model.run import Run

PREFIX = "prefect.flow-run."

# The default names of the states of a run.
FINAL_STATES = ("Completed", "Failed", "Crashed", "Cancelled")
STATES = (
    *FINAL_STATES,
    *"Scheduled Late AwaitingRetry AwaitingConcurrencySlot Resuming Pending InfrastructurePending".split(),
    *"Running Retrying RolledBack Cached TimedOut Cancelling Paused Suspended heartbeat".split(),
)
LABELS = frozenset(
    "prefect.resource.id prefect.resource.name prefect.state-message prefect.state-name "
    "prefect.state-timestamp prefect.state-type".split()
)
RELATED_LABELS = frozenset("prefect.resource.id prefect.resource.name prefect.resource.role".split())

Labels = Mapping[str, str]


class RunEvent(NamedTuple):
    """The event that *run* entered its final state: the *name*, and the labels that triggers match."""

    run: Run
    name: str
    resource: Labels
    related: tuple[Labels, ...] = ()

    @property
    def occurred(self) -> datetime | None:
        return self.run.ended


def event_of(run: Run) -> RunEvent:
    """Return the event of the end of *run*."""
    state = run.state
    resource = {
        "prefect.resource.id": f"{PREFIX}{run.id}",
        "prefect.resource.name": run.name,
        "prefect.state-message": state.message,
        "prefect.state-name": state.name,
        "prefect.state-timestamp": run.ended.isoformat() if run.ended else "",
        "prefect.state-type": state.type.value,
    }
    return RunEvent(run, f"{PREFIX}{state.name}", resource, tuple(_related(run)))


def _related(run: Run) -> Iterable[Labels]:
    yield _labels("flow", run.flow)
    if run.deployment is not None:
        yield _labels("deployment", run.deployment.removeprefix(f"{run.flow}/"), run.deployment_id)
    for role, name in (("work-queue", run.work_queue), ("work-pool", run.work_pool)):
        if name is not None:
            yield _labels(role, name)
    for tag in sorted(run.tags):
        yield {"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"}


def _labels(role: str, name: str, id: str | None = None) -> Labels:
    labels = {"prefect.resource.role": role, "prefect.resource.name": name}
    return labels if id is None else {**labels, "prefect.resource.id": f"prefect.{role}.{id}"}


def is_fired(trigger: Mapping[str, Any], event: RunEvent) -> bool:
    """Return whether *event* alone fires an event trigger, by the rules of a Prefect server."""
    expected = trigger.get("expect") or ()
    expected = [expected] if isinstance(expected, str) else expected
    if expected and not any(_fits(pattern, event.name) for pattern in expected):
        return False
    related = trigger.get("match_related") or {}
    return _includes(trigger.get("match") or {}, (event.resource,)) and all(
        _includes(each or {}, event.related) for each in (related if isinstance(related, list) else [related])
    )


def _includes(wanted: Mapping[str, Any], candidates: Sequence[Labels]) -> bool:
    """Return whether one of *candidates* has all *wanted* labels."""
    return not wanted or any(
        all(_has(labels.get(label), values) for label, values in wanted.items()) for labels in candidates
    )


def _has(value: str | None, wanted: str | Sequence[str]) -> bool:
    patterns = [wanted] if isinstance(wanted, str) else wanted
    return value is not None and any(_fits(pattern, value) for pattern in patterns)


def _fits(pattern: str, value: str) -> bool:
    """Return whether *value* matches *pattern*: `*` matches anything, and a leading `!` negates."""
    return fnmatchcase(value, pattern.removeprefix("!")) is not pattern.startswith("!")
