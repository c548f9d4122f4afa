"""Extract the definitions that a signature needs from its source: classes without bodies, values, aliases.

The extracted code is executed, so each node of it is checked.
"""

from __future__ import annotations

import ast

from syntask_yaml.project.flows.schema.annotations import Annotations
from syntask_yaml.project.flows.schema.cut_class import ClassCut
from syntask_yaml.project.flows.schema.pieces import FUNCTION, At, Code, annotating, arguments, expression
from syntask_yaml.pysource.lookup import lookup
from syntask_yaml.pysource.scope import NOTHING, NameScope, first_line
from syntask_yaml.pysource.symbols import Definition, Undefined, Unknowable


class Cut(Annotations):
    """Collects the parts that a function needs; raises `Unknowable` for code that is not allowed."""

    def __init__(self, function: Definition) -> None:
        super().__init__()
        self._function(function)

    def _function(self, function: Definition) -> None:
        node, scope = function.node, function.scope
        if isinstance(node, ast.ClassDef) or getattr(node, "type_params", None):
            raise Unknowable(f"`{node.name}` is generic")
        there = At(scope.at(first_line(node)))

        def parameter(item: ast.arg) -> ast.arg:
            return ast.arg(item.arg, item.annotation and self.annotation(item.annotation, annotating(there)))

        made = ast.FunctionDef(
            name=FUNCTION,
            args=arguments(node.args, parameter, lambda _, value: self.value(value, there)),
            body=[ast.Pass()],
            decorator_list=[],
            returns=self._returns(node.returns, there),
        )
        self.part(scope.module).steps.append((float("inf"), Code(FUNCTION, node, made)))

    def _returns(self, node: ast.expr | None, there: At) -> ast.expr | None:
        """Return an undefined name for an unresolvable string annotation of the result, as in Prefect."""
        at = annotating(there)
        text = _text(node, at)
        if text is None or all(
            _is_defined(part.id, at.scope) for part in ast.walk(text) if isinstance(part, ast.Name)
        ):
            return None
        return (
            ast.Constant("__undefined__")
            if isinstance(node, ast.Constant)
            else ast.Name("__undefined__", ast.Load())
        )

    def cut_class(self, owner: Definition) -> None:
        """Collect the class *owner* and its dependencies; a nested class is part of its outer class."""
        if id(owner.node) in self._done or owner.scope.around is not NOTHING:
            return
        self._done.add(id(owner.node))
        made = ClassCut(self, owner).made()
        line = owner.node.end_lineno or owner.node.lineno
        self.part(owner.scope.module).steps.append((line, Code(owner.name, owner.node, made)))


def _text(node: ast.expr | None, at: At) -> ast.expr | None:
    """Return the expression of a string annotation."""
    if node is not None and at.is_text:
        return node
    return expression(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_defined(name: str, scope: NameScope) -> bool:
    try:
        lookup(name, scope.deferred().outside())
    except Undefined:
        return False
    except Unknowable:
        return True
    return True
