"""The folders that a script adds to `sys.path`, as far as they are in the project."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from syntask_yaml.pysource.bindings import Assigned, Binding
from syntask_yaml.pysource.module import Module
from syntask_yaml.upgrade.python_tree import statements

_MAX_HOPS = 10


@dataclass(frozen=True, slots=True)
class SearchFolders:
    """Folders that are searched for imports: *first* before that of the script, *last* after it."""

    first: tuple[Path, ...] = ()
    last: tuple[Path, ...] = ()


def search_folders(module: Module, root: Path) -> SearchFolders:
    """The folders below *root* that `sys.path.insert(…)` and `sys.path.append(…)` add in *module*."""
    first: list[Path] = []
    last: list[Path] = []
    for statement in statements(module.tree):
        match statement:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(
                        value=ast.Attribute(value=ast.Name(id="sys"), attr="path"),
                        attr="insert" | "append" as verb,
                    ),
                    args=[*_, place],
                )
            ):
                found = _folders(_Paths(module).of(place), module.path.parent, root)
                (first if verb == "insert" else last).extend(found)
    return SearchFolders(tuple(reversed(first)), tuple(last))


def _folders(place: str | None, beside: Path, root: Path) -> Iterator[Path]:
    """The folders that *place* may be: relative ones begin where the script runs, beside it or in *root*."""
    for start in (beside, root) if place else ():
        folder = Path(os.path.normpath(start / (place or "")))
        if folder.is_relative_to(root) and folder.is_dir():
            yield folder
            return


@dataclass(frozen=True, slots=True)
class _Paths:
    """Works out paths that a module makes of constants and of where it is."""

    module: Module

    def of(self, node: ast.expr, hops: int = 0) -> str | None:
        """The path that *node* is; None where that is not known."""
        if hops > _MAX_HOPS:
            return None
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id="__file__"):
                return str(self.module.path)
            case ast.Name(id=name):
                return self._assigned(name, hops)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._joined([left, right], hops)
            case ast.Attribute(value=value, attr="parent"):
                return _apply(os.path.dirname, self.of(value, hops + 1))
            case ast.Subscript(
                value=ast.Attribute(value=value, attr="parents"), slice=ast.Constant(value=int(level))
            ):
                inner = self.of(value, hops + 1)
                parents = Path(inner).parents if inner else ()
                return str(parents[level]) if 0 <= level < len(parents) else None
            case ast.Call():
                return self._called(node, hops)
        return None

    def _assigned(self, name: str, hops: int) -> str | None:
        match self.module.names.names.get(name, ()):
            case [Binding(origin=Assigned(value=value), is_certain=True)]:
                return self.of(value, hops + 1)
        return None

    def _called(self, node: ast.Call, hops: int) -> str | None:
        """`os.path.join(…)`, `Path(…)`, `str(…)`, or a method such as `resolve()`."""
        match node.func:
            case ast.Name(id=name):
                pass
            case ast.Attribute(value=value, attr=name) if name in _METHODS and not node.args:
                return _apply(_METHODS[name], self.of(value, hops + 1))
            case ast.Attribute(value=value, attr="joinpath"):
                return self._joined([value, *node.args], hops)
            case ast.Attribute(attr=name):
                pass
            case _:
                return None
        if name in ("join", "Path"):
            return self._joined(node.args, hops)
        if name in _FUNCTIONS and len(node.args) == 1:
            return _apply(_FUNCTIONS[name], self.of(node.args[0], hops + 1))
        return None

    def _joined(self, parts: Sequence[ast.expr], hops: int) -> str | None:
        known = [self.of(each, hops + 1) for each in parts]
        texts = [each for each in known if each is not None]
        return str(Path(*texts)) if texts and len(texts) == len(known) else None


def _apply(function: Callable[[str], str], path: str | None) -> str | None:
    return None if path is None else function(path)


_METHODS: Mapping[str, Callable[[str], str]] = dict.fromkeys(("resolve", "absolute", "as_posix"), str)
_FUNCTIONS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(("abspath", "realpath", "normpath"), os.path.normpath),
    "dirname": os.path.dirname,
    "str": str,
}
