"""Runs of flows: root runs of workers and scripts, and subflow runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from syntask._arguments.inputs import resolved, upstream_of
from syntask._arguments.visit import resolve_futures_to_states
from syntask._driving.steps import Steps
from syntask._driving.termination import Termination
from syntask._engine.execution import NOTHING, Execution
from syntask._engine.outcome import end_of, failure, shown
from syntask._exceptions import FlowRunTimeoutError, ParameterTypeError, UpstreamTaskError
from syntask._runs import root, states
from syntask._runs.context import FlowRunContext, TagsContext
from syntask._runs.logging import RunLogger, flow_logger
from syntask._runs.names import custom_name
from syntask._runs.run import FlowRun, as_id, new_id, random_name
from syntask._runs.settings import logs_prints, persists_results
from syntask._runs.states import State, StateType, get_state_exception, result_of
from syntask._runs.tracking import Tracker

if TYPE_CHECKING:
    from syntask._definitions.flow import Flow

_ASKED = "The process of the run was asked to end."

OnRetry = Callable[[int, BaseException], None]


class FlowExecution(Execution):
    """A run of *flow*. With *on_retry*, the caller reports failures and retries."""

    kind = "flow"
    timeout_error = FlowRunTimeoutError
    definition: Flow[..., Any]
    run: FlowRun

    def __init__(
        self,
        flow: Flow[..., Any],
        parameters: Mapping[str, Any],
        wait_for: Any = None,
        *,
        is_converted: bool = False,
        on_retry: OnRetry | None = None,
    ) -> None:
        self._around = FlowRunContext.get()
        tracker = _tracker(flow, parameters, self._around)
        super().__init__(flow, _new_run(flow, parameters, tracker, self._around), tracker)
        self.parameters = parameters
        self.wait_for = wait_for
        self.upstream = upstream_of(parameters, wait_for)
        self.runner = flow.task_runner.duplicate()
        self._is_converted = is_converted or not flow.should_validate_parameters
        self._on_retry = on_retry
        self._termination = Termination()

    @property
    def logger(self) -> RunLogger:
        return flow_logger(self.run)

    @property
    def parent(self) -> str | None:
        return None if self.run.parent is None else self.run.parent.as_parent

    def new_context(self) -> FlowRunContext:
        return FlowRunContext(
            self.definition,
            self.run,
            self.runner,
            self.tracker,
            parameters=self.parameters,
            log_prints=logs_prints(self.definition.log_prints, self._around),
            persist_result=persists_results(self.definition.persist_result, self._around),
        )

    def prepare(self) -> Steps[State[Any] | None]:
        try:
            self.parameters = yield from resolved(self.parameters, self.wait_for)
            if not self._is_converted:
                self.parameters = _converted(self.definition, self.parameters)
        except UpstreamTaskError as error:
            return states.Pending(name="NotReady", message=str(error))
        except ParameterTypeError as error:
            self.raised = error
            state = failure(error, f"The parameters of the flow do not fit: {shown(error)}")
            self.report_failure(state)
            return state
        self.run.parameters = self.parameters
        if wanted := self.definition.flow_run_name:
            with self.new_context():
                self.run.name = custom_name(wanted, self.parameters, "flow_run_name")
            if self.run.parent is None and self.tracker is not None:
                self.tracker.rename(self.run.name)
        self.logger.debug("The run of the flow `%s` begins.", self.definition.name)
        return None

    @property
    def has_started_others(self) -> bool:
        return self.runner.is_started

    def settled(self, value: Any) -> Any:
        return resolve_futures_to_states(value)

    def close(self, *, cancel: bool = False, wait: bool = True) -> None:
        self.runner.close(cancel=cancel, wait=wait)

    def steps(self) -> Steps[State[Any]]:
        try:
            with self._termination.raised() if self._handles_termination() else nullcontext():
                return (yield from super().steps())
        finally:
            if self.run.parent is None and self.follower is not None:
                self.follower.end(*end_of(self.run.state))

    def _handles_termination(self) -> bool:
        """Return whether to handle SIGTERM: for a hook, or for the store of a script.

        A worker observes the end of its runs itself.
        """
        hooks = self.definition.hooks
        has_hooks = bool(hooks[StateType.CANCELLING] or hooks[StateType.CRASHED])
        is_script = self.tracker is not None and root.entered() is None
        return self.run.parent is None and (has_hooks or is_script)

    def ended_by(self, error: BaseException) -> Steps[State[Any]]:
        if not self._termination.is_asked or root.entered() is None:
            return (yield from super().ended_by(error))
        yield from self.enter(states.Cancelling(message=_ASKED))
        return states.Cancelled(message=_ASKED, data=error)

    def state_of_retry(self) -> State[Any]:
        return states.Running()

    def report_failure(self, state: State[Any]) -> None:
        if self._on_retry is None:
            super().report_failure(state)

    def report_retry(self, state: State[Any], delay: float) -> None:
        if self._on_retry is None:
            super().report_retry(state, delay)
        else:
            self._on_retry(self.retries_done, get_state_exception(state))

    def mark(self, state: State[Any]) -> None:
        state.state_details.flow_run_id = self.run.id

    def follow(self, tracker: Tracker, state: State[Any]) -> None:
        if self.run.parent is not None:
            super().follow(tracker, state)

    def outcome(self) -> Any:
        if self.returned is not NOTHING and not isinstance(self.returned, State):
            return self.returned
        if self.raised is not None:
            raise self.raised
        return result_of(self.run.state)


def _tracker(
    flow: Flow[..., Any], parameters: Mapping[str, Any], around: FlowRunContext | None
) -> Tracker | None:
    if around is not None:
        return around.tracker
    return root.entered() or root.open_script_run(flow.name, parameters)


def _new_run(
    flow: Flow[..., Any],
    parameters: Mapping[str, Any],
    tracker: Tracker | None,
    around: FlowRunContext | None,
) -> FlowRun:
    tags = TagsContext.get().current_tags
    facts: dict[str, Any] = {"flow_name": flow.name, "parameters": parameters}
    new = new_id()
    if around is not None:
        parent = around.flow_run
        return FlowRun(new, random_name(new), tags, parent=parent, info=parent.info, **facts)
    if tracker is None:
        return FlowRun(new, random_name(new), tags, **facts)
    info = tracker.run
    run = FlowRun(as_id(info.id), info.name, tags | set(info.tags), info=info, **facts)
    run.run_count = info.run_count - 1
    return run


def _converted(flow: Flow[..., Any], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *parameters*, converted to the annotations of the flow. Raises ParameterTypeError."""
    if not parameters:
        return parameters
    from syntask_yaml.errors import ParametersInvalid
    from syntask_yaml.worker.arguments import converted

    try:
        return {**parameters, **converted(flow.fn, flow.signature, parameters)}
    except ParametersInvalid as error:
        raise ParameterTypeError(error.detail) from None
