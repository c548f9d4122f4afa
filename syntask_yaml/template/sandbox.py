"""Evaluate Jinja expressions in a restricted sandbox.

Every name of an expression is looked up in advance and passed in under a generated name, so that Jinja never
accesses attributes of values, and names may contain `-` and `$`. There are no calls and no statements;
filters come from a table, and `costs` limits them.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined
from jinja2.exceptions import SecurityError
from jinja2.nodes import Call, Const, Filter, Getitem, Node, Slice, Test, UnaryExpr
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.model.value import Value
from syntask_yaml.template.costs import MAX_RESULT, bounded, budget, charged, size, spend
from syntask_yaml.template.expression import ExpressionFailed, names_in, rename

_MAX_DEPTH = 50

FILTERS = (
    "abs capitalize count d default dictsort first float int items join last length list lower max min "
    "replace reverse round select reject sort string sum title tojson trim unique upper urlencode"
).split()
_FAILURES = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError)


def evaluate(text: str, values: Mapping[str, Any]) -> Value:
    """Return the value of the expression *text*; *values* are the values of its defined names.

    Raises ExpressionFailed.
    """
    aliases = _aliases(text)
    if (
        sum(times * size(values[name]) for name, times in names_in(text).items() if name in values)
        > MAX_RESULT
    ):
        raise ExpressionFailed(f"Its values together are longer than {MAX_RESULT:,} characters.")
    try:
        with budget():
            value = _compiled(rename(text, aliases))({aliases[name]: values[name] for name in values})
            spend(size(value))
            return _plain(value)
    except (TemplateError, *_FAILURES) as error:
        raise ExpressionFailed(_sentence(error, aliases), _values_hint(text, error)) from error


@lru_cache(maxsize=4096)
def check(text: str) -> None:
    """Raise ExpressionFailed if *text* is invalid, contains a call, or is nested too deeply."""
    aliases = _aliases(text)
    try:
        tree = _environment().parse(f"{{{{ {rename(text, aliases)} }}}}")
    except RecursionError as error:  # Jinja's parser recurses for each `not`, sign and bracket
        raise _too_deep() from error
    except (TemplateError, *_FAILURES) as error:
        raise ExpressionFailed(_sentence(error, aliases), _BRACES_HINT) from error
    for node, depth in _nodes(tree):
        if depth > _MAX_DEPTH:
            raise _too_deep()
        _check_node(node)


def _too_deep() -> ExpressionFailed:
    detail = f"It is nested more than {_MAX_DEPTH} levels deep; each operator of a chain counts."
    return ExpressionFailed(detail, "Split it, or let a step output the value.")


def _nodes(tree: Node) -> Iterator[tuple[Node, int]]:
    """Yield every node of *tree* with its depth, without recursion."""
    remaining = [(tree, 0)]
    while remaining:
        node, depth = remaining.pop()
        yield node, depth
        remaining += [(child, depth + 1) for child in node.iter_child_nodes()]


def _check_node(node: Node) -> None:
    if isinstance(node, Call):
        raise ExpressionFailed("Functions cannot be called here. Use filters (`name | lower`).", _BRACES_HINT)
    if isinstance(node, Const):
        try:
            bounded(node.value)
        except SecurityError as error:
            raise ExpressionFailed(str(error), "Write a smaller number.") from error
    if isinstance(node, Getitem) and isinstance(node.arg, Slice) and _is_scalar(node.node):
        raise ExpressionFailed("Only text and lists can be sliced.", "Remove the brackets.")
    for kind, known in ((Filter, _environment().filters), (Test, _environment().tests)):
        if isinstance(node, kind) and node.name not in known:
            listed = f"There are {', '.join(f'`{name}`' for name in sorted(known) if name.isalpha())}."
            hint = did_you_mean(node.name, known, otherwise=listed)
            raise ExpressionFailed(f"The {kind.__name__.lower()} `{node.name}` does not exist.", hint)


def _is_scalar(node: Node) -> bool:
    """Return whether *node* is a scalar literal, about which Python warns on standard error."""
    while isinstance(node, UnaryExpr):
        node = node.node
    return isinstance(node, Const) and not isinstance(node.value, str)


_BRACES_HINT = 'For literal braces, write `{{ "{{" }}`.'


def _values_hint(text: str, error: Exception) -> str:
    """Return the hint for a valid expression that has no value."""
    names = " and ".join(f"`{name}`" for name in names_in(text))
    if isinstance(error, _NotConverted):
        default = f"give `{error.filter}` a default: `{error.filter}(0)`"
        return f"Set {names} to a {error.kind}, or {default}." if names else f"{default.capitalize()}."
    return f"Check the value of {names}." if names else "Fix the expression."


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
    with warnings.catch_warnings():
        # Python warns of constants such as `true[1]` during compilation; the evaluation reports the error.
        warnings.simplefilter("ignore", SyntaxWarning)
        compiled: Callable[[Mapping[str, Any]], Any] = _environment().compile_expression(
            text, undefined_to_none=False
        )
    return compiled


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002  (Jinja's signature)
        return False

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        are_numbers = all(isinstance(side, (int, float)) for side in (left, right))
        if operator == "**" or (operator in "*%" and not are_numbers):
            raise SecurityError(f"`{operator}` can only be used with plain numbers.")
        spend(size(left) + size(right))
        return bounded(super().call_binop(context, operator, left, right))


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, optimized=False)
    filters = {**environment.filters, "int": _whole_number, "float": _number, "tojson": _as_json}
    environment.filters = {name: charged(name, filters[name]) for name in FILTERS}
    environment.globals = {}
    return environment


class _NotConverted(SecurityError):
    """*value* cannot be converted to the *kind* of *filter*."""

    def __init__(self, value: Any, kind: str, filter: str) -> None:
        super().__init__(f"`{str(value)[:60]}` is not a {kind}.")
        self.kind = kind
        self.filter = filter


def _whole_number(value: Any, default: Any = None) -> Any:
    """Convert as Jinja's `int`, but fail for a text that is not a number, instead of returning 0."""
    return _converted(value, int, "whole number", default)


def _number(value: Any, default: Any = None) -> Any:
    """Convert as Jinja's `float`, but fail for a text that is not a number."""
    return _converted(value, float, "number", default)


def _converted(value: Any, convert: type[int] | type[float], kind: str, default: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # raises an error that names the undefined name
    try:
        return bounded(convert(value))
    except (ValueError, TypeError, OverflowError, SecurityError) as error:
        if default is not None:
            return default
        raise _NotConverted(value, kind, convert.__name__) from error


def _as_json(value: Any) -> str:
    """Convert as Jinja's `tojson`, without escaping for HTML."""
    return json.dumps(value, sort_keys=True)


def _plain(value: Any) -> Value:
    """Return *value* with lists for tuples. Raises SecurityError for types that a project cannot contain."""
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Undefined):
        str(value)  # raises an error that names the undefined name
    if isinstance(value, str):
        if len(value) > MAX_RESULT:
            raise SecurityError(f"Its value is longer than {MAX_RESULT:,} characters.")
        return str(value)  # some filters return a `Markup`
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise SecurityError(f"The type of its value ({type(value).__name__}) is not supported in a project.")
