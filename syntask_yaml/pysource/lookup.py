"""Resolve names in a scope."""

from __future__ import annotations

import ast
import builtins
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from syntask_yaml.pysource.bindings import Assigned, Binding, Defined, ImportedModule, ImportedName, Origin
from syntask_yaml.pysource.canonical_names import external
from syntask_yaml.pysource.locate import ModuleLocation
from syntask_yaml.pysource.module import Module, SourceUnreadable
from syntask_yaml.pysource.module_index import is_reserved
from syntask_yaml.pysource.scope import NameScope, first_line
from syntask_yaml.pysource.symbols import (
    Definition,
    External,
    Member,
    Package,
    SourceExpression,
    Symbol,
    Undefined,
    Unknowable,
)

MAX_HOPS = 20


def resolve(node: ast.expr, scope: NameScope) -> Symbol:
    """Resolve a name or a chain of attributes; any other node is returned as an expression.

    Raises `Undefined`, or `Unknowable`.
    """
    match node:
        case ast.Name(id=name):
            return lookup(name, scope)
        case ast.Attribute(value=value, attr=name):
            owner = resolve(value, scope)
            if isinstance(owner, (SourceExpression, Member)):
                return SourceExpression(node, scope)
            return attribute(owner, name, scope)
    return SourceExpression(node, scope)


def try_resolve(node: ast.expr, scope: NameScope) -> Symbol | None:
    """Return the result of `resolve`; None if it is not known statically."""
    try:
        return resolve(node, scope)
    except Unknowable:
        return None


def lookup(name: str, scope: NameScope) -> Symbol:
    """Return the symbol of *name*. Raises `Undefined`, `Unknowable`."""
    held = scope.around.at(name, scope.line_around)
    if held:
        return _agreed(name, held, scope)
    held = _in_module(name, scope)
    if held:
        return _agreed(name, held, scope.outside())
    if hasattr(builtins, name):
        return External(f"builtins.{name}")
    raise Undefined(f"`{name}` is not defined")


def lookup_own(name: str, scope: NameScope) -> Symbol:
    """Return the symbol of *name* in the module, without names that every module has. Raises Undefined."""
    found = lookup(name, scope)
    if found == External(f"builtins.{name}"):
        raise Undefined(f"`{name}` is not defined in `{scope.module.path.name}`")
    return found


def attribute(owner: Symbol, name: str, scope: NameScope) -> Symbol:
    """Return the symbol of `owner.name`. Raises `Undefined`, `Unknowable`."""
    match owner:
        case External(name=outer):
            return external(f"{outer}.{name}")
        case Package(location=location):
            return _of_package(location, name, scope)
        case Definition(node=ast.ClassDef() as node, scope=there):
            inside = there.within(node)
            held = inside.around.at(name, math.inf)
            if held and all(isinstance(binding.origin, Defined) for binding in held):
                return _agreed(name, held, inside)
            return Member(owner, name)
    raise Unknowable(f"`{name}` of `{owner.name}` cannot be determined from the source")


def is_of_class(name: str, scope: NameScope) -> bool:
    """Return whether the enclosing class binds *name*."""
    return bool(scope.around.at(name, scope.line_around))


def bound(name: str, scope: NameScope) -> float | None:
    """Return the line of the module that binds *name*, if any."""
    held = _in_module(name, scope)
    return held[0].line if held else None


def has(name: str, scope: NameScope) -> bool:
    """Return whether the module binds *name* in any way."""
    return bool(_in_module(name, scope))


def _in_module(name: str, scope: NameScope) -> Sequence[Binding]:
    names = scope.module.names
    held = names.at(name, scope.line)
    if not names.stars:
        return held
    last = max((binding.line for binding in held if binding.is_certain), default=0)
    stars = [star for star in names.stars if last < star.line < scope.line]
    return [*held, *(bound for star in stars if (bound := _from_star(star, name, scope)))]


def _agreed(name: str, held: Sequence[Binding], scope: NameScope) -> Symbol:
    symbols = [_follow(binding.origin, name, scope) for binding in held]
    if any(symbol != symbols[0] for symbol in symbols):
        raise Unknowable(f"`{name}` is assigned in more than one place")
    return symbols[0]


