"""A reason for the state of a run: what it says, what shows it, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from syntask_yaml.model.run import Run, short_id
from syntask_yaml.operations.why.facts import Facts


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that shows a reason, and when it was so."""

    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """A *command* to run, and what it is *for*: `to resume it`."""

    command: str
    purpose: str

    @property
    def sentence(self) -> str:
        return f"Run `{self.command}` {self.purpose}."


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: a sentence or two, what shows it, and what to do."""

    detail: str
    evidence: tuple[Evidence, ...] = ()
    remedy: Remedy | None = None


Find: TypeAlias = Callable[[Facts], Finding | None]


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """A row of the table: the *code* and fixed *summary* of a reason, and what finds it in the facts."""

    code: str
    summary: str
    find: Find


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that holds for a run."""

    rule: ReasonRule
    finding: Finding


def holding(rules: Sequence[ReasonRule], facts: Facts) -> Iterator[Reason]:
    """Yield the rules that hold, in order."""
    for rule in rules:
        if finding := rule.find(facts):
            yield Reason(rule, finding)


_SHOWN = 10
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def span(time: timedelta) -> str:
    """Return a time in words, in its largest unit: `3 hours`."""
    seconds = abs(time.total_seconds())
    size, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    number = int(seconds // size)
    return f"{number} {unit}{'' if number == 1 else 's'}"


def since(moment: datetime, now: datetime) -> str:
    """Return a time of the past in words: `3 hours ago`."""
    return f"{span(now - moment)} ago"


def listed(runs: Sequence[Run]) -> tuple[Evidence, ...]:
    """Return the *runs* as evidence; of many, the first ones."""
    shown = tuple(
        Evidence(
            f"run `{run.name}` ({short_id(run.id)}) of `{run.deployment or run.flow}`: {run.state.name}",
            run.started,
        )
        for run in runs[:_SHOWN]
    )
    more = len(runs) - len(shown)
    return (*shown, Evidence(f"and {more} more")) if more else shown
