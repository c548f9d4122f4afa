"""The explanation of a run's state: a sentence and the reasons, also as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from syntask_yaml.model.delivery import Delivery
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.operations.why.ended import ENDED
from syntask_yaml.operations.why.facts import Facts
from syntask_yaml.operations.why.reason import Reason, ReasonRule, holding, since, span
from syntask_yaml.operations.why.underway import UNDERWAY
from syntask_yaml.operations.why.waiting import BEHIND, LATER, UNKNOWN, WAITING

RULES: tuple[ReasonRule, ...] = (LATER, *WAITING, BEHIND, UNKNOWN, *UNDERWAY, *ENDED)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The state of *run* in a *sentence*, and at least one reason, the strongest first.

    *deliveries* are those of automations that its state triggered.
    """

    run: Run
    sentence: str
    reasons: tuple[Reason, ...]
    deliveries: tuple[Delivery, ...] = ()


def explain(facts: Facts) -> Explanation:
    """Return the explanation of the state of the run in *facts*."""
    return Explanation(facts.run, _sentence(facts), tuple(_reasons(facts)), facts.deliveries)


def _reasons(facts: Facts) -> list[Reason]:
    kind = facts.run.state.type
    if kind is StateType.SCHEDULED:
        tables = ([LATER], WAITING, [BEHIND], [UNKNOWN])
        return next(found for table in tables if (found := list(holding(table, facts))))
    return list(islice(holding(ENDED if kind.is_final else UNDERWAY, facts), 1))


_VERBS = {
    StateType.PENDING: "has been claimed and is starting",
    StateType.PAUSED: "is paused",
    StateType.CANCELLING: "is being cancelled",
    StateType.COMPLETED: "completed",
    StateType.FAILED: "failed",
    StateType.CRASHED: "crashed",
    StateType.CANCELLED: "was cancelled",
}


def _sentence(facts: Facts) -> str:
    run, now = facts.run, facts.now
    what = f"The run `{run.name}` of `{run.deployment or run.flow}`"
    if run.state.type is StateType.RUNNING:
        return (
            f"{what} has been running for {span(now - run.started)}."
            if run.started
            else f"{what} is running."
        )
    if run.state.type is StateType.SCHEDULED:
        if not facts.is_due or run.scheduled is None:
            return f"{what} is scheduled."
        return f"{what} has been due for {span(now - run.scheduled)} and has not started ({run.state.name})."
    ago = f" {since(run.ended, now)}" if run.ended else ""
    return f"{what} {_VERBS[run.state.type]}{ago}."


def reason_document(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON."""
    finding = reason.finding
    return {
        "code": reason.rule.code,
        "summary": reason.rule.summary,
        "detail": finding.detail,
        "evidence": [{"text": each.text, "time": each.at} for each in finding.evidence],
        "hint": finding.remedy and finding.remedy.sentence,
        "command": finding.remedy and finding.remedy.command,
    }
