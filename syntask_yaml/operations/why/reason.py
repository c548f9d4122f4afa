"""A reason for the state of a run, with evidence and remedies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from syntask_yaml.model.run import Run, short_id
from syntask_yaml.operations.why.facts import Facts


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that supports a reason, and its time."""

    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """A *command* to run, and its purpose (*for*): `to resume it`."""

    command: str
    purpose: str

    @property
    def sentence(self) -> str:
        return f"Run `{self.command}` {self.purpose}."


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a rule: a sentence or two, evidence, and remedies."""

    detail: str
    evidence: tuple[Evidence, ...] = ()
    remedy: Remedy | None = None


Find: TypeAlias = Callable[[Facts], Finding | None]


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """A row of a rule table: the *code* and fixed *summary* of a reason, and the matching function."""

    code: str
    summary: str
    find: Find


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that matched a run."""

    rule: ReasonRule
    finding: Finding


def holding(rules: Sequence[ReasonRule], facts: Facts) -> Iterator[Reason]:
    """Yield the rules that match, in order."""
    for rule in rules:
        if finding := rule.find(facts):
            yield Reason(rule, finding)


_SHOWN = 10
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def span(time: timedelta) -> str:
    """Return a duration in words, in its largest unit: `3 hours`."""
    seconds = abs(time.total_seconds())
    size, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    number = int(seconds // size)
    return f"{number} {unit}{'' if number == 1 else 's'}"


def since(moment: datetime, now: datetime) -> str:
    """Return a past time in words: `3 hours ago`."""
    return f"{span(now - moment)} ago"


def listed(runs: Sequence[Run]) -> tuple[Evidence, ...]:
    """Return the first of *runs* as evidence."""
    shown = tuple(
        Evidence(
            f"run `{run.name}` ({short_id(run.id)}) of `{run.deployment or run.flow}`: {run.state.name}",
            run.started,
        )
        for run in runs[:_SHOWN]
    )
    more = len(runs) - len(shown)
    return (*shown, Evidence(f"and {more} more")) if more else shown
