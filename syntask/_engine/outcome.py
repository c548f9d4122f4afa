"""The final state of a run, from the return value or the exception of its function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from syntask._driving.time_limit import Expired
from syntask._exceptions import TerminationSignal
from syntask._runs import states
from syntask._runs.states import State, StateType, are_states

# The maximal length of the message of an exception.
_LONGEST = 1_000_000


def state_of_value(value: Any) -> State[Any]:
    """Return the final state of a run that returned *value*.

    A state created by user code is the final state. For states of other runs, the run completes if all of
    them have. With any other value, it completes.
    """
    if isinstance(value, State) and not _belongs_to_run(value):
        value.has_result = True
        return value
    if isinstance(value, State) or are_states(value):
        return _aggregate(value, [value] if isinstance(value, State) else value)
    state: State[Any] = states.Completed(data=value)
    state.has_result = True
    return state


def _belongs_to_run(state: State[Any]) -> bool:
    return bool(state.state_details.flow_run_id or state.state_details.task_run_id)


def _aggregate(value: Any, found: Iterable[State[Any]]) -> State[Any]:
    each = list(found)
    counts = Counter(state.type for state in each)
    total, failed = len(each), counts[StateType.FAILED] + counts[StateType.CRASHED]
    unfinished = sum(not state.is_final() for state in each)
    if counts[StateType.COMPLETED] == total:
        return State(StateType.COMPLETED, message="All states completed.", data=value)
    if cancelled := counts[StateType.CANCELLED]:
        return State(StateType.CANCELLED, message=f"{cancelled}/{total} states cancelled.", data=value)
    if paused := counts[StateType.PAUSED]:
        return State(StateType.PAUSED, message=f"{paused}/{total} states paused.", data=value)
    text = f"{failed}/{total} states failed." if failed else f"{unfinished}/{total} states are not final."
    return State(StateType.FAILED, message=text, data=value)


def failure(error: BaseException, text: str, name: str | None = None) -> State[Any]:
    """Return the state of a run that raised *error*, with *text* as the message."""
    return states.Failed(name=name, message=text, data=error)


# States by BaseException. The first match applies.
_CRASHES: tuple[tuple[type[BaseException] | str, str], ...] = (
    ("CancelledError", "The run was cancelled by the event loop that it is part of."),
    (Expired, "The run around this one exceeded its time limit."),
    (KeyboardInterrupt, "The run was interrupted from the keyboard."),
    (TerminationSignal, "The process of the run was asked to end."),
    (SystemExit, "The run called for the exit of its process."),
)


def crash(error: BaseException) -> State[Any]:
    """Return the state of a run that ended with *error*, a BaseException."""
    for kind, text in _CRASHES:
        if type(error).__name__ == kind or (isinstance(kind, type) and isinstance(error, kind)):
            return states.Crashed(message=text, data=error)
    return states.Crashed(message=f"The run was ended by {shown(error)}", data=error)


def end_of(state: State[Any]) -> tuple[str, str, str]:
    """Return the type, the name and the message of the stored state of a run that has ended.

    A flow can return a state that is not final, such as Paused.
    """
    if state.is_final():
        return state.type.value, state.name, state.message or ""
    return StateType.FAILED.value, "Failed", f"The flow ended in the state {state}, which is not final."


def shown(error: BaseException) -> str:
    """Return the type and the message of *error*. The message may itself raise an exception."""
    try:
        text = str(error)
    except BaseException as raised:  # noqa: BLE001  (the message is computed by user code)
        text = f"its message raises {type(raised).__name__}"
    return f"{type(error).__name__}: {text}"[:_LONGEST] if text else type(error).__name__
