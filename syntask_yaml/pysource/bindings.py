"""The statements that bind names at the top level of a module or class."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from syntask_yaml.pysource.conditions import truth

STAR = "*"
# The most common statements of modules, which have no blocks that bind names in the same scope.
_SIMPLE = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr, ast.FunctionDef, ast.ClassDef)


class ImportedModule(NamedTuple):
    """`import name`; without `as`, the first part of the name."""

    name: str


class ImportedName(NamedTuple):
    """`from module import name`, *level* packages up."""

    module: str
    name: str
    level: int


class Defined(NamedTuple):
    """A class or a function."""

    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Assigned(NamedTuple):
    """The value of an expression; *is_alias* by `type name = value`."""

    value: ast.expr
    is_alias: bool = False


class UnknownBinding:
    """A value that is not known statically: a loop variable, a deleted name, an item of a sequence."""


Origin: TypeAlias = ImportedModule | ImportedName | Defined | Assigned | UnknownBinding


class Binding(NamedTuple):
    """A binding of a name to *origin* on *line*; *is_certain* if the statement always runs."""

    origin: Origin
    line: int
    is_certain: bool


class Namespace(NamedTuple):
    """All bindings of each name in order, and the modules of `from … import *`."""

    names: Mapping[str, Sequence[Binding]]
    stars: Sequence[Binding] = ()

    def at(self, name: str, line: float) -> Sequence[Binding]:
        """Return the possible bindings of *name* on *line*: the last certain one, and all after it."""
        held = self.names.get(name)
        if held is None:
            return ()
        visible = [binding for binding in held if binding.line < line]
        for index in range(len(visible) - 1, -1, -1):
            if visible[index].is_certain:
                return visible[index:]
        return visible


def bindings(body: Iterable[ast.stmt], rebound: Iterable[str] = ()) -> Namespace:
    """Return the names that the statements of *body* bind; those *rebound* by functions are unknown."""
    names: dict[str, list[Binding]] = {}
    for name, binding in _of_block(body, is_certain=True):
        names.setdefault(name, []).append(binding)
    for name in rebound:
        names.setdefault(name, []).append(Binding(UnknownBinding(), 0, is_certain=False))
    return Namespace(names, names.pop(STAR, []))


@lru_cache(maxsize=1024)
def class_names(node: ast.ClassDef) -> Namespace:
    """Return the names that the body of a class binds."""
    return bindings(node.body)


def declared_global(tree: ast.Module) -> Iterator[str]:
    """Return the names that functions of a module may rebind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names


def _of_block(body: Iterable[ast.stmt], *, is_certain: bool) -> Iterator[tuple[str, Binding]]:
    for statement in body:
        line = statement.end_lineno or statement.lineno
        for name, origin in _of_statement(statement):
            yield name, Binding(origin, line, is_certain)
        if type(statement) in _SIMPLE:
            continue
        for block, always in _blocks(statement):
            yield from _of_block(block, is_certain=is_certain and always)


def _of_statement(statement: ast.stmt) -> Iterator[tuple[str, Origin]]:
    match statement:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield statement.name, Defined(statement)
        case ast.Import() | ast.ImportFrom():
            yield from _of_import(statement)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _of_target(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _of_target(target, value)
        case _ if type(statement).__name__ == "TypeAlias":  # Python 3.12 has the statement
            yield _of_alias(statement)
        case _:
            for name in _otherwise_bound(statement):
                yield name, UnknownBinding()


def _of_import(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Origin]]:
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            origin = ImportedName(statement.module or "", alias.name, statement.level)
            yield alias.asname or alias.name, origin
        elif alias.asname:
            yield alias.asname, ImportedModule(alias.name)
        else:
            first = alias.name.partition(".")[0]
            yield first, ImportedModule(first)


def _of_target(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, Origin]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, Assigned(value)
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), ast.Tuple(elts=values)) if len(
            targets
        ) == len(values) and not any(isinstance(part, ast.Starred) for part in (*targets, *values)):
            for part, its_value in zip(targets, values, strict=True):
                yield from _of_target(part, its_value)
        case _:
            for name in _stored(target):
                yield name, UnknownBinding()


def _of_alias(statement: Any) -> tuple[str, Origin]:
    origin = UnknownBinding() if statement.type_params else Assigned(statement.value, is_alias=True)
    return statement.name.id, origin


def _otherwise_bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.For(target=target) | ast.AsyncFor(target=target) | ast.AugAssign(target=target):
            yield from _stored(target)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                yield from _stored(item.optional_vars) if item.optional_vars else ()
        case ast.Delete(targets=targets):
            for target in targets:
                yield from _stored(target)
        case ast.Expr(value=value):
            yield from _stored(value)
        case ast.Match(cases=cases):
            for case in cases:
                yield from _stored(case.pattern)


def _stored(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name


def _blocks(statement: ast.stmt) -> Iterator[tuple[Sequence[ast.stmt], bool]]:
    """Return the blocks of *statement* that bind names in its scope, and whether each always runs."""
    match statement:
        case ast.If(test=test, body=body, orelse=orelse):
            holds = truth(test)
            if holds is not False:
                yield body, holds is True
            if holds is not True:
                yield orelse, holds is False
        case ast.Try() | ast.TryStar():
            yield statement.body, False
            for handler in statement.handlers:
                yield handler.body, False
            yield statement.orelse, False
            yield statement.finalbody, True
        case ast.With(body=body) | ast.AsyncWith(body=body):
            yield body, True
        case ast.For() | ast.AsyncFor() | ast.While():
            yield statement.body, False
            yield statement.orelse, False
        case ast.Match(cases=cases):
            for case in cases:
                yield case.body, False
