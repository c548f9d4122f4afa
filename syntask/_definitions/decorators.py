"""The decorators `@flow` and `@task`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from syntask._definitions.flow import Flow
from syntask._definitions.task import Task
from syntask._deployments.deployable import afrom_source, from_source
from syntask._generic import P, R, overload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timedelta
    from typing import Any

    from syntask._definitions.task import Delays, KeyFunction
    from syntask._engine.task_runners import ThreadPoolTaskRunner
    from syntask._results.cache_policies import CachePolicy

    Hooks = Iterable[Callable[..., Any]] | None


class FlowDecorator:
    """The decorator `@flow`, and `flow.from_source(…)` for flows whose code is elsewhere."""

    from_source = staticmethod(from_source)
    afrom_source = staticmethod(afrom_source)

    @overload
    def __call__(self, function: Callable[P, R], /) -> Flow[P, R]: ...

    @overload
    def __call__(
        self,
        /,
        *,
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
    ) -> Callable[[Callable[P, R]], Flow[P, R]]: ...

    def __call__(self, function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
        """Convert a function to a flow, without options (`@flow`) or with them (`@flow(retries=2)`).

        Args:
            name: The name of the flow. Default: the name of the function, with `-` for `_`.
            version: The version of the flow, recorded with its runs.
            flow_run_name: The name of its runs: a template of the parameters, `{city}-{day}`, or a
                function that returns text.
            retries: The number of retries of a failed run.
            retry_delay_seconds: The delay before each retry.
            task_runner: The executor of submitted tasks.
            description: A description. Default: the docstring.
            timeout_seconds: The time limit of an attempt.
            validate_parameters: Whether to convert arguments to the annotated types.
            persist_result: Whether to store results of its tasks, unless a task sets this.
            result_storage: The folder for results. Default: `$SYNTASK_HOME/results`.
            result_serializer: `json`, or `pickle` for values that JSON cannot represent.
            cache_result_in_memory: Has no effect.
            log_prints: Whether to log the output of `print`.
            on_completion: Functions to call when a run completes; likewise `on_failure`, `on_cancellation`,
                `on_crashed` and `on_running`. They take the flow, the run and its state.
        """
        return _decorated(Flow, function, options)


flow = FlowDecorator()


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(
    *,
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
) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Convert a function to a task, without options (`@task`) or with them (`@task(retries=2)`).

    Args:
        name: The name of the task. Default: the name of the function.
        description: A description. Default: the docstring.
        tags: The tags of its runs.
        version: The version of the task, recorded with its runs.
        cache_policy: The policy that decides which calls share a result; see `syntask.cache_policies`.
        cache_key_fn: A function that returns the cache key of a call. It takes the context and the inputs.
        cache_expiration: How long a result is valid. Default: forever.
        task_run_name: The name of its runs: a template of the parameters, `load-{day}`, or a function
            that returns text.
        retries: The number of retries of a failed run.
        retry_delay_seconds: The delay before each retry: a number, a list, or a function of the number of
            retries that returns a list, such as `exponential_backoff(2)`.
        retry_jitter_factor: The maximal random change of a delay, as a fraction of it.
        persist_result: Whether to store results in files. Default: if caching needs it, or that of the flow.
        result_storage: The folder for results. Default: `$SYNTASK_HOME/results`.
        result_serializer: `json`, or `pickle` for values that JSON cannot represent.
        result_storage_key: The key of the result: a template of `parameters`, `flow_run` and `task_run`.
        cache_result_in_memory: Has no effect.
        timeout_seconds: The time limit of an attempt.
        log_prints: Whether to log the output of `print`. Default: that of the flow.
        refresh_cache: Whether to run in any case, and replace a cached result.
        on_completion: Functions to call when a run completes; likewise `on_failure` and `on_running`.
            They take the task, the run and its state.
        retry_condition_fn: A function that returns whether to retry after a failure. It takes the task,
            the run and its state.
        viz_return_value: Has no effect.
    """
    return _decorated(Task, function, options)


def _decorated(
    kind: type[Flow[..., Any] | Task[..., Any]],
    function: Callable[..., Any] | None,
    options: Mapping[str, Any],
) -> Any:
    """Return *function* as a flow or task, or a decorator. Raises TypeError for an unknown option."""
    if function is not None:
        return kind(function, **options)
    for name in options:
        if name not in kind.option_names():
            raise TypeError(f"`@{kind.__name__.lower()}` has no option `{name}`.")
    return lambda inner: kind(inner, **options)
