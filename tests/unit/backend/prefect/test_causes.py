"""How a run of a server came into its state, by the sentences of Prefect 3.8 and 3.9."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syntask_yaml.backend.prefect.causes import asked_by, cause_of_end, cause_of_stop
from syntask_yaml.model.run import Cause, CauseKind, LogLine, Run, State, StateType

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FAILED, CRASHED = StateType.FAILED, StateType.CRASHED
PULL = [
    "Running 2 deployment pull step(s)",
    "Executing deployment step: set_working_directory",
    "Deployment step 'set_working_directory' completed successfully",
    "Executing deployment step: git_clone",
]


def run(kind: StateType, message: str, *, started: bool = False) -> Run:
    return Run(
        id="1", name="n", flow="f", deployment_id="d", deployment="f/d",
        state=State(kind, message=message), started=NOW - timedelta(seconds=5 if started else 0), ended=NOW,
    )  # fmt: skip


def lines(*messages: str) -> list[LogLine]:
    return [LogLine(NOW, 20, message) for message in messages]


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        (FAILED, "Flow run encountered an exception: ValueError: x", Cause(kind=CauseKind.CALL)),
        (FAILED, "Flow run exceeded timeout of 1.0 second(s)", Cause(kind=CauseKind.CALL)),
        (FAILED, "Validation of flow parameters failed with error: x", Cause(kind=CauseKind.PARAMETERS)),
        (CRASHED, "Execution was aborted by Python system exit call.", Cause(kind=CauseKind.CALL)),
        (CRASHED, "Flow run could not start: x", Cause(kind=CauseKind.NOT_STARTED)),
        (CRASHED, "Process exited with status code: -9. Typically", Cause(kind=CauseKind.EXIT, exit_code=-9)),
        (
            CRASHED,
            "Flow run infrastructure exited with non-zero status code 137.",
            Cause(kind=CauseKind.EXIT, exit_code=137),
        ),
        (CRASHED, "The moon was full.", None),
        (FAILED, "2/3 states failed.", None),
    ],
)
def test_a_message_tells_the_cause(kind: StateType, message: str, expected: Cause | None) -> None:
    assert cause_of_end(run(kind, message, started=True), []) == expected


def test_a_flow_that_cannot_be_loaded_is_told_by_the_log() -> None:
    found = cause_of_end(
        run(CRASHED, "Process exited with status code: 1."),
        lines(*PULL[:3], "Unexpected exception encountered when trying to load flow\nTraceback"),
    )
    assert found == Cause(kind=CauseKind.LOAD)


def test_a_pull_step_that_did_not_complete_is_told_by_the_log() -> None:
    """Its number only where the whole list is there."""
    crashed = run(CRASHED, "Process exited with status code: 1.")
    assert cause_of_end(crashed, lines(*PULL)) == Cause(kind=CauseKind.PULL, step=2, step_name="git_clone")
    assert cause_of_end(crashed, lines(*PULL[3:])) == Cause(kind=CauseKind.PULL, step_name="git_clone")
    done = [*PULL, "Deployment step 'git_clone' completed successfully"]
    assert cause_of_end(crashed, lines(*done)) == Cause(kind=CauseKind.EXIT, exit_code=1)


def test_a_flow_that_began_was_pulled() -> None:
    """What it logs looks like anything."""
    found = cause_of_end(run(CRASHED, "exited with status code: 1", started=True), lines(*PULL))
    assert found == Cause(kind=CauseKind.EXIT, exit_code=1)


def test_who_asked_for_the_end_is_told_by_the_states() -> None:
    at = "2026-03-02T00:00:00Z"
    asked = {"type": "CANCELLING", "message": asked_by("ann@box"), "timestamp": at}
    others = [{"type": "RUNNING"}, {"type": "CANCELLED", "message": "x"}]
    assert cause_of_stop([asked, *others]) == Cause(kind=CauseKind.REQUEST, who="ann@box", at=NOW)
    assert cause_of_stop([{**asked, "message": "by the UI"}]) == Cause(kind=CauseKind.REQUEST, at=NOW)
    assert cause_of_stop(others) is None
