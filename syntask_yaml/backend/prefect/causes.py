"""The causes of run states on a server, from messages of Prefect's server, worker and engine.

The messages differ between versions; unknown ones are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from syntask_yaml.backend.prefect.bodies import Raw, moment
from syntask_yaml.model.run import Cause, CauseKind, LogLine, Run, State, StateType

_ASKED = "Cancelled by {who} with syntask."
_WHO = re.compile(re.escape(_ASKED).replace(r"\{who\}", "(.+)"))

_EXIT = re.compile(r"exited with (?:non-zero )?status code:? ?(-?\d+)")
# The beginning of the state's message, by state.
_BEGINNINGS: Mapping[StateType, Mapping[str, CauseKind]] = {
    StateType.FAILED: {
        "Flow run encountered an exception": CauseKind.CALL,
        "Flow run exceeded timeout": CauseKind.CALL,
        "Validation of flow parameters failed": CauseKind.PARAMETERS,
    },
    StateType.CRASHED: {
        "Execution was aborted by Python system exit call": CauseKind.CALL,
        "Flow run could not start": CauseKind.NOT_STARTED,
        "Flow run could not be submitted": CauseKind.NOT_STARTED,
    },
}
_NO_FLOW = "Unexpected exception encountered when trying to load flow"
_STEPS = re.compile(r"Running \d+ deployment pull step")
_STEP_BEGINS = re.compile(r"Executing deployment step: (.+)")
_STEP_ENDS = re.compile(r"Deployment step '(.+)' completed successfully")


def asked_by(who: str) -> str:
    """Return the message of the state that requests the end of a run on behalf of *who* (`user@host`)."""
    return _ASKED.format(who=who)


def cause_of_stop(states: Sequence[Raw]) -> Cause | None:
    """Return who requested the end of a run, and when, from the history of its *states*."""
    for raw in states:
        if raw.get("type") == StateType.CANCELLING.value:
            who = _WHO.match(raw.get("message") or "")
            return Cause(kind=CauseKind.REQUEST, who=who[1] if who else "", at=moment(raw.get("timestamp")))
    return None


def cause_of_end(run: Run, lines: Sequence[LogLine]) -> Cause | None:
    """Return why *run* failed or crashed, from its last log *lines* and the message of its state."""
    # The server sets the start of a run that never started to its end.
    has_begun = run.started is not None and run.started != run.ended
    return (None if has_begun else _of_lines(lines)) or _of_message(run.state)


def _of_lines(lines: Sequence[LogLine]) -> Cause | None:
    if any(line.message.startswith(_NO_FLOW) for line in lines):
        return Cause(kind=CauseKind.LOAD)
    begun = [found[1] for line in lines if (found := _STEP_BEGINS.match(line.message))]
    ended = [found[1] for line in lines if (found := _STEP_ENDS.match(line.message))]
    if len(begun) <= len(ended):
        return None
    is_whole = any(_STEPS.match(line.message) for line in lines)
    return Cause(kind=CauseKind.PULL, step=len(begun) if is_whole else None, step_name=begun[-1])


def _of_message(state: State) -> Cause | None:
    for beginning, kind in _BEGINNINGS.get(state.type, {}).items():
        if state.message.startswith(beginning):
            return Cause(kind=kind)
    if state.type is StateType.CRASHED and (found := _EXIT.search(state.message)):
        return Cause(kind=CauseKind.EXIT, exit_code=int(found[1]))
    return None
