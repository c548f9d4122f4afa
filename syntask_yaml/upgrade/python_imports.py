"""Import statements of a Python file after changes of its code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from syntask_yaml.upgrade.python_edits import PythonEdits
from syntask_yaml.upgrade.python_tree import nodes_in, statements

_Statement = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True, order=True)
class WantedImport:
    """A *name* to import from *module*, with an optional *alias*; a module if *name* is empty."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def bound(self) -> str:
        """The name that the import binds."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def origin(self) -> str:
        """The qualified name of the imported object."""
        return f"{self.module}.{self.name}".rstrip(".")

    @property
    def item(self) -> str:
        """The text behind `import`."""
        plain = self.name or self.module
        return f"{plain} as {self.alias}" if self.alias and self.alias != plain else plain

    @property
    def alias_node(self) -> ast.alias:
        """The text behind `import` as a node."""
        return ast.alias(self.name or self.module, self.alias or None)

    @property
    def statement(self) -> _Statement:
        """The import statement as a node."""
        names = [self.alias_node]
        return ast.ImportFrom(self.module, names, 0) if self.name else ast.Import(names)

    @property
    def line(self) -> str:
        """The import statement."""
        return f"from {self.module} import {self.item}" if self.name else f"import {self.item}"


@dataclass(frozen=True, slots=True)
class RewrittenImports:
    """The text of a file with new imports, and its import statements."""

    text: str
    statements: tuple[_Statement, ...]


def used_names(tree: ast.AST, nodes: Iterable[ast.AST] | None = None) -> frozenset[str]:
    """Return the names that are read anywhere in *tree*, also those that `__all__` lists.

    *nodes* are its nodes, or its names, if available.
    """
    names = {node.id for node in nodes or nodes_in(tree) if isinstance(node, ast.Name)}
    return frozenset(names | set(_exported(tree)))


def _exported(tree: ast.AST) -> Iterator[str]:
    for node in getattr(tree, "body", ()):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            yield from (str(each.value) for each in ast.walk(node) if isinstance(each, ast.Constant))


def rewrite_imports(
    text: str, wanted: Sequence[WantedImport], used_before: frozenset[str], is_gone: Callable[[str], bool]
) -> RewrittenImports:
    """Return *text* with the *wanted* imports that it uses, without imports that became unused.

    An unused import is removed if it was used before, or if *is_gone* accepts its qualified name. Raises
    SyntaxError.
    """
    edits = PythonEdits(text)
    used = used_names(edits.tree)
    needed = (each for each in dict.fromkeys(wanted) if each.bound in used)
    missing = [each for each in needed if not _is_imported(each, edits.tree)]
    taken = {each.bound for each in wanted}
    bound = [(each.lineno, name) for each in edits.tree.body for name in _bound_by(each)]
    found: list[_Statement] = []
    for statement in [each for each in statements(edits.tree) if isinstance(each, _Statement)]:
        rebound = taken | _rebound(edits.tree, statement, bound)
        kept = [
            alias
            for alias in statement.names
            if not _is_needless(
                alias, used, used_before, rebound, is_gone=is_gone(_qualified(statement, alias))
            )
        ]
        added = [each for each in missing if _joins(each, statement, edits.tree)]
        missing = [each for each in missing if each not in added]
        _rewrite(edits, statement, kept, added)
        found += _with(statement, [*kept, *(each.alias_node for each in added)])
    _insert(edits, missing)
    return RewrittenImports(edits.result(), (*found, *(each.statement for each in missing)))


def _with(statement: _Statement, names: list[ast.alias]) -> Iterator[_Statement]:
    """Yield the statement with other *names*; nothing if there are none."""
    if names and isinstance(statement, ast.Import):
        yield ast.Import(names)
    elif names and isinstance(statement, ast.ImportFrom):
        yield ast.ImportFrom(statement.module, names, statement.level)


def _is_needless(
    alias: ast.alias, used: frozenset[str], used_before: frozenset[str], rebound: set[str], *, is_gone: bool
) -> bool:
    """Return whether an import is unused, or another one binds its name."""
    name = _bound(alias)
    if name in used:
        return is_gone and name in rebound
    return is_gone or name in used_before


def _rebound(tree: ast.Module, statement: _Statement, every: Sequence[tuple[int, str]]) -> set[str]:
    """Return the names that another import or a module-level function rebinds before any use.

    *every* maps those names to lines.
    """
    bound = {_bound(alias) for alias in statement.names}
    later = {name: line for line, name in every if line > statement.lineno and name in bound}
    if not later or statement not in tree.body:
        return set()
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in later]
    return later.keys() - {node.id for node in read if node.lineno < later[node.id]}


def _bound_by(statement: ast.stmt) -> list[str]:
    if isinstance(statement, _Statement):
        return [_bound(alias) for alias in statement.names]
    return [statement.name] if isinstance(statement, ast.FunctionDef) else []


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _qualified(statement: _Statement, alias: ast.alias) -> str:
    return alias.name if isinstance(statement, ast.Import) else f"{statement.module}.{alias.name}"


def _is_imported(wanted: WantedImport, tree: ast.Module) -> bool:
    name = wanted.name or wanted.module
    return any(
        alias.name == name and _bound(alias) == wanted.bound
        for node in tree.body
        if _imports_from(node) == (wanted.module if wanted.name else "")
        for alias in node.names  # type: ignore[attr-defined]
    )


def _imports_from(node: ast.stmt) -> str | None:
    """Return the module of `from … import`, "" for a plain import, None for another statement."""
    if isinstance(node, ast.ImportFrom):
        return "." * node.level + (node.module or "")
    return "" if isinstance(node, ast.Import) else None


def _joins(wanted: WantedImport, statement: _Statement, tree: ast.Module) -> bool:
    """Return whether a module-level statement already imports from the same module."""
    return (
        isinstance(statement, ast.ImportFrom)
        and _imports_from(statement) == wanted.module
        and bool(wanted.name)
        and statement in tree.body
        and all(alias.name != "*" for alias in statement.names)
    )


def _rewrite(
    edits: PythonEdits, statement: _Statement, kept: Sequence[ast.alias], added: Sequence[WantedImport]
) -> None:
    if len(kept) == len(statement.names) and not added:
        return
    items = [_item(alias) for alias in kept] + [each.item for each in added]
    if not items:
        edits.remove(statement)
    elif isinstance(statement, ast.Import):
        edits.replace_node(statement, f"import {', '.join(items)}")
    else:
        origin = "." * statement.level + (statement.module or "")
        edits.replace_node(statement, f"from {origin} import {', '.join(items)}")


def _item(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _insert(edits: PythonEdits, missing: Sequence[WantedImport]) -> None:
    """Insert statements before the first import, or where an import could be."""
    if not missing:
        return
    lines = "".join(f"{each.line}{edits.newline}" for each in sorted(missing))
    body = [each for each in edits.tree.body if not edits.removes(each)]
    imports = [each for each in body if isinstance(each, _Statement) and not _is_head(each)]
    package = missing[0].module.partition(".")[0]
    own = [each for each in imports if _origin(each).partition(".")[0] == package]
    others = [each for each in body if not _is_head(each)]
    for place in [*own, *imports, *others][:1]:
        blank = "" if imports else edits.newline
        edits.insert(edits.start(place), f"{lines}{blank}")


def _origin(statement: _Statement) -> str:
    return statement.names[0].name if isinstance(statement, ast.Import) else statement.module or ""


def _is_head(node: ast.stmt) -> bool:
    """Return whether imports must follow this: the docstring, or an import from `__future__`."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
