"""What a name stands for, at a place in a module."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from syntask_yaml.project.flows.source.bindings import (
    Assigned,
    Binding,
    Defined,
    ImportedModule,
    ImportedName,
    Namespace,
    Origin,
    bindings,
)
from syntask_yaml.project.flows.source.external import external
from syntask_yaml.project.flows.source.library import Library, is_reserved
from syntask_yaml.project.flows.source.locate import Located
from syntask_yaml.project.flows.source.module import Module, SourceUnreadable
from syntask_yaml.project.flows.source.stars import exported, given_by_python
from syntask_yaml.project.flows.source.symbol import (
    Definition,
    Expression,
    External,
    Member,
    Package,
    Symbol,
    Undefined,
    Unknowable,
)

MAX_HOPS = 20
NOTHING = Namespace({})


@dataclass(frozen=True, eq=False)
class Scope:
    """A place in *module*: what runs before *line* has run, at the top and in the class *around* it."""

    library: Library
    module: Module
    search: tuple[Path, ...] = ()
    line: float = math.inf
    around: Namespace = NOTHING
    line_around: float = math.inf
    hops: int = 0

    def at(self, line: float) -> Scope:
        """The same place, when *line* of the module runs."""
        return replace(self, line=min(line, self.line), line_around=line)

    def within(self, node: ast.ClassDef) -> Scope:
        """The end of the body of a class that stands here."""
        return replace(self, line=node.lineno, around=class_names(node), line_around=math.inf)

    def outside(self) -> Scope:
        """The same place, without the class around it."""
        return self if self.around is NOTHING else replace(self, around=NOTHING)

    def deferred(self) -> Scope:
        """The same place, when the whole module has run."""
        return replace(self, line=math.inf, line_around=math.inf)

    def resolve(self, node: ast.expr) -> Symbol:
        """What a name or a chain of attributes stands for; anything else is an expression."""
        match node:
            case ast.Name(id=name):
                return self.lookup(name)
            case ast.Attribute(value=value, attr=name):
                owner = self.resolve(value)
                return (
                    Expression(node, self) if isinstance(owner, Expression) else self.attribute(owner, name)
                )
        return Expression(node, self)

    def lookup(self, name: str) -> Symbol:
        """What *name* stands for here; raises `Undefined`, or `Unknowable`."""
        held = self.around.at(name, self.line_around)
        if held:
            return self._agreed(name, held)
        held = self._in_module(name)
        if held:
            return self.outside()._agreed(name, held)
        if hasattr(builtins, name):
            return External(f"builtins.{name}")
        raise Undefined(f"`{name}` is not defined")

    def lookup_own(self, name: str) -> Symbol:
        """What *name* stands for in this module, leaving out the names of every module."""
        found = self.lookup(name)
        if found == External(f"builtins.{name}"):
            raise Undefined(f"`{name}` is not defined in `{self.module.path.name}`")
        return found

    def is_of_class(self, name: str) -> bool:
        """Whether the class around gives *name* the value that it has here."""
        return bool(self.around.at(name, self.line_around))

    def bound(self, name: str) -> float | None:
        """The line of the module that gives *name* the value that it has here, if one does."""
        held = self._in_module(name)
        return held[0].line if held else None

    def attribute(self, owner: Symbol, name: str) -> Symbol:
        """What `owner.name` stands for; raises `Undefined`, or `Unknowable`."""
        match owner:
            case External(name=outer):
                return external(f"{outer}.{name}")
            case Package(located=located):
                return self._of_package(located, name)
            case Definition(node=ast.ClassDef() as node, scope=scope):
                return scope.within(node)._of_class(owner, name)
        raise Unknowable(f"`{name}` of `{owner.name}` is not known from the source")

    def _in_module(self, name: str) -> Sequence[Binding]:
        names = self.module.names
        held = names.at(name, self.line)
        if not names.stars:
            return held
        last = max((binding.line for binding in held if binding.is_certain), default=0)
        stars = [star for star in names.stars if last < star.line < self.line]
        return [*held, *(bound for star in stars if (bound := self._from_star(star, name)))]

    def _agreed(self, name: str, held: Sequence[Binding]) -> Symbol:
        symbols = [self._follow(binding.origin, name) for binding in held]
        if any(symbol != symbols[0] for symbol in symbols):
            raise Unknowable(f"`{name}` gets its value in more than one place")
        return symbols[0]

    def _follow(self, origin: Origin, bound: str) -> Symbol:
        if self.hops > MAX_HOPS:
            raise Unknowable(f"`{bound}` is handed on from one name to the other")
        match origin:
            case ImportedModule(name=name):
                return self._module(name)
            case ImportedName(module=module, name=name, level=level):
                return self._imported(module, name, level)
            case Defined(node=node):
                return Definition(node, self.at(first_line(node)))
            case Assigned(value=value, is_alias=True):
                return Expression(value, self.deferred(), bound, is_alias=True)
            case Assigned(value=ast.Name() | ast.Attribute() as value):
                return replace(self.at(value.lineno), hops=self.hops + 1).resolve(value)
            case Assigned(value=value):
                return Expression(value, self.at(value.lineno), bound)
        raise Unknowable(f"`{bound}` gets its value in a way that reading does not follow")

    def _imported(self, module: str, name: str, level: int) -> Symbol:
        try:
            return self.attribute(self._module(module, level), name)
        except Undefined as error:
            raise Unknowable(str(error)) from error

    def _module(self, name: str, level: int = 0) -> Package | External:
        if level == 0:
            located = None if is_reserved(name) else self.library.locate(name, self.search)
            return Package(located) if located else External(name)
        located = self.library.relative(self.module.path, name, level)
        if located is None:
            raise Unknowable(f"there is no `{'.' * level}{name}`")
        return Package(located)

    def _of_package(self, located: Located, name: str) -> Symbol:
        # A package that imports from itself means its modules: its own names are only being made.
        if located.file is not None and located.file != self.module.path:
            elsewhere = self._elsewhere(located.file)
            if elsewhere.has(name):
                return elsewhere.lookup_own(name)
        inner = self.library.locate(name, located.folders)
        if inner is None:
            raise Undefined(f"`{name}` is not defined in `{located.name}`")
        return Package(inner)

    def has(self, name: str) -> bool:
        """Whether this module binds *name*, however it does."""
        return bool(self._in_module(name))

    def _elsewhere(self, file: Path) -> Scope:
        try:
            return Scope(self.library, self.library.read(file), self.search, hops=self.hops + 1)
        except SourceUnreadable as error:
            raise Unknowable(f"`{file.name}` cannot be read: {error}") from error

    def _of_class(self, owner: Definition, name: str) -> Symbol:
        held = self.around.at(name, math.inf)
        if held and all(isinstance(binding.origin, Defined) for binding in held):
            return self._agreed(name, held)
        return Member(owner, name)

    def _from_star(self, star: Binding, name: str) -> Binding | None:
        """The binding of *name* by `from … import *`, or None if it binds no such name."""
        assert isinstance(star.origin, ImportedName)
        module = self._module(star.origin.module, star.origin.level)
        if isinstance(module, External):
            gives = given_by_python(module.name, name)
        elif module.located.file is None:
            gives = False
        else:
            elsewhere = self._elsewhere(module.located.file)
            gives = exported(elsewhere.module, name) and elsewhere.has(name)
        return replace(star, origin=replace(star.origin, name=name)) if gives else None


@lru_cache(maxsize=1024)
def class_names(node: ast.ClassDef) -> Namespace:
    """What each name stands for in the body of a class."""
    return bindings(node.body)


def first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The line of the first decorator, or of the definition itself."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
