"""Jinja expressions, in Jinja's sandbox with the doors shut.

Every name in an expression is looked up before and handed in under a made-up one, so that Jinja never
walks from a value to its attributes, and names may hold `-` and `$`. No calls, no statements; filters
from a table; nothing may become out of proportion to what went in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from math import prod
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined
from jinja2.exceptions import SecurityError
from jinja2.nodes import Call, Filter, Test
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.template.expression import ExpressionFailed, names_in, rename

MAX_RESULT = 1_000_000

_FILTERS = (
    "abs capitalize count d default dictsort first float int items join last length list lower max min "
    "replace reverse round select reject sort string sum title tojson trim unique upper urlencode"
).split()
_KINDS = (str, int, float, bool, list, dict, type(None))
_FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, RecursionError)


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """The value of the expression *text*; *values* has those of its names that have one.

    Raises ExpressionFailed.
    """
    aliases = _aliases(text)
    if (
        sum(times * _size(values[name]) for name, times in names_in(text).items() if name in values)
        > MAX_RESULT
    ):
        raise ExpressionFailed(f"Its values are longer than {MAX_RESULT:,} characters together.")
    try:
        value = _compiled(rename(text, aliases))({aliases[name]: values[name] for name in values})
    except (TemplateError, *_FAILURES) as error:
        raise ExpressionFailed(_sentence(error, aliases)) from error
    return _bounded(value)


@lru_cache(maxsize=4096)
def check(text: str) -> None:
    """Raise ExpressionFailed if *text* is no expression, or calls something."""
    aliases = _aliases(text)
    try:
        tree = _environment().parse(f"{{{{ {rename(text, aliases)} }}}}")
    except (TemplateError, RecursionError) as error:
        raise ExpressionFailed(_sentence(error, aliases)) from error
    if tree.find(Call) is not None:
        raise ExpressionFailed("Nothing can be called here; filters (`name | lower`) can be used.")
    for kind, known in ((Filter, _environment().filters), (Test, _environment().tests)):
        for used in tree.find_all(kind):
            if used.name not in known:
                near = did_you_mean(used.name, known)
                raise ExpressionFailed(f"There is no {kind.__name__.lower()} `{used.name}`. {near}".rstrip())


def _aliases(text: str) -> dict[str, str]:
    return {name: f"name_{index}" for index, name in enumerate(names_in(text))}


def _sentence(error: Exception, aliases: Mapping[str, str]) -> str:
    message = str(error) or type(error).__name__
    for name, alias in aliases.items():
        shown = f"`{name}`".replace("\\", "")
        message = re.sub(rf"'?\b{alias}\b'?", shown, message)
    message = re.sub(r"'end of (?:template|print statement)'", "end", message).rstrip(".")
    return f"{message[:1].upper()}{message[1:]}."


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Callable[[Mapping[str, Any]], Any]:
    compiled: Callable[[Mapping[str, Any]], Any] = _environment().compile_expression(
        text, undefined_to_none=False
    )
    return compiled


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002  (Jinja's signature)
        return False

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError(f"`{operator}` is for plain numbers here.")
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False)
    filters = {**environment.filters, "int": _whole_number, "float": _number, "tojson": _as_json}
    environment.filters = {name: _in_proportion(filters[name]) for name in _FILTERS}
    environment.globals = {}
    return environment


def _whole_number(value: Any, default: Any = None) -> Any:
    """Jinja's `int`, but a text that is no number is a failure, not 0."""
    return _converted(value, int, "whole number", default)


def _number(value: Any, default: Any = None) -> Any:
    """Jinja's `float`, in the same way."""
    return _converted(value, float, "number", default)


def _converted(value: Any, convert: Callable[[Any], Any], kind: str, default: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # says which name has no value
    try:
        return convert(value)
    except (ValueError, TypeError) as error:
        if default is not None:
            return default
        raise SecurityError(f"`{str(value)[:60]}` is no {kind}.") from error


def _as_json(value: Any) -> str:
    """Jinja's `tojson`, plainly: nothing here is for HTML."""
    return json.dumps(value, sort_keys=True)


def _in_proportion(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, unless its arguments could make a result of more than `MAX_RESULT` together."""

    @wraps(function)
    def checked(*args: Any, **options: Any) -> Any:
        sizes = [len(each) for each in (*args, *options.values()) if isinstance(each, (str, list, dict))]
        if prod(max(size, 1) for size in sizes) > MAX_RESULT:
            raise SecurityError(f"A value would be longer than {MAX_RESULT:,} characters.")
        return function(*args, **options)

    return checked


def _size(value: Any) -> int:
    """How much *value* makes a result grow: the length of a text, and one for each thing in a container."""
    if isinstance(value, Mapping):
        return sum(1 + _size(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return sum(1 + _size(item) for item in value)
    return len(value) if isinstance(value, str) else 1


def _bounded(value: Any) -> Any:
    if isinstance(value, Undefined):
        raise ExpressionFailed("It has no value.")
    if isinstance(value, str):
        value = str(value)  # some filters make a `Markup`
    value = list(value) if isinstance(value, tuple) else value
    if not isinstance(value, _KINDS):
        raise ExpressionFailed(f"Its value is of a kind ({type(value).__name__}) that no project holds.")
    if isinstance(value, (str, list, dict)) and len(value) > MAX_RESULT:
        raise ExpressionFailed(f"Its value is longer than {MAX_RESULT:,} characters.")
    return value
