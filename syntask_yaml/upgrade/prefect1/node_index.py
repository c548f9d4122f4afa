"""An index of the nodes of a file, by class and by parent."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeVar

from syntask_yaml.upgrade.python_tree import children

Function = ast.FunctionDef | ast.AsyncFunctionDef
_Node = TypeVar("_Node", bound=ast.AST)


class NodeIndex:
    """An index of every node of *tree* that has a location. The tree must not change."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node, outer ones first."""
        return [*self._children]

    def of_kind(self, kind: type[_Node]) -> list[_Node]:
        """Return every node of class *kind*, outer ones first."""
        return self._kinds.get(kind, [])  # type: ignore[return-value]

    @cached_property
    def _kinds(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self.nodes:
            found.setdefault(node.__class__, []).append(node)
        return found

    @property
    def calls(self) -> list[ast.Call]:
        """Every call, outer ones first."""
        return self.of_kind(ast.Call)

    @property
    def functions(self) -> list[Function]:
        """Every named function."""
        return [*self.of_kind(ast.FunctionDef), *self.of_kind(ast.AsyncFunctionDef)]

    @cached_property
    def _children(self) -> dict[ast.AST, list[ast.AST]]:
        """The children of each node, outer nodes first."""
        found: dict[ast.AST, list[ast.AST]] = {}
        waiting: list[ast.AST] = [self.tree]
        for node in waiting:
            found[node] = children(node)
            waiting += found[node]
        return found

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of each node."""
        return {inner: node for node, found in self._children.items() for inner in found}

    def inside(self, *nodes: ast.AST) -> list[ast.AST]:
        """Return *nodes* and all of their descendants, outer ones first."""
        found = [*nodes]
        for node in found:
            found += self._children[node]
        return found

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the ancestors of *node*, from the inside."""
        while (outer := self._parents.get(node)) is not None:
            yield outer
            node = outer

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the statement that contains *node*, or *node* itself."""
        for each in (node, *self.parents(node)):
            if isinstance(each, ast.stmt):
                return each
        raise ValueError("a module is in no statement")


# Methods that modify lists, sets and dictionaries.
_CHANGES = frozenset(
    "add append clear discard extend insert pop popitem remove reverse setdefault sort update".split()
)


def is_changed_at(use: ast.Name, parent: Callable[[ast.AST], ast.AST | None]) -> bool:
    """Return whether an item or attribute of *use* is set, or a modifying method is called."""
    inner: ast.AST = use
    while isinstance(outer := parent(inner), (ast.Attribute, ast.Subscript)):
        if outer.value is not inner:
            break
        inner = outer
        if not isinstance(outer.ctx, ast.Load):
            return True
    return isinstance(inner, ast.Attribute) and inner.attr in _CHANGES and isinstance(outer, ast.Call)
