"""Call a flow with converted arguments, retries and a time limit."""

from __future__ import annotations

import inspect
import signal
import time
import types
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from syntask._options import options_of
from syntask_yaml.worker.arguments import bind_with_defaults, converted, signature_of


class TimedOut(Exception):
    """An attempt exceeded the time limit of the flow."""


@dataclass(frozen=True, slots=True)
class Call:
    """A flow and the arguments to call it with."""

    function: Callable[..., Any]
    arguments: Mapping[str, Any]


def bind(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Call:
    """Return the call of *function* with *parameters*, which are JSON, converted as its annotations ask.

    Raises TypeError for parameters that it does not have or lacks, ParametersInvalid for values that do
    not fit, and whatever Prefect raises for one of its own flows.
    """
    try:
        signature = signature_of(function)
    except ValueError:  # compiled, without a signature
        return Call(function, parameters)
    bound = bind_with_defaults(signature, parameters)
    is_prefects = getattr(function, "should_validate_parameters", None)
    if is_prefects:
        function.validate_parameters(bound)  # type: ignore[attr-defined]
    if is_prefects is not None or not inspect.isroutine(function):  # it converts its own arguments
        return Call(function, parameters)
    return Call(function, {**parameters, **converted(function, signature, bound)})


def call_flow(call: Call, *, on_retry: Callable[[int, BaseException], None]) -> Any:
    """Make the call, with the retries of the `flow` decorator.

    *on_retry* is called for each failed attempt that is followed by another one. Raises what the last
    attempt raised, or TimedOut.
    """
    options = options_of(call.function)
    for attempt in range(options.retries + 1):
        try:
            with _time_limit(options.timeout_seconds):
                return _outcome(call.function, call.function(**call.arguments))
        except Exception as error:
            if attempt == options.retries:
                raise
            on_retry(attempt + 1, error)
            time.sleep(options.retry_delay_seconds)
    raise AssertionError("a loop of at least one attempt returns or raises")


def _outcome(function: Callable[..., Any], result: Any) -> Any:
    """Return *result* once the body of *function* has run: a coroutine or generator has not started.

    Yielded values are discarded.
    """
    body = inspect.unwrap(function)
    if inspect.isgeneratorfunction(body) and inspect.isgenerator(result):
        deque(result, maxlen=0)
        return None
    if inspect.isasyncgenfunction(body) and inspect.isasyncgen(result):
        return _awaited(_exhausted(result))
    return _awaited(result) if inspect.isawaitable(result) else result


async def _exhausted(items: AsyncIterator[Any]) -> None:
    async for _ in items:
        pass


def _awaited(awaitable: Any) -> Any:
    import asyncio  # takes 20 ms, and only coroutines need it

    async def finished() -> Any:
        return await awaitable

    return asyncio.run(finished())


@contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return

    def ring(_signal: int, _frame: types.FrameType | None) -> None:
        raise TimedOut(f"The flow exceeded its time limit of {seconds:g} seconds.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
