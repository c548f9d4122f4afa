"""A run on its way through its states: attempts, retries, hooks, and who is told of it."""

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
    """One run of *definition*, a flow or task. A subclass says what is particular to it.

    *parameters* are by name, as the function's signature has them. *wait_for* is what has to end first.
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
        """Who is told of the run; nobody in a process that was forked from that of the run."""
        return self.tracker if os.getpid() == self._process else None

    # What is particular to a flow or a task.

    @property
    def logger(self) -> RunLogger:
        raise NotImplementedError

    @property
    def parent(self) -> str | None:
        """The subflow run that this run is part of."""
        raise NotImplementedError

    def new_context(self) -> FlowRunContext | TaskRunContext:
        raise NotImplementedError

    def prepare(self) -> Steps[State[Any] | None]:
        """Return what comes before the first attempt; a state if that is not to be made."""
        raise NotImplementedError

    @property
    def has_started_others(self) -> bool:
        """Whether the run may have to wait for other ones before it ends."""
        return False

    def settled(self, value: Any) -> Any:
        """What counts as returned where the function returned *value*; may wait for other runs."""
        return value

    def close(self, *, cancel: bool = False, wait: bool = True) -> None:
        """Wait for what the attempt started, unless not *wait*; with *cancel*, begin no more of it."""

    def found(self) -> State[Any] | None:
        """Return the state of a run that need not be made, since its result is known."""
        return None

    def keep(self, state: State[Any]) -> None:
        """Keep the result of a run that ends in *state* for others."""

    def state_of_retry(self) -> State[Any]:
        """Return the state that another attempt begins with."""
        return states.Retrying()

    def may_retry(self, state: State[Any]) -> Steps[bool]:  # noqa: ARG002  (for those who ask)
        """Whether the failure *state* is worth another attempt."""
        yield from ()
        return True

    # The way through the states.

    def steps(self) -> Steps[State[Any]]:
        """Take the run to its end, and return the state it is in then."""
        try:
            state = yield from self.prepare()
            if state is None:
                yield from self.enter(states.Running())
                state = self.found() or (yield from self._attempts())
        except Exception as error:  # noqa: BLE001  (such as that of a function that makes a name)
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
        """Call the function once, and return the state that this leads to."""
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
        except Exception as error:  # noqa: BLE001  (whatever user code raises is its result)
            return self._failed(error)
        except GeneratorExit:
            if not self.definition.isgenerator:
                raise
            self.returned = None  # nobody wants more of its items
        return state_of_value(self.returned)

    def _failed(self, error: BaseException) -> State[Any]:
        self.raised = error
        return failure(error, f"{self.kind.capitalize()} run encountered an exception: {shown(error)}")

    def ended_by(self, error: BaseException) -> Steps[State[Any]]:
        """The state of a run that *error*, which is no Exception, ended."""
        yield from ()
        return crash(error)

    def _retry(self, state: State[Any]) -> Steps[bool]:
        """Get ready for another attempt after the failure *state*; False if there is none."""
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
        """Log that the run has failed for good."""
        self.logger.error(
            "The %s run `%s` failed with %s.",
            self.kind,
            self.run.name,
            cause(state),
            exc_info=traceback_of(state),
        )

    def report_retry(self, state: State[Any], delay: float) -> None:
        """Log that another attempt follows."""
        when = f"in {delay:g} seconds" if delay else "now"
        text = "The %s run `%s` failed with %s. Retry %d/%d begins %s."
        numbers = (self.retries_done, self.definition.retries)
        self.logger.info(text, self.kind, self.run.name, cause(state), *numbers, when)

    def enter(self, state: State[Any]) -> Steps[None]:
        """Have the run come into *state*: keep it, tell who follows the run, and call the hooks."""
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
        """Write into *state* which run came into it."""
        raise NotImplementedError

    def follow(self, tracker: Tracker, state: State[Any]) -> None:
        """Tell *tracker* that the run came into *state*."""
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
        """Return what the call of the flow or task returns, after the run has ended, or raise it."""
        raise NotImplementedError

    def cancel(self, message: str) -> None:
        """Have the run, which has not begun, end as cancelled."""
        drive(self.enter(states.Cancelled(message=message)))


def delay_before(retry: int, definition: Definition[..., Any]) -> float:
    """Seconds before the *retry*, counted from 0. The last of several delays is for all that follow."""
    given = definition.retry_delay_seconds
    if isinstance(given, Sequence):
        given = given[min(retry, len(given) - 1)] if given else 0
    delay = float(given or 0)
    if (factor := definition.retry_jitter_factor) and delay > 0:
        return random.uniform(max(0.0, delay * (1 - factor)), delay * (1 + factor))
    return delay
