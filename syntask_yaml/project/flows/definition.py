"""Find the function of an entrypoint, and all flows of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from syntask_yaml.project.flows.decorators import Options, is_bound_to_class, is_flow, options_in, options_of
from syntask_yaml.project.flows.own_decorators import options_made
from syntask_yaml.pysource.bindings import Assigned, Defined, UnknownBinding, class_names
from syntask_yaml.pysource.lookup import attribute, lookup_own, resolve, try_resolve
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import (
    Definition,
    External,
    Member,
    SourceExpression,
    Symbol,
    Undefined,
    Unknowable,
)

_NO_FLOW = (
    *(
        ast.BinOp,
        ast.Compare,
        ast.Constant,
        ast.Dict,
        ast.DictComp,
        ast.GeneratorExp,
        ast.JoinedStr,
        ast.List,
    ),
    *(ast.ListComp, ast.Set, ast.SetComp, ast.Tuple, ast.UnaryOp),
)


class NotThere(Exception):
    """A name is undefined; the message is a sentence that says so."""


class NotAFlow(Exception):
    """A name refers to something that cannot be deployed; the message says what it is, *hint* what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ExternalImport(Exception):
    """A name is imported from outside the project; the message is its full name."""


class FlowDefinition(NamedTuple):
    """The function of an entrypoint. *options* are those of a flow, None for a plain function.

    *possible* is the problem to report unless an unknown decorator makes it a flow. *function* is None if it
    is known only after running the module; *reason* says why something is uncertain.
    """

    name: str
    scope: NameScope
    line: int
    function: Definition | None = None
    options: Options | None = None
    possible: Options | None = None
    reason: str = ""


def find(scope: NameScope, name: str) -> FlowDefinition:
    """Return the definition of *name* in a module: a function defined or imported, or made by `flow(…)`.

    Raises `NotThere`, `NotAFlow` or `ExternalImport`.
    """
    first, *others = name.split(".")
    try:
        symbol = lookup_own(first, scope)
    except Undefined:
        if scope.module.binds_at_run_time:
            return FlowDefinition(name, scope, 1, reason="the file assigns names dynamically at run time")
        if first in scope.module.walrus_names:
            return FlowDefinition(name, scope, 1, reason=f"`{first}` is assigned inside of an expression")
        raise NotThere(_why_not_there(scope, first)) from None
    except Unknowable as error:
        return _last_of_several(scope, first, others, str(error))
    try:
        for other in others:
            symbol = _attribute(symbol, other)
    except Unknowable as error:
        return FlowDefinition(
            name, scope, getattr(symbol, "node", scope.module.tree.body[0]).lineno, reason=str(error)
        )
    return _found(name, symbol, is_method=bool(others))


def flows(scope: NameScope) -> Iterator[FlowDefinition]:
    """Yield the deployable flows that a module defines, sorted by line."""
    found = [flow for name in _candidates(scope) for flow in _flow(scope, name)]
    yield from sorted(found, key=lambda flow: flow.line)


def _candidates(scope: NameScope) -> Iterator[str]:
    for name, held in scope.module.names.names.items():
        match held[-1].origin:
            case Defined(node=ast.ClassDef(body=body)):
                for part in body:
                    if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        yield f"{name}.{part.name}"
            case Defined() | Assigned(value=ast.Call()):
                yield name


def _flow(scope: NameScope, name: str) -> Iterator[FlowDefinition]:
    try:
        found = find(scope, name)
    except (NotThere, NotAFlow, ExternalImport):
        return
    if found.options is not None:
        yield found


