"""The execution of a run: states, attempts, retries, hooks and tracking."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from syntask._driving.steps import Call, Sleep, Steps, drive
from syntask._driving.time_limit import TimedOut
from syntask._engine.body import Body
from syntask._engine.failures import cause, traceback_of
from syntask._engine.outcome import crash, failure, shown, state_of_value
from syntask._runs import states
from syntask._runs.logging import RunLogger
from syntask._runs.names import hook_name
from syntask._runs.states import State
from syntask._runs.tracking import ChildChange, Tracker

if TYPE_CHECKING:
    from syntask._definitions.definition import Definition
    from syntask._runs.context import FlowRunContext, TaskRunContext
    from syntask._runs.run import Run

NOTHING = object()


class Execution:
    """One run of *definition*. Subclasses implement the differences between flows and tasks.

    *parameters* are by name, as in the signature. *wait_for* contains the runs to wait for.
    """

    kind: str
    timeout_error: type[TimeoutError]

    def __init__(self, definition: Definition[..., Any], run: Run, tracker: Tracker | None) -> None:
        self.definition = definition
        self.run = run
        self.tracker = tracker
        self._process = os.getpid()
        self.parameters: Mapping[str, Any] = {}
        self.wait_for: Any = None
        self.upstream: tuple[str, ...] = ()
        self.retries_done = 0
        self.returned: Any = NOTHING
        self.raised: BaseException | None = None

    @property
    def follower(self) -> Tracker | None:
        """The tracker of the run; None in a forked process."""
        return self.tracker if os.getpid() == self._process else None

    # The differences between flows and tasks.

    @property
    def logger(self) -> RunLogger:
        raise NotImplementedError

    @property
    def parent(self) -> str | None:
        """The subflow run that contains this run."""
        raise NotImplementedError

    def new_context(self) -> FlowRunContext | TaskRunContext:
        raise NotImplementedError

    def prepare(self) -> Steps[State[Any] | None]:
        """Prepare the first attempt. Return a state to skip it."""
        raise NotImplementedError

    @property
    def has_started_others(self) -> bool:
        """Whether the run may have to wait for other runs before it ends."""
        return False

    def settled(self, value: Any) -> Any:
        """Return the result for the return value *value*. May wait for other runs."""
        return value

    def close(self, *, cancel: bool = False, wait: bool = True) -> None:
        """Wait for the runs that the attempt started, if *wait*. With *cancel*, start no more of them."""

    def found(self) -> State[Any] | None:
        """Return the state of a run with a cached result."""
        return None

    def keep(self, state: State[Any]) -> None:
        """Store the result of a completed run in the cache."""

    def state_of_retry(self) -> State[Any]:
        """Return the first state of another attempt."""
        return states.Retrying()

    def may_retry(self, state: State[Any]) -> Steps[bool]:  # noqa: ARG002  (for subclasses)
        """Return whether to retry after the failure *state*."""
        yield from ()
        return True

    # The state machine.

    def steps(self) -> Steps[State[Any]]:
        """Execute the run, and return its last state."""
        try:
            state = yield from self.prepare()
            if state is None:
                yield from self.enter(states.Running())
                state = self.found() or (yield from self._attempts())
        except Exception as error:  # noqa: BLE001  (such as an error in a name function)
            state = self._failed(error)
            self.report_failure(state)
        except BaseException as error:
            self.raised = error
            yield from self.enter((yield from self.ended_by(error)))
            raise
        yield from self.enter(state)
        return state

    def _attempts(self) -> Steps[State[Any]]:
        while True:
            state = yield from self.attempt()
            if state.is_completed():
                self.keep(state)
            if not state.is_failed() or not (yield from self._retry(state)):
                return state

    def attempt(self) -> Steps[State[Any]]:
        """Call the function once, and return the resulting state."""
        self.returned, self.raised = NOTHING, None
        try:
            self.returned = yield Body(self)
        except TimedOut:
            limit = self.definition.timeout_seconds
            text = f"The {self.kind} exceeded its time limit of {limit:g} seconds."
            self.raised = self.timeout_error(text)
            return failure(self.raised, text, "TimedOut")
        except TimeoutError as error:
            self.raised = error
            return failure(error, f"The {self.kind} run failed due to a timeout: {shown(error)}", "TimedOut")
        except Exception as error:  # noqa: BLE001  (any exception of user code is its result)
            return self._failed(error)
        except GeneratorExit:
            if not self.definition.isgenerator:
                raise
            self.returned = None  # the caller stopped reading items
        return state_of_value(self.returned)

    def _failed(self, error: BaseException) -> State[Any]:
        self.raised = error
        return failure(error, f"{self.kind.capitalize()} run encountered an exception: {shown(error)}")

    def ended_by(self, error: BaseException) -> Steps[State[Any]]:
        """Return the state of a run that ended with *error*, a BaseException."""
        yield from ()
        return crash(error)

    def _retry(self, state: State[Any]) -> Steps[bool]:
        """Prepare another attempt after the failure *state*. Return False if there is none."""
        retries = self.definition.retries
        if self.retries_done >= retries or not (yield from self.may_retry(state)):
            self.report_failure(state)
            return False
        delay = delay_before(self.retries_done, self.definition)
        self.retries_done += 1
        self.report_retry(state, delay)
        if delay:
            yield from self.enter(states.AwaitingRetry(states.in_seconds(delay)))
            yield Sleep(delay)
        yield from self.enter(self.state_of_retry())
        return True

    def report_failure(self, state: State[Any]) -> None:
        """Log the final failure of the run."""
        self.logger.error(
            "The %s run `%s` failed with %s.",
            self.kind,
            self.run.name,
            cause(state),
            exc_info=traceback_of(state),
        )

    def report_retry(self, state: State[Any], delay: float) -> None:
        """Log the failure and the next attempt."""
        when = f"in {delay:g} seconds" if delay else "now"
        text = "The %s run `%s` failed with %s. Retry %d/%d begins %s."
        numbers = (self.retries_done, self.definition.retries)
        self.logger.info(text, self.kind, self.run.name, cause(state), *numbers, when)

    def enter(self, state: State[Any]) -> Steps[None]:
        """Change the state of the run to *state*, report it to the tracker, and call the hooks."""
        run = self.run
        run.state = state
        if state.is_running():
            run.run_count += 1
            run.start_time = run.start_time or state.timestamp
        elif state.is_final():
            run.end_time = state.timestamp
        self.mark(state)
        if self.follower is not None:
            self.follow(self.follower, state)
        for hook in self.definition.hooks_for(state):
            yield from self._call_hook(hook, state)

    def mark(self, state: State[Any]) -> None:
        """Store the run in the details of *state*."""
        raise NotImplementedError

    def follow(self, tracker: Tracker, state: State[Any]) -> None:
        """Report *state* to *tracker*."""
        tracker.follow(
            ChildChange(
                id=str(self.run.id),
                kind=self.kind,
                name=self.run.name,
                of=self.definition.name,
                state=state.type.value,
                state_name=state.name,
                at=state.timestamp.timestamp(),
                message=state.message or "",
                attempt=max(self.run.run_count, 1),
                parent=self.parent,
                upstream=self.upstream,
            )
        )

    def _call_hook(self, hook: Callable[..., Any], state: State[Any]) -> Steps[None]:
        with self.new_context():
            try:
                yield Call(hook, self.definition, self.run, state)
            except Exception:
                self.logger.exception("The hook `%s` failed.", hook_name(hook))

    def outcome(self) -> Any:
        """Return or raise the result of the call of the flow or task, after the end of the run."""
        raise NotImplementedError

    def cancel(self, message: str) -> None:
        """Cancel the run, which has not started."""
        drive(self.enter(states.Cancelled(message=message)))


def delay_before(retry: int, definition: Definition[..., Any]) -> float:
    """Return the delay in seconds before *retry*, counted from 0. The last of several delays repeats."""
    given = definition.retry_delay_seconds
    if isinstance(given, Sequence):
        given = given[min(retry, len(given) - 1)] if given else 0
    delay = float(given or 0)
    if (factor := definition.retry_jitter_factor) and delay > 0:
        return random.uniform(max(0.0, delay * (1 - factor)), delay * (1 + factor))
    return delay
