"""The parameters of a function, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import _ParameterKind as Kind
from pathlib import Path
from typing import NamedTuple

from syntask_yaml.pysource.locate import ModuleLocation, locate_anywhere
from syntask_yaml.pysource.lookup import lookup_own
from syntask_yaml.pysource.module import Module, SourceUnreadable, read_unchanged
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, External, Undefined, Unknowable

MAX_HOPS = 8
VARIADIC = (Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD)


class Parameter(NamedTuple):
    """A parameter; *default* is None if it has none."""

    node: ast.arg
    kind: Kind
    default: ast.expr | None = None

    @property
    def name(self) -> str:
        return self.node.arg

    @property
    def is_positional(self) -> bool:
        return self.kind <= self.kind.POSITIONAL_OR_KEYWORD

    @property
    def is_by_name(self) -> bool:
        return self.kind in (self.kind.POSITIONAL_OR_KEYWORD, self.kind.KEYWORD_ONLY)

    @property
    def is_required(self) -> bool:
        return self.default is None and self.kind not in VARIADIC

    @property
    def annotation(self) -> ast.expr | None:
        return self.node.annotation


def parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    """Yield the parameters in the order of a signature."""
    count, ordered = len(arguments.posonlyargs), [*arguments.posonlyargs, *arguments.args]
    none: list[ast.expr | None] = [None] * (len(ordered) - len(arguments.defaults))
    for number, (node, default) in enumerate(zip(ordered, [*none, *arguments.defaults], strict=True)):
        kind = Kind.POSITIONAL_ONLY if number < count else Kind.POSITIONAL_OR_KEYWORD
        yield Parameter(node, kind, default)
    if arguments.vararg:
        yield Parameter(arguments.vararg, Kind.VAR_POSITIONAL)
    for node, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(node, Kind.KEYWORD_ONLY, default)
    if arguments.kwarg:
        yield Parameter(arguments.kwarg, Kind.VAR_KEYWORD)


def find_function(name: str, located: ModuleLocation, root: Path) -> Definition | None:
    """Return the `def` of the function *name* of a module, also where that has it from another one.

    Modules are looked for in *root* first, then wherever Python does. None if the source does not tell.
    Raises `Undefined` if the module has nothing of that name.
    """
    index = ModuleIndex(root, read_unchanged)
    for hop in range(MAX_HOPS):
        module = _read(located, index)
        if module is None:
            return None
        try:
            symbol = lookup_own(name, NameScope(index, module, index.search_path()))
        except Undefined:
            if hop or module.binds_at_run_time:
                return None
            raise
        except Unknowable:
            return None
        if not isinstance(symbol, External):
            return symbol if isinstance(symbol, Definition) else None
        origin, _, name = symbol.name.rpartition(".")
        found = locate_anywhere(origin, (root,))
        if found is None:
            return None
        located = found
    return None


def _read(located: ModuleLocation, index: ModuleIndex) -> Module | None:
    try:
        return index.read(located.file) if located.file else None
    except SourceUnreadable:
        return None
