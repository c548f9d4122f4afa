"""The table of reasons, and the sentences."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import Cause, CauseKind, Run, State, StateType
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.why.explanation import RULES, explain
from syntask_yaml.operations.why.facts import Facts
from syntask_yaml.operations.why.reason import span

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = (Path(__file__).parents[4] / "docs" / "running.md").read_text(encoding="utf-8")


def run(kind: StateType) -> Run:
    before = NOW - timedelta(hours=2)
    return Run(
        id="0" * 32, name="odd-fox", flow="etl", deployment_id="1", deployment="etl/prod", state=State(kind),
        work_pool="default", scheduled=before, started=before, ended=before if kind.is_final else None,
    )  # fmt: skip


def test_the_page_explains_every_code() -> None:
    table = PAGE.partition("| code | meaning |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("|")]
    assert {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)} == {each.code for each in RULES}


@pytest.mark.parametrize("kind", StateType)
@pytest.mark.parametrize("is_own", [True, False])
def test_there_is_an_answer_for_every_state(kind: StateType, is_own: bool) -> None:
    """Even where nothing but the run is known."""
    found = explain(Facts(run=run(kind), now=NOW, has_own_worker=is_own))

    assert found.sentence.startswith("The run `odd-fox` of `etl/prod` ")
    assert found.reasons
    for reason in found.reasons:
        assert reason.finding.detail.endswith((".", "reason"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (7300, "2 hours"),
        (2e5, "2 days"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_a_run_of_no_deployment_is_not_to_be_run_by_name() -> None:
    """A server has such runs: of a flow that was called, or of a deployment that was deleted."""
    failed = replace(run(StateType.FAILED), deployment=None)
    (found,) = explain(
        Facts(run=failed, now=NOW, has_own_worker=False, cause=Cause(kind=CauseKind.PARAMETERS))
    ).reasons
    assert found.rule.code == "wrong-parameters"
    assert found.finding.remedy is None


def test_how_long_a_run_has_waited_is_said_in_words() -> None:
    waiting = replace(run(StateType.SCHEDULED), started=None)
    pool, worker = (
        WorkPool(name="default", type="process"),
        ServingWorker(name="w", pool="default", is_online=True),
    )
    facts = Facts(run=waiting, now=NOW, has_own_worker=True, pool=pool, workers=(worker,))
    (found,) = explain(facts).reasons
    assert found.finding.detail.endswith("It has been due for 2 hours.")
