"""Detect defaults that change on each evaluation, such as `datetime.now()`, by their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.model.written_default import commented
from syntask_yaml.project.flows.schema import Schema
from syntask_yaml.pysource.lookup import try_resolve
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.signature import parameters
from syntask_yaml.pysource.symbols import Definition, External, SourceExpression

# By the last part of the function's name: those of other packages are treated as Python's own.
CALLS = frozenset(
    (
        "choice ctime getcwd getenv gethostname getlogin getpid getuser gmtime localtime mkdtemp mkstemp "
        "monotonic now perf_counter randint random randrange sample shuffle strftime time time_ns today "
        "token_bytes token_hex token_urlsafe urandom utcnow uuid1 uuid4 uuid6 uuid7"
    ).split()
)
# Constructors that always return the same value.
STEADY = frozenset({"datetime.time"})
NAMES = frozenset({"os.environ"})
MAX_DEPTH = 10


def marked(schema: Schema, function: Definition) -> Schema:
    """Return *schema* with a comment on each default that changes on each evaluation."""
    node = function.node
    assert not isinstance(node, ast.ClassDef)
    schema = _with_comments(schema, dict(_of_arguments(node.args, function.scope)))
    definitions: Mapping[str, Any] = schema.get("definitions") or {}
    classes = _classes(function)
    changed = {
        name: _with_comments(definition, dict(_of_class(classes[name])))
        for name, definition in definitions.items()
        if name in classes
    }
    return {**schema, "definitions": {**definitions, **changed}} if changed else schema


def _with_comments(schema: Any, written: Mapping[str, str]) -> Any:
    properties = schema.get("properties") or {}
    remarked = {
        name: commented(properties[name], text)
        for name, text in written.items()
        if "default" in properties.get(name, {})
    }
    return {**schema, "properties": {**properties, **remarked}} if remarked else schema


def _of_arguments(args: ast.arguments, scope: NameScope) -> Iterator[tuple[str, str]]:
    for parameter in parameters(args):
        if parameter.default is not None and is_volatile(parameter.default, scope):
            yield parameter.name, ast.unparse(parameter.default)


def _of_class(owner: Definition) -> Iterator[tuple[str, str]]:
    assert isinstance(owner.node, ast.ClassDef)
    for part in owner.node.body:
        match part:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if is_volatile(
                value, owner.scope
            ):
                yield name, ast.unparse(value)


def _classes(function: Definition) -> dict[str, Definition]:
    """Return the project classes that the annotations of *function* refer to, by name."""
    found: dict[str, Definition] = {}
    seen: set[object] = set()
    waiting: list[tuple[ast.AST, NameScope]] = [(function.node, function.scope)]
    while waiting:
        node, scope = waiting.pop()
        for part in ast.walk(node):
            if not isinstance(part, (ast.Name, ast.Attribute)):
                continue
            symbol = try_resolve(part, scope.deferred())
            if symbol in seen:
                continue
            seen.add(symbol)
            match symbol:
                case Definition(node=ast.ClassDef()):
                    found[symbol.name] = symbol
                    waiting.append((symbol.node, symbol.scope))
                case SourceExpression():
                    waiting.append((symbol.node, symbol.scope))
    return found


def is_volatile(node: ast.AST, scope: NameScope, depth: int = 0) -> bool:
    """Return whether the value of *node* depends on the clock, on randomness or on the environment."""
    if depth > MAX_DEPTH:
        return False
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and _is_volatile_call(part.func, scope):
            return True
        if isinstance(part, (ast.Name, ast.Attribute)) and _leads_to_volatile(part, scope, depth):
            return True
    return False


def _is_volatile_call(node: ast.expr, scope: NameScope) -> bool:
    symbol = try_resolve(node, scope)
    if isinstance(symbol, External):
        return symbol.name not in STEADY and symbol.name.rpartition(".")[2] in CALLS
    return isinstance(node, ast.Attribute) and node.attr in CALLS


def _leads_to_volatile(node: ast.expr, scope: NameScope, depth: int) -> bool:
    match try_resolve(node, scope):
        case External(name=name):
            return name in NAMES
        case SourceExpression(node=value, scope=there) if value is not node:
            return is_volatile(value, there, depth + 1)
        case Definition(node=ast.FunctionDef() as function, scope=there):
            return any(is_volatile(part, there.deferred().outside(), depth + 1) for part in function.body)
    return False
