"""Flows: functions whose calls are runs, and which can be deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from syntask._definitions.definition import Definition, hooks_in
from syntask._deployments.deployable import Deployable, afrom_source, from_source
from syntask._driving.launch import launch
from syntask._generic import P, R
from syntask._results.options import result_folder, serializer_of
from syntask._runs.names import check_flow_name, check_name_option, flow_name_of
from syntask._runs.states import StateType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeVar, overload

    from syntask._engine.task_runners import ThreadPoolTaskRunner

    Hooks = Iterable[Callable[..., Any]] | None
    Hook = TypeVar("Hook", bound=Callable[..., Any])


class Flow(Definition[P, R], Deployable):
    """A function with `@flow`. The arguments are those of `@flow`."""

    def __init__(
        self,
        fn: Callable[P, R],
        name: str | None = None,
        version: str | None = None,
        flow_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | None = None,
        task_runner: ThreadPoolTaskRunner | type[ThreadPoolTaskRunner] | None = None,
        description: str | None = None,
        timeout_seconds: float | None = None,
        validate_parameters: bool = True,
        persist_result: bool | None = None,
        result_storage: Any = None,
        result_serializer: str | None = None,
        cache_result_in_memory: bool = True,
        log_prints: bool | None = None,
        on_completion: Hooks = None,
        on_failure: Hooks = None,
        on_cancellation: Hooks = None,
        on_crashed: Hooks = None,
        on_running: Hooks = None,
    ) -> None:
        given = {key: value for key, value in locals().items() if key not in ("self", "fn", "__class__")}
        self.take(fn)
        check_name_option(flow_run_name, "flow_run_name")
        self.name = name or flow_name_of(self.fn)
        check_flow_name(self.name)
        self.version = version
        self._description = description
        self.flow_run_name = flow_run_name
        self.retries = retries or 0
        self.retry_delay_seconds = retry_delay_seconds or 0
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.should_validate_parameters = validate_parameters
        self.persist_result = persist_result
        self.result_storage = result_folder(result_storage)
        self.result_serializer = serializer_of(result_serializer)
        self.cache_result_in_memory = cache_result_in_memory
        self.log_prints = log_prints
        self.hooks = hooks_in(given)
        self._task_runner = task_runner() if isinstance(task_runner, type) else task_runner
        self._given = given

    from_source = staticmethod(from_source)
    afrom_source = staticmethod(afrom_source)

    @property
    def task_runner(self) -> ThreadPoolTaskRunner:
        """The executor of submitted tasks, threads by default."""
        if self._task_runner is None:
            from syntask._engine.task_runners import ThreadPoolTaskRunner

            self._task_runner = ThreadPoolTaskRunner()
        return self._task_runner

    if TYPE_CHECKING:

        @overload
        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

        @overload
        def __call__(self, *args: Any, return_state: Literal[True], **kwargs: Any) -> Any: ...

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

        @overload
        def __get__(self, instance: None, owner: type) -> Flow[P, R]: ...

        @overload
        def __get__(self, instance: object, owner: type | None = None) -> Flow[..., R]: ...

        def __get__(self, instance: object, owner: type | None = None) -> Flow[..., R]: ...

    else:

        def __call__(self, *args, return_state=False, wait_for=None, **kwargs):
            """Execute a run, and return its result, or with *return_state* its final state.

            The run starts after the runs in *wait_for* have ended. Raises the exceptions of the function, and
            ParameterTypeError or ParameterBindError for invalid arguments.
            """
            from syntask._engine.flow_execution import FlowExecution

            parameters = self.bind(args, kwargs)
            return launch(self, lambda: FlowExecution(self, parameters, wait_for), return_state=return_state)

        def __get__(self, instance, owner=None):
            return self.bound_to(instance, owner)

    def with_options(self, **options: Any) -> Flow[P, R]:
        """Return the same flow with other *options*, those of `@flow`; None keeps an option."""
        changed = {name: value for name, value in options.items() if value is not None}
        return self.copied(type(self)(self.fn, **{**self._given, **changed}))

    def on_completion(self, function: Hook) -> Hook:
        """Register *function* to be called with the flow, the run and its state when a run completes."""
        return self._add(StateType.COMPLETED, function)

    def on_failure(self, function: Hook) -> Hook:
        """Register *function* to be called with the flow, the run and its state when a run finally fails."""
        return self._add(StateType.FAILED, function)

    def on_cancellation(self, function: Hook) -> Hook:
        """Register *function* to be called with the flow, the run and its state when a run is cancelled."""
        return self._add(StateType.CANCELLING, function)

    def on_crashed(self, function: Hook) -> Hook:
        """Register *function* to be called with the flow, the run and its state when a run crashes."""
        return self._add(StateType.CRASHED, function)

    def on_running(self, function: Hook) -> Hook:
        """Register *function* to be called with the flow, the run and its state when an attempt starts."""
        return self._add(StateType.RUNNING, function)

    def __repr__(self) -> str:
        return f"Flow({self.name!r})"
