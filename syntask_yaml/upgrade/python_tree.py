"""Syntax trees of Python files: nodes, statements and blocks."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

BOM = "\ufeff"


def parse(text: str) -> ast.Module:
    """Return the tree of *text*. Raises SyntaxError, also for code that is nested too deep."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # for example about escapes in the user's strings
        try:
            return ast.parse(text.removeprefix(BOM))
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error) or "nested too deep") from error


def check(shown: str, text: str) -> None:
    """Raise SyntaxError for invalid Python, including errors that only the compiler detects."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text.removeprefix(BOM), shown, "exec", dont_inherit=True)


def nodes_in(*roots: ast.AST) -> list[ast.AST]:
    """Return the *roots* and all of their descendants, outer ones first; twice as fast as `ast.walk`."""
    found = [*roots]
    for node in found:
        found += children(node)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """Return the child nodes of *node*, without nodes that have no location, such as operators."""
    found: list[ast.AST] = []
    for name in _FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if not value:  # true for most fields
            continue
        if value.__class__ is list:
            found += [each for each in value if isinstance(each, ast.AST)] if name in _MIXED else value
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


_WITHOUT_NODES = frozenset(
    {"ctx", "op", "ops", "id", "attr", "arg", "name", "module", "level", "type_comment"}
)


# Lists of nodes that may contain strings or None.
_MIXED = frozenset({"keys", "kw_defaults", "kwd_attrs", "names"})
_KINDS = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
# Fields with nodes that have a location, by node class.
_FIELDS = {
    kind: tuple(name for name in kind._fields if name not in _WITHOUT_NODES and kind is not ast.Constant)
    for kind in _KINDS
}
# Fields with statements, and fields with nodes that contain statements, by node class.
_PARTS = ("handlers", "cases")
_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: tuple(name for name in ("body", "orelse", "finalbody", *_PARTS) if name in kind._fields)
    for kind in _KINDS
    if issubclass(kind, (ast.stmt, ast.excepthandler, ast.match_case))
}


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield every statement, outer ones first, without visiting expressions, the majority of a tree."""
    for block in blocks(tree):
        yield from block.statements


class StatementBlock(NamedTuple):
    """The statements of a block, and the node that contains it; None for a module."""

    owner: ast.AST | None
    statements: list[ast.stmt]


def blocks(tree: ast.Module) -> Iterator[StatementBlock]:
    """Yield every block, outer ones first."""
    yield StatementBlock(None, tree.body)
    waiting: list[ast.AST] = [*tree.body]
    for node in waiting:
        for name in _BLOCKS[node.__class__]:
            inner = getattr(node, name)
            if inner and name not in _PARTS:
                yield StatementBlock(node, inner)
            waiting += inner


def is_main_guard(node: ast.If) -> bool:
    """Return whether *node* is `if __name__ == "__main__":` without an alternative."""
    return (
        not node.orelse
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )
