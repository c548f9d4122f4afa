"""States of runs: type, message and result."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from syntask import _exceptions as errors
from syntask._generic import Generic, R

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard
    from uuid import UUID


class StateType(StrEnum):
    """The types of states. The name of a state can be more specific, such as Retrying for RUNNING."""

    SCHEDULED = "SCHEDULED"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"
    PAUSED = "PAUSED"
    CANCELLING = "CANCELLING"


_FINAL = frozenset({StateType.COMPLETED, StateType.FAILED, StateType.CANCELLED, StateType.CRASHED})
# The exceptions of runs that did not complete and have no exception, with default messages.
_WRAPPERS = {
    StateType.FAILED: (errors.FailedRun, "Run failed."),
    StateType.CRASHED: (errors.CrashedRun, "Run crashed."),
    StateType.CANCELLED: (errors.CancelledRun, "Run cancelled."),
}


class StateDetails:
    """The run of a state; None in a state created by user code, before it is that of a run."""

    def __init__(self) -> None:
        self.flow_run_id: UUID | None = None
        self.task_run_id: UUID | None = None
        self.scheduled_time: datetime | None = None
        self.cache_key: str | None = None


class State(Generic[R]):
    """A state of a run. *name* is by default that of the type. *data* is the result or the exception."""

    def __init__(
        self,
        type: StateType | str,
        name: str | None = None,
        message: str | None = None,
        data: Any = None,
        timestamp: datetime | None = None,
    ) -> None:
        self.type = StateType(type)
        self.name = name if name is not None else self.type.value.capitalize()
        self.message = message
        self.data = data
        self.timestamp = timestamp or datetime.now(UTC)
        self.state_details = StateDetails()
        self._id: UUID | None = None
        self.has_result = data is not None

    @property
    def id(self) -> UUID:
        """The id of the state, created on first use."""
        if self._id is None:
            from uuid import uuid4

            self._id = uuid4()
        return self._id

    def is_scheduled(self) -> bool:
        return self.type is StateType.SCHEDULED

    def is_pending(self) -> bool:
        return self.type is StateType.PENDING

    def is_running(self) -> bool:
        return self.type is StateType.RUNNING

    def is_completed(self) -> bool:
        return self.type is StateType.COMPLETED

    def is_failed(self) -> bool:
        return self.type is StateType.FAILED

    def is_crashed(self) -> bool:
        return self.type is StateType.CRASHED

    def is_cancelled(self) -> bool:
        return self.type is StateType.CANCELLED

    def is_cancelling(self) -> bool:
        return self.type is StateType.CANCELLING

    def is_paused(self) -> bool:
        return self.type is StateType.PAUSED

    def is_final(self) -> bool:
        return self.type in _FINAL

    def result(self, raise_on_failure: bool = True, retry_result_failure: bool = True) -> Any:  # noqa: ARG002
        """Return the result of the run. Raises its exception, or returns it unless *raise_on_failure*.

        In an async flow or task, this is a coroutine. Raises FailedRun, CrashedRun or CancelledRun if the run
        has no exception, UnfinishedRun before its end, and MissingResult if there is no result.
        """
        from syntask._runs.context import is_async

        return self.aresult(raise_on_failure) if is_async() else result_of(self, raise_on_failure)

    def aresult(self, raise_on_failure: bool = True) -> Coroutine[Any, Any, Any]:
        """Return `result`, as a coroutine in any context."""

        async def result() -> Any:
            return result_of(self, raise_on_failure)

        return result()

    def __repr__(self) -> str:
        return f"{self.name}(message={self.message!r}, type={self.type.value}, result={self.data!r})"

    def __str__(self) -> str:
        shown = [repr(self.message)] if self.message else []
        if self.type.value.lower() != self.name.lower():
            shown.append(f"type={self.type.value}")
        return f"{self.name}({', '.join(shown)})"


def result_of(state: State[Any], raise_on_failure: bool = True) -> Any:
    """Return the result as `State.result` does outside of async code."""
    if state.is_paused():
        raise errors.PausedRun("The run is paused and has no result yet.")
    if not state.is_final():
        raise errors.UnfinishedRun(f"The run is {state.type.value} and has no result yet.")
    if not state.is_completed() and raise_on_failure:
        raise get_state_exception(state)
    if state.has_result:
        return state.data
    if state.is_completed():
        raise errors.MissingResult("The state has no result: no run has come into it.")
    return get_state_exception(state)


def get_state_exception(state: State[Any]) -> BaseException:
    """Return the exception of a failed, crashed or cancelled *state*, or one with its message."""
    wrapper, default = _WRAPPERS[state.type]
    data = state.data
    if data is None:
        return wrapper(state.message or default)
    if isinstance(data, BaseException):
        return data
    if isinstance(data, str):
        return wrapper(data)
    if isinstance(data, State):
        return get_state_exception(data)
    if are_states(data):
        failed = next((each for each in data if each.type in _WRAPPERS), None)
        return wrapper(state.message or default) if failed is None else get_state_exception(failed)
    return TypeError(f"A failed state holds a {type(data).__name__}, which is not an exception.")


def raise_state_exception(state: State[Any]) -> None:
    """Raise the exception of *state* if it is failed, crashed or cancelled."""
    if state.type in _WRAPPERS:
        raise get_state_exception(state)


def are_states(value: object) -> TypeGuard[Iterable[State[Any]]]:
    """Return whether *value* is a non-empty list, tuple or set of states."""
    if not value or not isinstance(value, (list, tuple, set)):
        return False
    return type(value).__module__ != "syntask._arguments.annotations" and all(
        isinstance(each, State) for each in value
    )


def Scheduled(scheduled_time: datetime | None = None, **fields: Any) -> State[Any]:  # noqa: N802
    state: State[Any] = State(StateType.SCHEDULED, **fields)
    state.state_details.scheduled_time = scheduled_time or state.timestamp
    return state


def AwaitingRetry(scheduled_time: datetime | None = None, **fields: Any) -> State[Any]:  # noqa: N802
    return Scheduled(scheduled_time, **{"name": "AwaitingRetry", **fields})


def Late(scheduled_time: datetime | None = None, **fields: Any) -> State[Any]:  # noqa: N802
    return Scheduled(scheduled_time, **{"name": "Late", **fields})


def Pending(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.PENDING, **fields)


def Running(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.RUNNING, **fields)


def Retrying(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.RUNNING, **{"name": "Retrying", **fields})


def Completed(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.COMPLETED, **fields)


def Failed(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.FAILED, **fields)


def Crashed(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.CRASHED, **fields)


def Cancelling(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.CANCELLING, **fields)


def Cancelled(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.CANCELLED, **fields)


def Paused(**fields: Any) -> State[Any]:  # noqa: N802
    return State(StateType.PAUSED, **fields)


def in_seconds(seconds: float) -> datetime:
    """Return the time in *seconds* from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)
