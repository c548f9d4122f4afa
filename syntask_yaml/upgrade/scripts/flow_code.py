"""Removal of deploying code from a script with flows, after its deployments became entries.

Runs load the file of their flow, and Prefect 3 fails at the imports of that code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from syntask_yaml.upgrade.python_edits import EditConflict, PythonEdits
from syntask_yaml.upgrade.python_imports import rewrite_imports, used_names
from syntask_yaml.upgrade.python_tree import check, nodes_in, parse, statements
from syntask_yaml.upgrade.removed_names import is_removed
from syntask_yaml.upgrade.scripts.content import removed_imports


def without_deploying(text: str, tree: ast.Module, building: Iterable[ast.Call]) -> str | None:
    """Return *text* without *building* calls and code that only they need; None if other code needs it."""
    deploying = _Deploying(tree, frozenset(building))
    if not deploying.is_whole:
        return None
    edits = PythonEdits(text, tree)
    for statement in deploying.found:
        edits.remove(statement)
    try:
        rest = rewrite_imports(edits.result(), (), used_names(tree), is_removed).text
        check("", rest)
    except (EditConflict, SyntaxError):
        return None
    return None if any(removed_imports(parse(rest))) else rest


class _Deploying:
    """The statements of a script that only deploy, in *found*, inner ones after outer ones."""

    def __init__(self, tree: ast.Module, building: frozenset[ast.Call]) -> None:
        self._building = building
        self._every = list(statements(tree))
        self._names = [node for node in nodes_in(tree) if isinstance(node, ast.Name)]
        self.found: dict[ast.stmt, str] = {}
        while more := {each: name for each in self._every if (name := self._name(each)) is not None}:
            self.found |= more

    @property
    def is_whole(self) -> bool:
        """Whether they contain every building call, and no other code uses a name that they bind."""
        inside = set(nodes_in(*self.found))
        others = {node.id for node in self._names if node not in inside}
        return self._building <= inside and others.isdisjoint(self.found.values())

    def _name(self, statement: ast.stmt) -> str | None:
        """Return the name that a deploying statement binds, empty for none; None for other statements."""
        if statement in self.found:
            return None
        match statement:
            case ast.Expr(value=value) if self._deploys(value):
                return ""
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return name if self._deploys(value) or self._is_only_for(name, value) else None
            case ast.FunctionDef(name=name, decorator_list=[]) if self._only_deploys(statement.body):
                return name
            case ast.For(target=ast.Name(id=name), orelse=[]) if self._only_deploys(statement.body):
                return None if _has_calls(statement.iter) else name
        return None

    def _only_deploys(self, body: Sequence[ast.stmt]) -> bool:
        rest = [each for each in body if each not in self.found]
        return len(rest) < len(body) and all(map(_is_text, rest))

    def _deploys(self, value: ast.expr) -> bool:
        """Return whether *value* is a deployment, its `apply`, or a call of a function that deploys."""
        match value:
            case ast.Call() if value in self._building:
                return True
            case ast.Call(func=ast.Attribute(attr="apply", value=receiver)):
                return self._deploys(receiver) or self._is_found(receiver)
            case ast.Call(func=function, args=[], keywords=[]):
                return self._is_found(function)
        return False

    def _is_found(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.found.values()

    def _is_only_for(self, name: str, value: ast.expr) -> bool:
        """Return whether a value such as a schedule is used by deploying code only."""
        uses = {each for each in self._names if each.id == name and isinstance(each.ctx, ast.Load)}
        return isinstance(value, ast.Call) and bool(uses) and uses <= set(nodes_in(*self.found))


def _has_calls(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Call) for each in nodes_in(node))


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