def _follow(origin: Origin, bound: str, scope: NameScope) -> Symbol:
    if scope.hops > MAX_HOPS:
        raise Unknowable(f"`{bound}` refers to another name through too many others")
    match origin:
        case ImportedModule(name=name):
            return _module(name, 0, scope)
        case ImportedName(module=module, name=name, level=level):
            return _imported(module, name, level, scope)
        case Defined(node=node):
            return Definition(node, scope.at(first_line(node)))
        case Assigned(value=value, is_alias=True):
            return SourceExpression(value, scope.deferred(), bound, is_alias=True)
        case Assigned(value=ast.Name() | ast.Attribute() as value):
            symbol = resolve(value, replace(scope.at(value.lineno), hops=scope.hops + 1))
            if isinstance(symbol, SourceExpression) and symbol.node is value:
                return SourceExpression(value, symbol.scope, bound)
            return symbol
        case Assigned(value=value):
            return SourceExpression(value, scope.at(value.lineno), bound)
    raise Unknowable(f"the way `{bound}` is assigned cannot be analyzed")


def _imported(module: str, name: str, level: int, scope: NameScope) -> Symbol:
    try:
        return attribute(_module(module, level, scope), name, scope)
    except Undefined as error:
        raise Unknowable(str(error)) from error


def _module(name: str, level: int, scope: NameScope) -> Package | External:
    if level == 0:
        location = None if is_reserved(name) else scope.index.locate(name, scope.search)
        return Package(location) if location else External(name)
    location = scope.index.relative(scope.module.path, name, level)
    if location is None:
        raise Unknowable(f"the module `{'.' * level}{name}` does not exist")
    return Package(location)


def _of_package(location: ModuleLocation, name: str, scope: NameScope) -> Symbol:
    # A package that imports from itself imports its modules, because its own names do not exist yet.
    if location.file is not None and location.file != scope.module.path:
        elsewhere = _elsewhere(location.file, scope)
        if has(name, elsewhere):
            return lookup_own(name, elsewhere)
    inner = scope.index.locate(name, location.folders)
    if inner is None:
        raise Undefined(f"`{name}` is not defined in `{location.name}`")
    return Package(inner)


def _elsewhere(file: Path, scope: NameScope) -> NameScope:
    try:
        return NameScope(scope.index, scope.index.read(file), scope.search, hops=scope.hops + 1)
    except SourceUnreadable as error:
        raise Unknowable(f"cannot read `{file.name}`: {error}") from error


def _from_star(star: Binding, name: str, scope: NameScope) -> Binding | None:
    """Return the binding of *name* by `from … import *`, if any."""
    assert isinstance(star.origin, ImportedName)
    module = _module(star.origin.module, star.origin.level, scope)
    if isinstance(module, External):
        gives = _given_by_python(module.name, name)
    elif module.location.file is None:
        gives = False
    else:
        elsewhere = _elsewhere(module.location.file, scope)
        gives = _exported(elsewhere.module, name) and has(name, elsewhere)
    return star._replace(origin=star.origin._replace(name=name)) if gives else None


def _given_by_python(module: str, name: str) -> bool:
    """Return whether a standard module exports *name*. Raises `Unknowable` for other modules."""
    # Only loaded modules are inspected, and nothing is imported for it.
    if module in sys.stdlib_module_names and module in sys.modules:
        return name in getattr(sys.modules[module], "__all__", ())
    raise Unknowable(f"`from {module} import *` may define `{name}`")


def _exported(module: Module, name: str) -> bool:
    """Return whether *module* exports *name*, if it binds it."""
    listed = module.names.at("__all__", math.inf)
    if not listed:
        return not name.startswith("_")
    match listed:
        case [Binding(origin=Assigned(value=ast.List(elts=items) | ast.Tuple(elts=items)))]:
            if all(isinstance(item, ast.Constant) for item in items):
                return any(isinstance(item, ast.Constant) and item.value == name for item in items)
    raise Unknowable(f"`__all__` of `{module.path.name}` is computed at run time")