def _why_not_there(scope: NameScope, name: str) -> str:
    file = scope.module.path.name
    for node in ast.walk(scope.module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return f"`{name}` in `{file}` is nested in another function or class."
    return f"`{file}` does not define `{name}`."


def _last_of_several(scope: NameScope, name: str, others: list[str], reason: str) -> FlowDefinition:
    held = scope.module.names.names.get(name)
    match held[-1].origin if held else None:
        case Defined(node=node) if not others:
            found = _found(name, Definition(node, scope.at(node.lineno)), is_method=False)
            return found._replace(reason=reason)
        case Defined() | Assigned() | UnknownBinding():
            return FlowDefinition(
                ".".join([name, *others]), scope, held[-1].line if held else 1, reason=reason
            )
    raise NotThere(f"Cannot find `{name}`: {reason}.")


def _attribute(owner: Symbol, name: str) -> Symbol:
    if isinstance(owner, SourceExpression) and _is_worked_out(owner.node):
        raise Unknowable(f"`{owner.name}` is created at run time")
    if not isinstance(owner, Definition) or not isinstance(owner.node, ast.ClassDef):
        raise NotThere(f"`{owner.name}` has no `{name}`.")
    found = attribute(owner, name, owner.scope)
    if not isinstance(found, Member):
        return found
    if name in class_names(owner.node).names:
        raise Unknowable(f"`{owner.name}.{name}` is created at run time")
    for base in owner.node.bases:
        inherited = try_resolve(base, owner.scope)
        if isinstance(inherited, Definition):
            return _attribute(inherited, name)
    raise NotThere(f"The class `{owner.name}` has no `{name}`.")


def _found(name: str, symbol: Symbol, *, is_method: bool) -> FlowDefinition:
    match symbol:
        case Definition(node=ast.FunctionDef() | ast.AsyncFunctionDef() as node, scope=scope):
            if is_method and not is_bound_to_class(node, scope):
                raise NotAFlow(
                    f"`{name}` is an instance method, and a run has no instance to call it on.",
                    "Make it a function, a `@staticmethod` or a `@classmethod`.",
                )
            options = options_of(node, scope)
            made = None if options else options_made(node, scope)
            if made is not None and not made.unknown:
                options, made = made, None
            return FlowDefinition(name, scope, node.lineno, symbol, options, made)
        case SourceExpression(node=ast.Call() as call, scope=scope):
            return _assigned_flow(name, call, scope)
        case SourceExpression(node=node, scope=scope) if _is_worked_out(node):
            return FlowDefinition(name, scope, node.lineno, reason=f"`{name}` is created at run time")
        case External(name=full_name) if "." in full_name:
            raise ExternalImport(full_name)
    raise NotAFlow(f"`{name}` is not a function.")


def _is_worked_out(node: ast.expr) -> bool:
    """Return whether the value of *node* may be a flow; other expressions are certainly not."""
    return not isinstance(node, _NO_FLOW)


def _assigned_flow(name: str, call: ast.Call, scope: NameScope) -> FlowDefinition:
    """Return the definition of an assigned call of `flow`, of its result, or of `with_options`."""
    unknown = FlowDefinition(name, scope, call.lineno, reason=f"`{name}` is created at run time")
    match call:
        case ast.Call(func=ast.Attribute(value=original, attr="with_options")):
            before = _resolved(original, scope)
            if before is None or before.options is None:
                return unknown
            options = before.options.then(options_in(call, scope))
            return before._replace(name=name, options=options, line=call.lineno)
        case ast.Call(func=ast.Call() as decorator, args=[wrapped]) if is_flow(decorator.func, scope):
            options = options_in(decorator, scope)
        case ast.Call(func=decorator, args=[wrapped, *_]) if is_flow(decorator, scope):
            options = options_in(call, scope)
        case _:
            return unknown
    function = _resolved(wrapped, scope)
    if function is None or function.function is None:
        return unknown._replace(options=options)
    return function._replace(name=name, options=options, line=call.lineno)


def _resolved(node: ast.expr, scope: NameScope) -> FlowDefinition | None:
    try:
        return _found(ast.unparse(node), resolve(node, scope), is_method=False)
    except (Unknowable, NotAFlow, NotThere, ExternalImport):
        return None
