"""Resolve the names in a signature, and collect their definitions."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod

from syntask_yaml.project.flows.schema import allowed
from syntask_yaml.project.flows.schema.pieces import At, Part, SymbolAssignment
from syntask_yaml.pysource.lookup import attribute, bound, has, is_of_class, lookup, resolve
from syntask_yaml.pysource.module import Module
from syntask_yaml.pysource.symbols import (
    Definition,
    External,
    Package,
    SourceExpression,
    Symbol,
    Undefined,
    Unknowable,
)
from syntask_yaml.pysource.values import shown

MAX_NODES = 50_000
# Names of the module in which Prefect evaluates string annotations, if one of them is undefined in its own.
THERE = {"pydantic": "pydantic", "t": "typing", "typing": "typing"}
HIDDEN_THERE = frozenset({"inspect"})


class Names(ABC):
    """Collects the definitions of names; raises `Unknowable` for code that is not allowed."""

    def __init__(self) -> None:
        self.parts: dict[Module, Part] = {}
        self._done: set[object] = set()
        self._names: set[str] = {"Parameters"}
        self._nodes = 0

    @abstractmethod
    def cut_class(self, owner: Definition) -> None:
        """Collect the class *owner* and its dependencies."""

    def refer(self, node: ast.expr, at: At) -> Symbol | None:
        """Return the symbol of a name of a type; None for a text that is undefined here."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            raise Unknowable(f"`{shown(node)}` is not a type")
        if at.is_text:
            _check_in_prefect_module(node)
        try:
            symbol = resolve(node, at.scope)
        except Undefined:
            if at.is_text:
                return None
            raise
        self.need(node, at)
        return symbol

    def need(self, node: ast.expr, at: At) -> None:
        """Collect the definition of the first name of *node*."""
        first, *others = _chain(node)
        outside = at.scope.outside()
        if is_of_class(first, at.scope):
            if not at.is_inside:
                raise Unknowable(f"`{first}` belongs to a class")
            if not at.is_text or not has(first, outside):
                return
        line, found, path = bound(first, outside), lookup(first, outside), 0
        is_whole = isinstance(found, External) and found.name in allowed.WHOLE and len(others) == 1
        while path < len(others) and _is_module(found) and not is_whole:
            found, path = attribute(found, others[path], outside), path + 1
        if _is_module(found) and not is_whole:
            raise Unknowable(f"`{shown(node)}` is a module")
        self._add(outside.module, line or 0, SymbolAssignment(first, tuple(others[:path]), found))

    def _add(self, module: Module, line: float, step: SymbolAssignment) -> None:
        key = (module, line, step.name, step.path)
        if key in self._done:
            return
        self._done.add(key)
        match step.symbol:
            case Definition(node=ast.ClassDef()) as owner:
                self.cut_class(owner)
        if not _is_home(step, module):
            self.part(module).steps.append((line, step))

    def part(self, module: Module) -> Part:
        return self.parts.setdefault(module, Part(module))

    def name_class(self, name: str) -> None:
        """Record the name of a class; raise `Unknowable` if another class has it."""
        if name in self._names:
            raise Unknowable(f"two types are named `{name}`")
        self._names.add(name)

    def count(self) -> None:
        """Count one more node."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Unknowable("the signature is too large")


def _check_in_prefect_module(node: ast.expr) -> None:
    """Reject a text that would resolve to something other than a type in the module of Prefect."""
    first, *others = _chain(node)
    if others and first in THERE:
        allowed.named(".".join([THERE[first], *others]))
    elif first in HIDDEN_THERE:
        raise Unknowable(f"`{shown(node)}` is not a type")


def _chain(node: ast.expr) -> list[str]:
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=value, attr=name) if not name.startswith("_"):
            return [*_chain(value), name]
    raise Unknowable(f"`{shown(node)}` is not a name")


def _is_module(symbol: Symbol) -> bool:
    return isinstance(symbol, Package) or (isinstance(symbol, External) and allowed.is_module(symbol.name))


def _is_home(step: SymbolAssignment, module: Module) -> bool:
    """Return whether the definition itself assigns the name."""
    match step.symbol:
        case (Definition(node=ast.ClassDef()) | SourceExpression()) as symbol if not step.path:
            return symbol.scope.module is module and symbol.name == step.name
    return False
