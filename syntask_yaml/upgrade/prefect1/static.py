"""Values of expressions that are known without running code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.template_text import TemplateText, as_template
from syntask_yaml.upgrade.text_methods import is_method, result_of

Assigned = Callable[[str], ast.expr | None]
Elsewhere = Callable[[ast.expr, int], Any]
_MAX_DEPTH = 20


class NotStatic(ValueError):
    """The value is only known at run time."""


def evaluate(
    node: ast.expr,
    names: Callable[[ast.AST], str],
    assigned: Assigned,
    depth: int = 0,
    *,
    elsewhere: Elsewhere,
    reads_environment: bool = False,
) -> Any:
    """Return the value of *node*. Raises NotStatic.

    *names* returns qualified names, *assigned* the expression of a name that is set once, and *elsewhere* the
    value of a name of another file. With *reads_environment*, reads of the environment or of secrets become
    templates for the project file.
    """
    if depth > _MAX_DEPTH:
        raise NotStatic("nested too deep")

    def inner(each: ast.expr) -> Any:
        return evaluate(
            each, names, assigned, depth + 1, elsewhere=elsewhere, reads_environment=reads_environment
        )

    if reads_environment and (variable := _variable(node, names, inner)) is not None:
        return variable

    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [inner(item) for item in items]
        case ast.Dict(keys=keys, values=values) if all(keys):
            return {inner(key): inner(value) for key, value in zip(keys, values, strict=True) if key}
        case ast.Name(id=name) if (value := assigned(name)) is not None:
            return inner(value)
        case ast.JoinedStr(values=parts):
            return _text([inner(part) for part in parts])
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return inner(value)
        case _:
            is_name = isinstance(node, (ast.Name, ast.Attribute))
            return elsewhere(node, depth + 1) if is_name else _operation(node, names, inner)


def _variable(
    node: ast.expr, names: Callable[[ast.AST], str], inner: Callable[[ast.expr], Any]
) -> TemplateText | None:
    """Return the template for a read of an environment variable or a secret; None for others."""
    if (secret := secret_of(node, names)) is not None:
        return TemplateText.of_secret(slug(secret))
    match node:
        case ast.Subscript(value=owner, slice=key) if names(owner) == "os.environ":
            arguments = [key]
        case ast.Call(func=called, args=arguments, keywords=[]) if names(called) in _GETTERS:
            pass
        case _:
            return None
    try:
        return TemplateText.of_variable(*map(inner, arguments))
    except (ValueError, TypeError) as error:
        raise NotStatic(ast.unparse(node)) from error


def secret_of(node: ast.AST, names: Callable[[ast.AST], str]) -> str | None:
    """Return the name of the secret that an expression reads in place; None for others."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=made, args=[ast.Constant(value=str(name))]), attr="get"),
            args=[],
            keywords=[],
        ) if names(made) == "prefect.client.Secret":
            return name
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(name))):
            return name if names(owner) == "prefect.context.secrets" else None
    return None


_GETTERS = frozenset({"os.getenv", "os.environ.get"})
# Reads of the environment: calls of functions, or subscripts.
ENVIRONMENT = _GETTERS | {"os.environ"}


def _text(parts: list[Any]) -> str:
    """Return a string of *parts*, which is a template if one of them is."""
    if any(isinstance(part, TemplateText) for part in parts):
        return TemplateText("".join(map(as_template, parts)))
    return "".join(map(str, parts))


def _operation(node: ast.expr, names: Callable[[ast.AST], str], inner: Callable[[ast.expr], Any]) -> Any:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand) if isinstance(
            number := inner(operand), (int, float)
        ):
            return -number
        case ast.BinOp(left=left, op=operator, right=right):
            return _joined(inner(left), operator, inner(right))
        case ast.Call(func=ast.Attribute(value=text, attr=name), args=arguments, keywords=[]) if is_method(
            name
        ) and not names(node.func):
            return _method(inner(text), name, [inner(each) for each in arguments], node)
        case ast.Call():
            return _called(names(node.func), node, inner)
    raise NotStatic(ast.unparse(node))


def _method(text: Any, name: str, arguments: list[Any], node: ast.expr) -> str:
    try:
        return result_of(text, name, arguments)
    except ValueError as error:
        raise NotStatic(ast.unparse(node)) from error


def _joined(left: Any, operator: ast.operator, right: Any) -> Any:
    is_sum = isinstance(left, list) and isinstance(right, list)
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if isinstance(operator, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return _text([left, right])
    if isinstance(operator, ast.Add) and (is_sum or numbers):
        return left + right
    if isinstance(operator, ast.Mult) and numbers:
        return left * right
    raise NotStatic("an operation")


_CALLS: Mapping[str, Callable[..., Any]] = {
    "datetime.timedelta": timedelta,
    "pendulum.duration": timedelta,
    "datetime.datetime": datetime,
    "dict": dict,
}


def _called(name: str, node: ast.Call, inner: Callable[[ast.expr], Any]) -> Any:
    if not name and isinstance(node.func, ast.Name):
        name = node.func.id
    make = _CALLS.get(name)
    if make is None or any(keyword.arg is None for keyword in node.keywords):
        raise NotStatic(ast.unparse(node))
    arguments = [inner(argument) for argument in node.args]
    try:
        return make(*arguments, **{str(each.arg): inner(each.value) for each in node.keywords})
    except (TypeError, ValueError, OverflowError) as error:
        raise NotStatic(ast.unparse(node)) from error


def says_nothing(value: ast.expr) -> bool:
    """Return whether an option has no effect: `None`, or an empty list."""
    is_none = isinstance(value, ast.Constant) and value.value is None
    return is_none or (isinstance(value, ast.List) and not value.elts)
