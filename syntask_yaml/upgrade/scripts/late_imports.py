"""Late imports of removed names in deploying functions, so that runs can load the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from syntask_yaml.upgrade.python_edits import EditConflict, PythonEdits
from syntask_yaml.upgrade.python_tree import check, is_main_guard, nodes_in, parse
from syntask_yaml.upgrade.removed_names import is_removed
from syntask_yaml.upgrade.scripts.content import qualified_names, removed_imports

_Import = ast.Import | ast.ImportFrom
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Block = ast.FunctionDef | ast.AsyncFunctionDef | ast.If


def with_late_imports(text: str, tree: ast.Module) -> str | None:
    """Return *text* with each failing import moved into the blocks that use its name.

    These are functions and `if __name__ == "__main__":`. Return None if the module itself or a run of a flow
    uses the name too.
    """
    layout = _Layout(tree)
    moved = dict(_failing_imports(tree))
    users = {name: layout.users(name) for name in moved}
    if not moved or any(each is None or not _has_room(each) for each in users.values()):
        return None
    edits = PythonEdits(text, tree)
    for statement in dict.fromkeys(statement for statement, _ in moved.values()):
        _shorten(edits, statement)
    for block in layout.late:
        used = {name: moved[name] for name, blocks in users.items() if block in (blocks or ())}
        _insert(edits, block, used)
    try:
        rest = edits.result()
        check("", rest)
    except (EditConflict, SyntaxError):
        return None
    return None if any(removed_imports(parse(rest))) else rest


def _failing_imports(tree: ast.Module) -> Iterator[tuple[str, tuple[_Import, ast.alias]]]:
    """Yield each failing module-level import, by the name that it binds."""
    for statement in tree.body:
        for alias, qualified in qualified_names(statement):
            if is_removed(qualified):
                assert isinstance(statement, _Import)
                yield alias.asname or alias.name.partition(".")[0], (statement, alias)


@dataclass(frozen=True)
class _Layout:
    """The *late* blocks of a module, which run neither when it is loaded nor in a flow run."""

    tree: ast.Module

    @property
    def late(self) -> list[_Block]:
        """The functions that neither the module's code nor a flow calls, and the main block."""
        functions = {each.name: each for each in self.tree.body if isinstance(each, _FUNCTIONS)}
        mains = (each for each in self.tree.body if isinstance(each, ast.If) and is_main_guard(each))
        blocks: list[_Block] = [*functions.values(), *mains]
        inside = {node for each in blocks for node in nodes_in(*each.body)}
        waiting = [_name(node) for node in nodes_in(self.tree) if node not in inside]
        waiting += [each.name for each in functions.values() if each.decorator_list]
        called: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in functions and name not in called:
                called.add(name)
                waiting += map(_name, nodes_in(*functions[name].body))
        return [each for each in blocks if isinstance(each, ast.If) or each.name not in called]

    def users(self, name: str) -> list[_Block] | None:
        """Return the late blocks that use *name*; None if other code uses or rebinds it."""
        uses = [node for node in nodes_in(self.tree) if isinstance(node, ast.Name) and node.id == name]
        found = [each for each in self.late if not set(uses).isdisjoint(nodes_in(*each.body))]
        inside = {node for each in found for node in nodes_in(*each.body)}
        is_bound = any(not isinstance(node.ctx, ast.Load) for node in uses)
        return None if is_bound or not inside.issuperset(uses) else found


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _has_room(blocks: Sequence[_Block]) -> bool:
    """Return whether each block begins on a line of its own."""
    return all(each.body[0].lineno > each.lineno for each in blocks)


def _shorten(edits: PythonEdits, statement: _Import) -> None:
    """Remove the failing names from the import."""
    kept = [alias for alias, qualified in qualified_names(statement) if not is_removed(qualified)]
    if not kept:
        edits.remove(statement)
        return
    edits.replace_node(statement, _written(statement, kept))


def _insert(edits: PythonEdits, block: _Block, used: Mapping[str, tuple[_Import, ast.alias]]) -> None:
    """Insert the imports of *used* before the first statement of *block*, after its docstring."""
    by_statement: dict[_Import, list[ast.alias]] = {}
    for statement, alias in used.values():
        by_statement.setdefault(statement, []).append(alias)
    lines = [_written(statement, aliases) for statement, aliases in by_statement.items()]
    if not lines:
        return
    first, *others = block.body
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    indent = edits.newline + edits.indentation(first)
    if is_docstring and not others:
        edits.insert(edits.end(first), "".join(f"{indent}{line}" for line in lines))
    else:
        at = edits.start(others[0] if is_docstring else first)
        edits.insert(at, "".join(f"{line}{indent}" for line in lines))


def _written(statement: _Import, aliases: Sequence[ast.alias]) -> str:
    items = ", ".join(f"{each.name} as {each.asname}" if each.asname else each.name for each in aliases)
    if isinstance(statement, ast.Import):
        return f"import {items}"
    return f"from {'.' * statement.level}{statement.module or ''} import {items}"
