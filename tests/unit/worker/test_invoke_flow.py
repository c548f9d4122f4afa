"""Parameters, which are JSON, as the arguments that a flow's annotations ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

import pytest

from syntask import flow
from syntask_yaml.errors import ParametersInvalid
from syntask_yaml.worker.invoke_flow import bind, call_flow


class Colour(Enum):
    RED = "red"


@dataclass
class Window:
    start: date
    length: timedelta = timedelta(hours=1)


@flow
def typed(day: date, colours: list[Colour], window: Window | None = None, *, count: int = 1) -> Any:
    return day, colours, window, count


@flow
async def waiting(name: str) -> str:
    return name


@flow
def open_ended(**more: int) -> Any:
    return more


@pytest.mark.parametrize(
    ("function", "parameters", "expected"),
    [
        (typed, {"day": "2026-01-31", "colours": ["red"]}, (date(2026, 1, 31), [Colour.RED], None, 1)),
        (
            typed,
            {"day": "2026-01-31", "colours": [], "window": {"start": "2026-02-01"}, "count": 2},
            (date(2026, 1, 31), [], Window(date(2026, 2, 1)), 2),
        ),
        (waiting, {"name": "x"}, "x"),
        (open_ended, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        (dict, {"a": 1}, {"a": 1}),
    ],
)
def test_what_a_flow_is_called_with(
    function: Callable[..., Any], parameters: dict[str, Any], expected: Any
) -> None:
    """Also where a parameter is left to its default, and where a function says nothing of its own."""
    state = call_flow(bind(function, parameters), on_retry=lambda _attempt, _error: None)
    assert state.result() == expected


@pytest.mark.parametrize(
    ("function", "parameters", "error"),
    [
        (typed, {}, TypeError),
        (typed, {"day": "2026-01-31"}, TypeError),
        (typed, {"day": "2026-01-31", "colours": [], "colour": 1}, TypeError),
        (typed, {"day": "soon", "colours": []}, ParametersInvalid),
        (typed, {"day": "2026-01-31", "colours": ["blue"]}, ParametersInvalid),
        (typed, {"day": "2026-01-31", "colours": [], "window": {"end": 1}}, ParametersInvalid),
        (waiting, {"name": "x", "other": 1}, TypeError),
    ],
)
def test_parameters_that_do_not_fit(
    function: Callable[..., Any], parameters: dict[str, Any], error: type[Exception]
) -> None:
    """They are found before the call."""
    with pytest.raises(error):
        bind(function, parameters)
