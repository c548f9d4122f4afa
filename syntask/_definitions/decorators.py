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
    """`@flow`, bare or with options; `flow.from_source(…)` is a flow whose code is elsewhere."""

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
        """Make a function a flow, bare (`@flow`) or with options (`@flow(retries=2)`).

        Args:
            name: What it is called. Default: the name of the function, with `-` for `_`.
            version: A text that says which version of the flow a run was of.
            flow_run_name: What its runs are called: a template of the parameters, `{city}-{day}`, or a
                function that returns a text.
            retries: How many more attempts a run has after one that failed.
            retry_delay_seconds: Seconds before each of them.
            task_runner: What executes the tasks that it submits.
            description: What it is for. Default: its docstring.
            timeout_seconds: How long an attempt may take.
            validate_parameters: Whether arguments are converted as the annotations ask.
            persist_result: Whether results of its tasks are kept, where a task does not say.
            result_storage: A folder for them. Default: `$SYNTASK_HOME/results`.
            result_serializer: `json`, or `pickle` for what JSON cannot hold.
            cache_result_in_memory: Has no effect.
            log_prints: Whether `print` goes to the logger of the run.
            on_completion: Functions that are called when a run completes; `on_failure`, `on_cancellation`,
                `on_crashed` and `on_running` likewise. They take the flow, the run and its state.
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
    """Make a function a task, bare (`@task`) or with options (`@task(retries=2)`).

    Args:
        name: What it is called. Default: the name of the function.
        description: What it is for. Default: its docstring.
        tags: Words that its runs are found by.
        version: A text that says which version of the task a run was of.
        cache_policy: What makes two calls equal, so that the second takes the result of the first; see
            `syntask.cache_policies`.
        cache_key_fn: A function that makes the key of a call: it takes the context and the inputs.
        cache_expiration: How long a result is kept. Default: for good.
        task_run_name: What its runs are called: a template of the parameters, `load-{day}`, or a function
            that returns a text.
        retries: How many more attempts a run has after one that failed.
        retry_delay_seconds: Seconds before each of them: a number, a list, or a function of the number of
            retries that returns a list, such as `exponential_backoff(2)`.
        retry_jitter_factor: By what part of itself a delay may be shorter or longer, at random.
        persist_result: Whether results are kept in files. Default: if caching needs it, or as the flow says.
        result_storage: A folder for them. Default: `$SYNTASK_HOME/results`.
        result_serializer: `json`, or `pickle` for what JSON cannot hold.
        result_storage_key: The key of the result: a template of `parameters`, `flow_run` and `task_run`.
        cache_result_in_memory: Has no effect.
        timeout_seconds: How long an attempt may take.
        log_prints: Whether `print` goes to the logger of the run. Default: as the flow says.
        refresh_cache: Whether to run even if there is a result, and to replace that.
        on_completion: Functions that are called when a run completes; `on_failure` and `on_running`
            likewise. They take the task, the run and its state.
        retry_condition_fn: A function that says whether a failure is worth another attempt. It takes the
            task, the run and its state.
        viz_return_value: Has no effect.
    """
    return _decorated(Task, function, options)


def _decorated(
    kind: type[Flow[..., Any] | Task[..., Any]],
    function: Callable[..., Any] | None,
    options: Mapping[str, Any],
) -> Any:
    """*function* as a flow or task, or what makes it one. Raises TypeError for an option there is not."""
    if function is not None:
        return kind(function, **options)
    for name in options:
        if name not in kind.option_names():
            raise TypeError(f"`@{kind.__name__.lower()}` has no option `{name}`.")
    return lambda inner: kind(inner, **options)
