"""Call a flow: arguments as their annotations say, retries, a time limit."""

from __future__ import annotations

import inspect
import signal
import time
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, get_type_hints

from syntask._flow import options_of
from syntask_yaml.worker.arguments import convert


class TimedOut(Exception):
    """An attempt took longer than the flow allows."""


@dataclass(frozen=True, slots=True)
class Call:
    """A flow and the arguments to call it with."""

    function: Callable[..., Any]
    arguments: Mapping[str, Any]


def bind(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Call:
    """The call of *function* with *parameters*, which are JSON, as its annotations want them.

    Raises TypeError for parameters that it does not have or lacks, and whatever its types raise for
    values that do not fit.
    """
    arguments = _arguments(function, parameters)
    if getattr(function, "should_validate_parameters", False):  # a flow object of Prefect's
        function.validate_parameters(_with_defaults(function, arguments))  # type: ignore[attr-defined]
    try:
        signature = inspect.signature(function)
    except ValueError:  # compiled, and says nothing of its parameters
        return Call(function, arguments)
    signature.bind(**arguments)
    return Call(function, arguments)


def _with_defaults(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    bound = inspect.signature(function).bind(**arguments)
    bound.apply_defaults()
    return dict(bound.arguments)


def call_flow(call: Call, *, on_retry: Callable[[int, BaseException], None]) -> Any:
    """Make the call, again as often as the `flow` decorator says.

    *on_retry* hears of each failed attempt that is followed by another one. Raises what the last
    attempt raised, or TimedOut.
    """
    options = options_of(call.function)
    for attempt in range(options.retries + 1):
        try:
            with _time_limit(options.timeout_seconds):
                result = call.function(**call.arguments)
                return _awaited(result) if inspect.isawaitable(result) else result
        except Exception as error:
            if attempt == options.retries:
                raise
            on_retry(attempt + 1, error)
            time.sleep(options.retry_delay_seconds)
    raise AssertionError("a loop of at least one attempt returns or raises")


def _awaited(awaitable: Any) -> Any:
    import asyncio  # 20 ms that only a flow which is a coroutine needs

    async def finished() -> Any:
        return await awaitable

    return asyncio.run(finished())


@contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return

    def ring(_signal: int, _frame: types.FrameType | None) -> None:
        raise TimedOut(f"The flow took longer than {seconds:g} seconds.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _arguments(function: Callable[..., Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    if not inspect.isroutine(function):  # a flow object of Prefect's, which reads its own arguments
        return dict(parameters)
    try:
        hints = get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001  (names that only a type checker sees: values go in as they are)
        return dict(parameters)
    return {name: convert(value, hints.get(name, Any)) for name, value in parameters.items()}
