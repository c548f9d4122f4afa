"""Which statement gives a name its value, at the top level of a module or of a class."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class ImportedModule:
    """`import name`, or its first part when nothing renames it."""

    name: str


@dataclass(frozen=True, slots=True)
class ImportedName:
    """`from module import name`, *level* folders up."""

    module: str
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class Defined:
    """A class or a function."""

    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Assigned:
    """The value of an expression."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Renamed:
    """`type name = value`."""

    name: str
    value: ast.expr


@dataclass(frozen=True, slots=True)
class Obscure:
    """A value that reading does not tell: a loop variable, a deleted name, a part of a sequence."""


Origin: TypeAlias = "ImportedModule | ImportedName | Defined | Assigned | Renamed | Obscure"


@dataclass(frozen=True, slots=True)
class Binding:
    """*origin* is what the name stands for after *line*; *is_certain* if that statement always runs."""

    origin: Origin
    line: int
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Namespace:
    """All bindings of each name in order, and the modules that `from … import *` adds names of."""

    names: Mapping[str, Sequence[Binding]]
    stars: Sequence[Binding]

    def at(self, name: str, line: float) -> Sequence[Binding]:
        """What *name* may stand for when *line* runs: the last certain binding and all after it."""
        visible = [binding for binding in self.names.get(name, ()) if binding.line < line]
        for index in range(len(visible) - 1, -1, -1):
            if visible[index].is_certain:
                return visible[index:]
        return visible


def bindings(body: Sequence[ast.stmt], rebound: Iterable[str] = ()) -> Namespace:
    """The names that the statements of *body* bind; those *rebound* by functions are obscure."""
    names: dict[str, list[Binding]] = {}
    for name, binding in _of_block(body, is_certain=True):
        names.setdefault(name, []).append(binding)
    for name in rebound:
        names.setdefault(name, []).append(Binding(Obscure(), 0, is_certain=False))
    return Namespace(names, names.pop("*", []))


def declared_global(tree: ast.Module) -> Iterator[str]:
    """The names that functions of the module may bind anew."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names


def _of_block(body: Iterable[ast.stmt], *, is_certain: bool) -> Iterator[tuple[str, Binding]]:
    for statement in body:
        line = statement.end_lineno or statement.lineno
        for name, origin in _of_statement(statement):
            yield name, Binding(origin, line, is_certain)
        for block, always in _blocks(statement):
            yield from _of_block(block, is_certain=is_certain and always)


def _of_statement(statement: ast.stmt) -> Iterator[tuple[str, Origin]]:
    match statement:
        case ast.Import(names=names):
            for alias in names:
                whole = alias.asname is not None
                first = alias.name.partition(".")[0]
                yield alias.asname or first, ImportedModule(alias.name if whole else first)
        case ast.ImportFrom(module=module, names=names, level=level):
            for alias in names:
                yield alias.asname or alias.name, ImportedName(module or "", alias.name, level)
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield statement.name, Defined(statement)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _of_target(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _of_target(target, value)
        case _ if type(statement).__name__ == "TypeAlias":  # Python 3.12 has the statement
            yield from _of_alias(statement)
        case _:
            for name in _otherwise_bound(statement):
                yield name, Obscure()


def _of_alias(statement: Any) -> Iterator[tuple[str, Origin]]:
    name = statement.name.id
    yield name, Obscure() if statement.type_params else Renamed(name, statement.value)


def _of_target(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, Origin]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, Assigned(value)
        case (ast.Tuple(elts=targets) | ast.List(elts=targets)), ast.Tuple(elts=values) if (
            len(targets) == len(values)
            and not any(isinstance(part, ast.Starred) for part in (*targets, *values))
        ):
            for part, its_value in zip(targets, values, strict=True):
                yield from _of_target(part, its_value)
        case _:
            for name in _stored(target):
                yield name, Obscure()


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
    """The blocks inside *statement* that can bind names beside it, and whether each always runs."""
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


def truth(test: ast.expr) -> bool | None:
    """Whether *test* holds when a module is imported, if that is plain from its text."""
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth(operand)
            return None if inner is None else not inner
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]):
            return False
        case ast.Compare(
            left=ast.Attribute(value=ast.Name(id="sys"), attr="version_info"),
            ops=[operator],
            comparators=[ast.Tuple(elts=parts)],
        ):
            return _compares(operator, [part.value for part in parts if isinstance(part, ast.Constant)])
    return None


def _compares(operator: ast.cmpop, version: Sequence[object]) -> bool | None:
    if not all(isinstance(part, int) for part in version):
        return None
    match operator:
        case ast.GtE():
            return sys.version_info >= tuple(version)
        case ast.Lt():
            return sys.version_info < tuple(version)
    return None
