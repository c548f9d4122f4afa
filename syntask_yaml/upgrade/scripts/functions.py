"""Evaluation of calls of the standard library and of `pendulum`, by qualified name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syntask_yaml.upgrade.scripts.constants import Dynamic
from syntask_yaml.upgrade.scripts.evaluate import Call, Evaluator, Found
from syntask_yaml.upgrade.scripts.reach import Frame
from syntask_yaml.upgrade.template_text import TemplateText

_Function = Callable[..., Any]


def _with_values(function: _Function) -> Call:
    """Return a handler that calls *function* with the argument values, without their locations."""

    def call(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
        positional = [evaluator.evaluate(each, frame).value for each in node.args]
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise Dynamic(keyword.value)
            named[keyword.arg] = evaluator.evaluate(keyword.value, frame).value
        return Found(function(*positional, **named), evaluator.start(node, frame))

    return call


def _mapping(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
    """Evaluate `dict(a=1)`, each value with its location."""
    if node.args:
        raise Dynamic(node)
    return evaluator.mapping(keywords(evaluator, node, frame), evaluator.start(node, frame), frame)


def keywords(evaluator: Evaluator, node: ast.Call, frame: Frame) -> list[tuple[str, int, ast.expr]]:
    """Return the keyword arguments of a call, with the positions of their names. Raises Dynamic for `**`."""
    pairs = []
    for keyword in node.keywords:
        if keyword.arg is None:
            raise Dynamic(keyword.value)
        pairs.append((keyword.arg, evaluator.start(keyword, frame), keyword.value))
    return pairs


def _number(kind: type[int] | type[float]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        return value.filtered(kind.__name__) if isinstance(value, TemplateText) else kind(value)

    return convert


def _text(value: Any) -> Any:
    if not isinstance(value, (str, int, float)):
        raise ValueError("the text of this value is not known")
    return value if isinstance(value, str) else str(value)


def _list(value: Any = ()) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ValueError("this is not a list")
    return list(value)


def _zone(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError("the time zone has no name")
    return name


def _pendulum(*parts: int, tz: str | None = "UTC", **more: int) -> datetime:
    return datetime(*parts, **more, tzinfo=ZoneInfo(tz) if tz else None)  # type: ignore[arg-type, misc]  # as in Python


def _moment(*parts: Any, tzinfo: str | None = None, **more: int) -> datetime:
    """Evaluate a datetime; time zones are names here."""
    if len(parts) > 7:
        raise ValueError("a time zone by position")
    zone = None if tzinfo is None else UTC if tzinfo == "UTC" else ZoneInfo(tzinfo)
    return datetime(*parts, **more, tzinfo=zone)  # type: ignore[arg-type, misc]  # as in Python


FUNCTIONS: Mapping[str, Call] = {
    "os.getenv": _with_values(TemplateText.of_variable),
    "os.environ.get": _with_values(TemplateText.of_variable),
    "datetime.timedelta": _with_values(timedelta),
    "pendulum.duration": _with_values(timedelta),
    "pendulum.Duration": _with_values(timedelta),
    "datetime.datetime": _with_values(_moment),
    "datetime.datetime.fromisoformat": _with_values(datetime.fromisoformat),
    "pendulum.datetime": _with_values(_pendulum),
    "pendulum.timezone": _with_values(_zone),
    "pytz.timezone": _with_values(_zone),
    "zoneinfo.ZoneInfo": _with_values(_zone),
    "builtins.dict": _mapping,
    "builtins.list": _with_values(_list),
    "builtins.tuple": _with_values(_list),
    "builtins.str": _with_values(_text),
    "builtins.int": _with_values(_number(int)),
    "builtins.float": _with_values(_number(float)),
}
