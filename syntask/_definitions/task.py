"""Tasks: functions whose calls are runs in a flow run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from syntask._definitions.definition import Definition, hooks_in
from syntask._driving.launch import launch
from syntask._generic import P, R
from syntask._results.options import result_folder, serializer_of
from syntask._runs.names import check_name_option
from syntask._runs.states import StateType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta
    from typing import Any, Literal, TypeVar, overload

    from syntask._arguments.futures import Future, FutureList
    from syntask._results.cache_policies import CachePolicy
    from syntask._runs.context import FlowRunContext, TaskRunContext

    Hooks = Iterable[Callable[..., Any]] | None
    Delays = float | Sequence[float] | Callable[[int], Sequence[float]] | None
    KeyFunction = Callable[[TaskRunContext, dict[str, Any]], str | None] | None
    Hook = TypeVar("Hook", bound=Callable[..., Any])

_MOST_DELAYS = 50


class Task(Definition[P, R]):
    """A function with `@task`. The arguments are those of `@task`."""

    def __init__(
        self,
        fn: Callable[P, R],
        name: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        cache_policy: CachePolicy | None = None,
        cache_key_fn: KeyFunction = None,
        cache_expiration: timedelta | None = None,
        task_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: Delays = None,
        retry_jitter_factor: float | None = None,
        persist_result: bool | None = None,
        result_storage: Any = None,
        result_serializer: str | None = None,
        result_storage_key: str | None = None,
        cache_result_in_memory: bool = True,
        timeout_seconds: float | None = None,
        log_prints: bool | None = None,
        refresh_cache: bool | None = None,
        on_completion: Hooks = None,
        on_failure: Hooks = None,
        on_running: Hooks = None,
        retry_condition_fn: Callable[..., Any] | None = None,
        viz_return_value: Any = None,
    ) -> None:
        given = {key: value for key, value in locals().items() if key not in ("self", "fn", "__class__")}
        self.take(fn)
        check_name_option(task_run_name, "task_run_name")
        self.name = name or str(getattr(self.fn, "__name__", type(self.fn).__name__))
        self._description = description
        self.tags = frozenset(tags or ())
        self.version = version
        self.task_key = f"{getattr(self.fn, '__qualname__', self.name)}-{self.fn.__module__}"
        self.task_run_name = task_run_name
        self.retries = retries or 0
        self.retry_delay_seconds = _delays(retry_delay_seconds, self.retries)
        self.retry_jitter_factor = _checked_jitter(retry_jitter_factor)
        self.retry_condition_fn = _checked_condition(retry_condition_fn)
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.log_prints = log_prints
        self.cache_key_fn = cache_key_fn
        self.cache_expiration = cache_expiration
        self.refresh_cache = refresh_cache
        self.result_storage = result_folder(result_storage)
        self.result_serializer = serializer_of(result_serializer)
        self.result_storage_key = result_storage_key
        self.cache_result_in_memory = cache_result_in_memory
        self.viz_return_value = viz_return_value
        self.persist_result = _persists(given)
        self._cache_policy = cache_policy
        self.hooks = hooks_in(given)
        self._given = given

    @property
    def cache_policy(self) -> CachePolicy:
        """The policy for keys of cached results."""
        from syntask._results import cache_policies as policies

        if self.cache_key_fn is not None:
            return policies.CacheKeyFnPolicy(self.cache_key_fn)
        return policies.DEFAULT if self._cache_policy is None else self._cache_policy

    if TYPE_CHECKING:

        @overload
        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

        @overload
        def __call__(self, *args: Any, return_state: Literal[True], **kwargs: Any) -> Any: ...

        @overload
        def __call__(self, *args: Any, wait_for: Any, **kwargs: Any) -> R: ...

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

        @overload
        def __get__(self, instance: None, owner: type) -> Task[P, R]: ...

        @overload
        def __get__(self, instance: object, owner: type | None = None) -> Task[..., R]: ...

        def __get__(self, instance: object, owner: type | None = None) -> Task[..., R]: ...

    else:

        def __call__(self, *args, return_state=False, wait_for=None, **kwargs):
            """Execute a run, and return its result, or with *return_state* its final state.

            The run starts after the runs in *wait_for* have ended. Raises the exceptions of the function, and
            ParameterBindError for invalid arguments.
            """
            from syntask._engine.task_execution import TaskExecution

            parameters = self.bind(args, kwargs)
            return launch(self, lambda: TaskExecution(self, parameters, wait_for), return_state=return_state)

        def __get__(self, instance, owner=None):
            return self.bound_to(instance, owner)

    def submit(
        self, *args: Any, return_state: bool = False, wait_for: Any = None, **kwargs: Any
    ) -> Future[R]:
        """Submit a run to the task runner of the flow, and return its future immediately.

        Futures in the arguments, including nested ones, are awaited and replaced by their results; those in
        *wait_for* are awaited. With *return_state*, wait for the run and return its final state. Raises
        RuntimeError outside of a flow.
        """
        parameters = self.bind(args, kwargs)
        future = _flow_of(self).task_runner.submit(self, parameters, wait_for)
        return future.wait_for_state() if return_state else future  # type: ignore[return-value]

    def map(
        self, *args: Any, return_state: bool = False, wait_for: Any = None, **kwargs: Any
    ) -> FutureList[R]:
        """Submit a run for each item of the iterables among the arguments, and return their futures.

        Arguments that are not iterable, or in `unmapped`, are passed to each run. The other options are those
        of `submit`.
        """
        parameters = self.bind(args, kwargs, has_defaults=False)
        futures = _flow_of(self).task_runner.map(self, parameters, wait_for)
        return [each.wait_for_state() for each in futures] if return_state else futures  # type: ignore[return-value]

    def with_options(self, **options: Any) -> Task[P, R]:
        """Return the same task with other *options*, those of `@task`; None keeps an option."""
        changed = {name: value for name, value in options.items() if value is not None}
        return self.copied(type(self)(self.fn, **{**self._given, **changed}))

    def on_completion(self, function: Hook) -> Hook:
        """Register *function* to be called with the task, the run and its state when a run completes."""
        return self._add(StateType.COMPLETED, function)

    def on_failure(self, function: Hook) -> Hook:
        """Register *function* to be called with the task, the run and its state when a run finally fails."""
        return self._add(StateType.FAILED, function)

    def on_running(self, function: Hook) -> Hook:
        """Register *function* to be called with the task, the run and its state when an attempt starts."""
        return self._add(StateType.RUNNING, function)

    def __repr__(self) -> str:
        return f"Task({self.name!r})"


def _flow_of(task: Task[..., Any]) -> FlowRunContext:
    from syntask._runs.context import FlowRunContext

    if (context := FlowRunContext.get()) is None:
        raise RuntimeError(
            f"`{task.name}` is submitted outside of a flow, where nothing executes it. "
            f"Submit it in a flow, or call `{task.name}(…)`."
        )
    return context


def _delays(given: Delays, retries: int) -> float | Sequence[float]:
    delays = given(retries) if callable(given) else given
    if delays is not None and not isinstance(delays, (int, float, list, tuple)):
        raise TypeError(
            f"`retry_delay_seconds` is a {type(delays).__name__}; write a number, a list or a function."
        )
    if isinstance(delays, (list, tuple)) and len(delays) > _MOST_DELAYS:
        raise ValueError(f"`retry_delay_seconds` has {len(delays)} delays; {_MOST_DELAYS} are possible.")
    return 0 if delays is None else delays


def _checked_jitter(factor: float | None) -> float | None:
    if factor is not None and factor < 0:
        raise ValueError(f"`retry_jitter_factor` is {factor}; it must not be negative.")
    return factor


def _checked_condition(condition: Callable[..., Any] | None) -> Callable[..., Any] | None:
    if condition is not None and not callable(condition):
        raise TypeError(f"`retry_condition_fn` is a {type(condition).__name__}; write a function.")
    return condition


def _persists(given: dict[str, Any]) -> bool | None:
    """Return whether results are stored: by the option, or by default if another option requires it."""
    if given["persist_result"] is not None:
        return bool(given["persist_result"])
    policy = given["cache_policy"]
    needs = ("cache_key_fn", "result_storage_key", "result_storage", "result_serializer")
    if any(given[name] is not None for name in needs):
        return True
    return True if policy is not None and type(policy).__name__ != "NoCache" else None


def exponential_backoff(backoff_factor: float) -> Callable[[int], list[float]]:
    """Return delays for `retry_delay_seconds` that start at *backoff_factor* seconds and double each time."""
    return lambda retries: [backoff_factor * 2**number for number in range(retries)]


def task_input_hash(context: TaskRunContext, arguments: dict[str, Any]) -> str | None:
    """Return a cache key, the same for equal inputs and equal code. Used as a `cache_key_fn`."""
    from syntask._results.cache_policies import hash_objects

    code = getattr(context.task.fn, "__code__", None)
    return hash_objects([context.task.task_key, code.co_code.hex() if code else "", arguments])
