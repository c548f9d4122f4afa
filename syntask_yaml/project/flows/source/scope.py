"""What a name stands for, at a place in a module."""

from __future__ import annotations

import ast
import builtins
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from syntask_yaml.project.flows.source.bindings import (
    Assigned,
    Binding,
    Defined,
    ImportedModule,
    ImportedName,
    Namespace,
    Origin,
    Renamed,
    bindings,
)
from syntask_yaml.project.flows.source.library import Library
from syntask_yaml.project.flows.source.locate import Located
from syntask_yaml.project.flows.source.module import Module, SourceUnreadable
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
NOTHING = Namespace({}, ())

# Packages whose names are known by heart; a file of the project does not stand in for them.
RESERVED = frozenset(
    {*sys.stdlib_module_names, "typing_extensions", "annotated_types", "pydantic", "prefect", "syntask"}
)


@dataclass(frozen=True, eq=False)
class Scope:
    """A place in *module*: what runs before *line* has run, at the top and in the class around it.

    *asked* is the line of *module* that asks for what was put off: names bound later are not there yet.
    """

    library: Library
    module: Module
    search: tuple[Path, ...] = ()
    line: float = math.inf
    asked: float = math.inf
    around: Namespace = NOTHING
    line_around: float = math.inf
    hops: int = 0

    def at(self, line: float) -> Scope:
        return replace(self, line=min(line, self.line), line_around=line)

    def within(self, node: ast.ClassDef) -> Scope:
        """The end of the body of a class that stands here."""
        return replace(self, line=node.lineno, around=bindings(node.body), line_around=math.inf)

    def deferred(self) -> Scope:
        """The same place, at the time when what was put off is looked up."""
        return replace(self, line=self.asked, line_around=math.inf)

    def resolve(self, node: ast.expr) -> Symbol:
        """What a name or a chain of attributes stands for; anything else is an expression."""
        match node:
            case ast.Name(id=name):
                return self.lookup(name)
            case ast.Attribute(value=value, attr=name):
                return self.attribute(self.resolve(value), name, node)
        return Expression(node, self)

    def lookup(self, name: str) -> Symbol:
        """What *name* stands for here; raises `Undefined` or `Unknowable`."""
        held = self.around.at(name, self.line_around)
        if held:
            return self._agreed(name, held)
        outside = replace(self, around=NOTHING)
        held = [*self.module.names.at(name, self.line), *outside._from_stars(name)]
        if held:
            return outside._agreed(name, held)
        if hasattr(builtins, name):
            return External(f"builtins.{name}")
        raise Undefined(f"`{name}` is not defined")

    def _agreed(self, name: str, held: Sequence[Binding]) -> Symbol:
        symbols = [self._follow(binding.origin, name) for binding in held]
        if any(symbol != symbols[0] for symbol in symbols):
            raise Unknowable(f"`{name}` gets its value in more than one place")
        return symbols[0]

    def _follow(self, origin: Origin, bound: str) -> Symbol:
        if self.hops > MAX_HOPS:
            raise Unknowable("names stand for one another in a circle")
        further = replace(self, hops=self.hops + 1)
        match origin:
            case ImportedModule(name=name):
                return further._module(name)
            case ImportedName(module=module, name=name, level=level):
                return further._imported(module, name, level)
            case Defined(node=node):
                return Definition(node, further.at(first_line(node)))
            case Assigned(value=ast.Name() | ast.Attribute() as value):
                return further.at(value.lineno).resolve(value)
            case Assigned(value=value):
                return Expression(value, further.at(value.lineno), bound)
            case Renamed(name=name, value=value):
                return Expression(value, further.deferred(), name, is_alias=True)
        raise Unknowable("a value is assigned in a way that reading does not follow")

    def _module(self, name: str) -> Symbol:
        located = None if is_reserved(name) else self.library.locate(name, self.search)
        return Package(located, self.search) if located else External(name)

    def _imported(self, module: str, name: str, level: int) -> Symbol:
        if level == 0:
            package = self._module(module)
            if isinstance(package, External):
                return External(f"{module}.{name}")
            return self.attribute(package, name)
        located = self._relative(module, level)
        if located is None:
            raise Unknowable(f"`{'.' * level}{module}` is not there")
        return self.attribute(Package(located, self.search), name)

    def _relative(self, module: str, level: int) -> Located | None:
        folder = self.module.path.parent
        for _ in range(level - 1):
            folder = folder.parent
        if module:
            return self.library.locate(module, (folder,))
        start = folder / "__init__.py"
        return Located(start if start.is_file() else None, (folder,))

    def attribute(self, owner: Symbol, name: str, node: ast.expr | None = None) -> Symbol:
        match owner:
            case External(name=outer):
                return External(f"{outer}.{name}")
            case Package(located=located):
                return self._of_package(located, name)
            case Definition(node=ast.ClassDef() as body, scope=scope):
                return scope.within(body)._of_class(owner, name)
        if node is None:
            raise Unknowable(f"`{name}` is not followed")
        return Expression(node, self)

    def _of_package(self, located: Located, name: str) -> Symbol:
        if located.file is not None:
            try:
                return self._elsewhere(located.file).lookup_own(name)
            except Undefined:
                pass
        inner = self.library.locate(name, located.folders)
        if inner is None:
            raise Undefined(f"`{name}` is not defined in `{located.name}`")
        return Package(inner, self.search)

    def _elsewhere(self, file: Path) -> Scope:
        try:
            module = self.library.read(file)
        except SourceUnreadable as error:
            raise Unknowable(f"`{file.name}` cannot be read: {error}") from error
        return Scope(self.library, module, self.search, hops=self.hops)

    def lookup_own(self, name: str) -> Symbol:
        """What *name* stands for here, builtins left out."""
        found = self.lookup(name)
        if found == External(f"builtins.{name}"):
            raise Undefined(f"`{name}` is not defined in `{self.module.path.name}`")
        return found

    def _of_class(self, owner: Definition, name: str) -> Symbol:
        held = self.around.at(name, math.inf)
        if held and all(isinstance(binding.origin, Defined) for binding in held):
            return self._agreed(name, held)
        return Member(owner, name)

    def _from_stars(self, name: str) -> Iterator[Binding]:
        own = self.module.names.at(name, self.line)
        last = max((binding.line for binding in own if binding.is_certain), default=0)
        for star in self.module.names.stars:
            if last < star.line < self.line and self._gives(star.origin, name):
                assert isinstance(star.origin, ImportedName)
                yield replace(star, origin=replace(star.origin, name=name))

    def _gives(self, star: Origin, name: str) -> bool:
        """Whether `from … import *` binds *name*."""
        assert isinstance(star, ImportedName)
        package = self._relative(star.module, star.level) if star.level else self._module(star.module)
        if isinstance(package, Package):
            package = package.located
        if isinstance(package, Located) and package.file is not None:
            return self._elsewhere(package.file)._exports(name)
        if star.module in sys.stdlib_module_names and star.module in sys.modules:
            return name in getattr(sys.modules[star.module], "__all__", ())
        raise Unknowable(f"`from {star.module} import *` may bind `{name}`")

    def _exports(self, name: str) -> bool:
        listed = self.module.names.at("__all__", math.inf)
        if not listed:
            return not name.startswith("_") and self._has(name)
        try:
            match listed:
                case [Binding(origin=Assigned(value=value))]:
                    return name in ast.literal_eval(value)
        except (ValueError, TypeError):
            pass
        raise Unknowable(f"`__all__` of `{self.module.path.name}` is not plain")

    def _has(self, name: str) -> bool:
        try:
            self.lookup_own(name)
        except Undefined:
            return False
        return True


def first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The line of the first decorator, or of the definition itself."""
    return min(node.lineno, *(decorator.lineno for decorator in node.decorator_list), node.lineno)


def is_reserved(module: str) -> bool:
    return module.partition(".")[0] in RESERVED
