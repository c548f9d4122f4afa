"""A Python file with its syntax tree: parents of nodes, scopes, and bindings of names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol

from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.prefect1.names import (
    COMPREHENSIONS,
    PrefectNames,
    bound_in,
    bound_names,
    own_names,
    set_in_class,
    single_target,
)
from syntask_yaml.upgrade.prefect1.node_index import NodeIndex, is_changed_at
from syntask_yaml.upgrade.prefect1.static import NotStatic, evaluate
from syntask_yaml.upgrade.python_edits import PythonEdits
from syntask_yaml.upgrade.secrets import hide_in_text

_PLACE = attrgetter("lineno", "col_offset")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BODIES = (*_SCOPES, ast.ClassDef)


class OtherModules(Protocol):
    """A resolver of names that a module imports."""

    def find(self, node: ast.expr, module: FlowModule) -> WrittenValue | None: ...
    def define(self, node: ast.expr, module: FlowModule) -> tuple[ast.AST, FlowModule] | None: ...
    def home(self, name: str, module: FlowModule) -> tuple[FlowModule, str] | None: ...


class FlowModule(NodeIndex):
    """A file that was read. Raises SyntaxError.

    *others* resolves its imports from other files; *path* is its own path. *call* is a function whose
    parameters have the arguments of a call as values.
    """

    def __init__(
        self,
        shown: str,
        text: str,
        tree: ast.Module | None = None,
        others: OtherModules | None = None,
        path: Path | None = None,
    ) -> None:
        self.shown = shown
        self.path = path or Path(shown)
        self.others = others
        self.edits = PythonEdits(text, tree)
        super().__init__(self.edits.tree)
        self.text = text
        self.call: tuple[ast.stmt | None, Mapping[str, ast.expr]] = None, {}
        self._locals: dict[ast.AST, frozenset[str]] = {}
        self._counts: dict[ast.AST, Counter[str]] = {}
        self._uses: dict[tuple[str, ast.AST], Sequence[ast.Name]] = {}
        self.names = PrefectNames(self.tree, self.uses, self.parent)

    @cached_property
    def source(self) -> Source:
        """The text without its secrets."""
        return Source(self.shown, hide_in_text(self.text))

    def scope(self, node: ast.AST) -> ast.AST:
        """Return the function that contains *node*, or the module."""
        return next((each for each in self.parents(node) if isinstance(each, _SCOPES)), self.tree)

    def span(self, node: ast.AST) -> Span:
        """Return the location of *node* in the text."""
        text, edits = self.source.text, self.edits
        mark = 1 if text.startswith("\ufeff") else 0
        start = len(edits.original(0, edits.start(node))) + mark
        return Span(self.source, start, start + len(edits.source(node).partition("\n")[0]))

    @property
    def bound(self) -> Set[str]:
        """The names that the file binds anywhere, except imports."""
        return self._names[0]

    @property
    def read(self) -> Set[str]:
        """The names that the file reads anywhere."""
        return self._names[1].keys()

    @cached_property
    def _names(self) -> tuple[set[str], dict[str, list[ast.Name]]]:
        """The names that the file binds, and the reads of each name."""
        bound = {node.name for node in (*self.functions, *self.of_kind(ast.ClassDef))}
        bound |= {node.arg for node in self.of_kind(ast.arg)}
        bound |= {node.name for node in self.of_kind(ast.ExceptHandler) if node.name}
        read: dict[str, list[ast.Name]] = {}
        for node in self.of_kind(ast.Name):
            if isinstance(node.ctx, ast.Store):
                bound.add(node.id)
            else:
                read.setdefault(node.id, []).append(node)
        return bound, {name: sorted(nodes, key=_PLACE) for name, nodes in read.items()}

    @cached_property
    def bound_on_top(self) -> frozenset[str]:
        """The names that the module binds itself, except imports."""
        return frozenset(name for node in self.tree.body for name in bound_names(node))

    @cached_property
    def assignments(self) -> dict[str, list[tuple[ast.AST, ast.expr, ast.stmt]]]:
        """The assignments of each name: the scope, the value, and the statement."""
        statements: list[ast.Assign | ast.AnnAssign]
        statements = [*self.of_kind(ast.Assign), *self.of_kind(ast.AnnAssign)]
        found: dict[str, list[tuple[ast.AST, ast.expr, ast.stmt]]] = {}
        for node in statements:
            target = single_target(node)
            if target is not None and node.value is not None:
                found.setdefault(target.id, []).append((self.scope(node), node.value, node))
        return found

    def assigned(self, name: str, near: ast.AST) -> ast.expr | None:
        """Return the value of *name*, if it is set once and never modified.

        Several consecutive statements count as well, if *near* follows one of them.
        """
        around = next((each for each in self.parents(near) if isinstance(each, _BODIES)), None)
        if isinstance(around, ast.ClassDef) and (inner := set_in_class(around, name)) is not None:
            return inner
        if name in self.names.imported or name in self._global:
            return None
        scope = self._binding(name, near)
        found = [(value, each) for where, value, each in self.assignments.get(name, ()) if where is scope]
        function, given = self.call
        if function is not None and function is scope and name in given:
            found.append((given[name], function))
        if not found or len(found) != self._times_bound(scope)[name] or self._is_changed(name, scope):
            return None
        return found[0][0] if len(found) == 1 else self._last_before(near, scope, found)

    @cached_property
    def _global(self) -> frozenset[str]:
        """The names that functions set with `global`."""
        return frozenset(name for node in self.of_kind(ast.Global) for name in node.names)

    def _binding(self, name: str, near: ast.AST) -> ast.AST:
        """Return the innermost function or comprehension around *near* that binds *name*, or the module."""
        inner = (each for each in self.parents(near) if isinstance(each, (*_SCOPES, *COMPREHENSIONS)))
        return next((each for each in inner if name in self._local(each)), self.tree)

    def _is_changed(self, name: str, scope: ast.AST) -> bool:
        """Return whether an item or attribute of *name* is set, or a modifying method is called."""
        return any(is_changed_at(use, self.parent) for use in self.uses(name, scope))

    def _times_bound(self, scope: ast.AST) -> Counter[str]:
        """Return how often a function, or the module, binds each of its names."""
        if scope not in self._counts:
            bound = bound_in(scope) if scope is self.tree else own_names(scope)
            self._counts[scope] = Counter(bound)
        return self._counts[scope]

    def _last_before(
        self, near: ast.AST, scope: ast.AST, found: list[tuple[ast.expr, ast.stmt]]
    ) -> ast.expr | None:
        """Return the value of the last assignment before *near*, if no assignment is conditional."""
        body = getattr(scope, "body", [])
        is_plain = self.scope(near) is scope and all(statement in body for _, statement in found)
        before = [pair for pair in found if self.edits.end(pair[1]) <= self.edits.start(near)]
        return max(before, key=lambda pair: self.edits.start(pair[1]))[0] if is_plain and before else None

    def value(self, node: ast.expr, *, reads_environment: bool = False, depth: int = 0) -> Any:
        """Return the value of a constant expression, possibly from other files. Raises NotStatic."""

        def elsewhere(name: ast.expr, depth: int) -> Any:
            if (found := self._elsewhere(name)) is None:
                raise NotStatic(ast.unparse(name))
            return found.module.value(found.node, reads_environment=reads_environment, depth=depth)

        return evaluate(
            node,
            self.names.of,
            lambda name: self.assigned(name, node),
            depth,
            elsewhere=elsewhere,
            reads_environment=reads_environment,
        )

    def written(self, node: ast.expr) -> WrittenValue:
        """Return the expression of the name *node*, with its file; *node* itself if it is no name."""
        own = self.assigned(node.id, node) if isinstance(node, ast.Name) else None
        if own is not None:
            return WrittenValue(own, self)
        return self._elsewhere(node) or WrittenValue(node, self)

    def _elsewhere(self, node: ast.expr) -> WrittenValue | None:
        """Return the expression of an imported name, an attribute of a module or class, or `__name__`."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        is_name = isinstance(root, ast.Name) and (
            root is not node or root.id in {"__name__", *self.names.imported}
        )
        if self.others is not None and is_name and root in self.uses(root.id):  # type: ignore[attr-defined]
            return self.others.find(node, self)
        return None

    def uses(self, name: str, scope: ast.AST | None = None) -> Sequence[ast.Name]:
        """Return the reads of *name* in *scope* in source order; by default, of the module."""
        scope = scope or self.tree
        if (name, scope) not in self._uses:
            found = self._names[1].get(name, [])
            is_free = scope is self.tree and name not in self.bound
            self._uses[name, scope] = [each for each in found if is_free or not self._is_hidden(each, scope)]
        return self._uses[name, scope]

    def _is_hidden(self, use: ast.Name, scope: ast.AST) -> bool:
        """Return whether *use* refers to another binding of the name, or is not inside of *scope*."""
        inner: ast.AST = use
        for outer in self.parents(use):
            if outer is scope:
                return False
            if isinstance(outer, _SCOPES) and _is_body(inner, outer) and use.id in self._local(outer):
                return True
            if isinstance(outer, COMPREHENSIONS) and use.id in self._local(outer):
                return True
            inner = outer
        return scope is not self.tree

    def _local(self, scope: ast.AST) -> frozenset[str]:
        if scope not in self._locals:
            self._locals[scope] = frozenset(own_names(scope))
        return self._locals[scope]


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """An expression, and the file that contains it."""

    node: ast.expr
    module: FlowModule

    @property
    def called(self) -> str:
        """The qualified name of the called object; empty for other expressions."""
        return self.module.names.called(self.node)


def _is_body(inner: ast.AST, outer: ast.AST) -> bool:
    """Return whether *inner* is in the body of a function, and not in its header."""
    body = getattr(outer, "body", None)
    return inner in body if isinstance(body, list) else inner is body
