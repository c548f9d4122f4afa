"""Call a flow: arguments as their annotations say, retries, a time limit."""

from __future__ import annotations

import inspect
import signal
import time
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from syntask._flow import options_of
from syntask_yaml.model.timing import parse_interval, parse_moment


class TimedOut(Exception):
    """An attempt took longer than the flow allows."""


def call_flow(
    function: Callable[..., Any],
    parameters: Mapping[str, Any],
    *,
    on_retry: Callable[[int, BaseException], None],
) -> Any:
    """Call *function* with *parameters*, again as often as its `flow` decorator says.

    *on_retry* hears of each failed attempt that is followed by another one. Raises what the last
    attempt raised, or TimedOut.
    """
    options = options_of(function)
    arguments = _arguments(function, parameters)
    for attempt in range(options.retries + 1):
        try:
            with _time_limit(options.timeout_seconds):
                result = function(**arguments)
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


# How JSON becomes the values that functions ask for.
_CONVERSIONS: Mapping[Any, Callable[[Any], Any]] = {
    datetime: lambda value: (
        parse_moment(value) if "T" in value or " " in value else datetime.fromisoformat(value)
    ),
    date: date.fromisoformat,
    time_of_day: time_of_day.fromisoformat,
    timedelta: lambda value: timedelta(seconds=parse_interval(value)),
    Decimal: lambda value: Decimal(str(value)),
    UUID: UUID,
    Path: Path,
    bytes: lambda value: value.encode(),
    float: float,
    set: set,
    frozenset: frozenset,
    tuple: tuple,
}


def convert(value: Any, annotation: Any) -> Any:
    """*value*, which is JSON, as *annotation* says; unchanged where that says nothing about it.

    Raises ValueError or TypeError for a value that does not fit.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return convert(value, arguments[0])
    if origin in (Union, types.UnionType):
        return _convert_union(value, arguments)
    if origin is Literal or annotation is Any or value is None:
        return value
    if isinstance(value, list) and origin in (list, set, frozenset, tuple):
        return _convert_items(value, origin, arguments)
    if isinstance(value, dict) and origin is dict:
        return {key: convert(item, arguments[1]) for key, item in value.items()}
    return _convert_plain(value, origin or annotation)


def _convert_union(value: Any, choices: tuple[Any, ...]) -> Any:
    """The first choice that takes the value as it is, or else the first that it can be made into."""
    plain = (str, int, float, bool, list, dict, type(None))
    if any(type(value) is choice for choice in choices if choice in plain):
        return value
    for choice in choices:
        try:
            return convert(value, choice)
        except (ValueError, TypeError, AttributeError):
            continue
    return value


def _convert_items(value: list[Any], kind: Any, arguments: tuple[Any, ...]) -> Any:
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        return tuple(convert(item, each) for item, each in zip(value, arguments, strict=True))
    each = arguments[0] if arguments else Any
    return kind(convert(item, each) for item in value)


def _convert_plain(value: Any, kind: Any) -> Any:
    if not isinstance(kind, type) or isinstance(value, kind):
        return value
    if issubclass(kind, Enum):
        return kind(value)
    if hasattr(kind, "model_validate"):  # a pydantic model
        return kind.model_validate(value)
    if isinstance(value, dict) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: convert(item, hints.get(name, Any)) for name, item in value.items()})
    conversion = _CONVERSIONS.get(kind)
    return value if conversion is None else conversion(value)
