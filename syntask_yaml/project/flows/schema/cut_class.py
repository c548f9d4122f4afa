"""Extract a class of the project without the bodies of its methods, and check it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from syntask_yaml.project.flows.schema import allowed
from syntask_yaml.project.flows.schema.annotations import Annotations, inherits
from syntask_yaml.project.flows.schema.pieces import REFUSE, At, annotating, arguments, call
from syntask_yaml.pysource.scope import NOTHING
from syntask_yaml.pysource.symbols import Definition, External, Unknowable
from syntask_yaml.pysource.values import shown


class ClassCut:
    """Extracts and checks a class without the bodies of its methods."""

    def __init__(self, cut: Annotations, owner: Definition) -> None:
        assert isinstance(owner.node, ast.ClassDef)
        self._cut, self._node, self._scope = cut, owner.node, owner.scope
        self._outside = At(owner.scope, is_inside=owner.scope.around is not NOTHING)
        self._is_enum = False
        self._is_model = False

    def made(self) -> ast.ClassDef:
        node = self._node
        if getattr(node, "type_params", None):
            raise Unknowable(f"`{node.name}` is generic")
        if node.name in self._scope.module.altered:
            raise Unknowable(f"`{node.name}` is modified after it is defined")
        self._cut.name_class(node.name)
        bases = [self._base(base) for base in node.bases]
        keywords = [ast.keyword(word.arg, self._keyword(word)) for word in node.keywords]
        decorators = [self._decorator(item) for item in node.decorator_list]
        body = [made for statement in node.body for made in self._statement(statement)]
        return ast.ClassDef(node.name, bases, keywords, body or [ast.Pass()], decorators)

    def _base(self, node: ast.expr) -> ast.expr:
        symbol = self._cut.refer(node.value if isinstance(node, ast.Subscript) else node, self._outside)
        if (
            isinstance(symbol, Definition)
            and isinstance(symbol.node, ast.ClassDef)
            and isinstance(node, (ast.Name, ast.Attribute))
        ):
            self._is_enum |= inherits(symbol, "enum.")
            self._is_model |= inherits(symbol, "pydantic.")
            return node
        if not isinstance(symbol, External) or symbol.name not in allowed.BASES:
            raise Unknowable(
                f"what the base class `{shown(node)}` does with its subclasses "
                "cannot be determined from the source"
            )
        self._is_enum |= symbol.name.startswith("enum.")
        self._is_model |= symbol.name.startswith("pydantic.")
        return self._cut.annotation(node, self._outside)

    def _keyword(self, word: ast.keyword) -> ast.expr:
        if word.arg != "metaclass":
            return self._cut.value(word.value, self._outside)
        symbol = self._cut.refer(word.value, self._outside)
        if isinstance(symbol, External) and symbol.name in allowed.METACLASSES:
            return word.value
        raise Unknowable(f"how `{self._node.name}` is created cannot be determined from the source")

    def _decorator(self, node: ast.expr) -> ast.expr:
        symbol = self._cut.refer(node.func if isinstance(node, ast.Call) else node, self._outside)
        if not isinstance(symbol, External) or symbol.name not in allowed.CLASS_DECORATORS:
            raise Unknowable(
                f"what the decorator `@{shown(node)}` does with a class cannot be determined from the source"
            )
        if isinstance(node, ast.Call):
            keywords = [
                ast.keyword(word.arg, self._cut.value(word.value, self._outside)) for word in node.keywords
            ]
            return ast.Call(node.func, [], keywords)
        return node

    def _statement(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        at = At(self._scope.within(self._node).at(statement.lineno), is_inside=True)
        match statement:
            case ast.AnnAssign(target=ast.Name() as target, annotation=annotation, value=value):
                made = self._cut.annotation(annotation, annotating(at, keeps_class=True))
                yield ast.AnnAssign(target, made, value and self._cut.value(value, at), 1)
            case ast.Assign(targets=targets, value=value) if all(
                isinstance(item, ast.Name) for item in targets
            ):
                yield from self._assigned(targets, value, at)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield self._method(statement, at)
            case ast.ClassDef():
                yield ClassCut(self._cut, Definition(statement, at.scope)).made()
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                yield statement
            case _:
                raise Unknowable(
                    f"the body of `{self._node.name}` contains statements that cannot be analyzed"
                )

    def _assigned(self, targets: list[ast.expr], value: ast.expr, at: At) -> Iterator[ast.stmt]:
        try:
            yield ast.Assign(targets, self._cut.value(value, at))
        except Unknowable:
            # An assignment without an annotation is not a field: only its own uses need the value.
            if self._is_enum or (self._is_model and not all(_is_private(item) for item in targets)):
                raise

    def _method(self, node: ast.FunctionDef | ast.AsyncFunctionDef, at: At) -> ast.stmt:
        args = arguments(node.args, lambda item: ast.arg(item.arg), lambda *_: ast.Constant(None))
        decorators = [made for item in node.decorator_list for made in self._method_decorator(item, at)]
        return ast.FunctionDef(node.name, args, [ast.Expr(call(REFUSE))], decorators)

    def _method_decorator(self, node: ast.expr, at: At) -> Iterator[ast.expr]:
        try:
            symbol = self._cut.refer(node.func if isinstance(node, ast.Call) else node, at)
        except Unknowable:
            return
        if isinstance(symbol, External) and symbol.name in allowed.METHOD_DECORATORS:
            if isinstance(node, ast.Call):
                args = [self._cut.value(item, at) for item in node.args]
                words = [ast.keyword(word.arg, self._cut.value(word.value, at)) for word in node.keywords]
                node = ast.Call(node.func, args, words)
            yield node


def _is_private(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith("_")
