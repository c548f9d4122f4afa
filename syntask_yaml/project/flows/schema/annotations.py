"""Check the types in a signature, node by node.

A string annotation is checked as the expression that Python would evaluate.
"""

from __future__ import annotations

import ast
from collections.abc import Container
from dataclasses import replace

from syntask_yaml.project.flows.schema import allowed
from syntask_yaml.project.flows.schema.pieces import At, Code, assignment, expression, rebuilt
from syntask_yaml.project.flows.schema.values import SourceValues
from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import NOTHING
from syntask_yaml.pysource.symbols import Definition, External, SourceExpression, Symbol, Unknowable
from syntask_yaml.pysource.values import shown


class Annotations(SourceValues):
    """Checks types, and collects the definitions that they need."""

    def __init__(self) -> None:
        super().__init__()
        self.imports = False

    def annotation(self, node: ast.expr, at: At) -> ast.expr:
        """Return *node*, checked as an annotation."""
        self.count()
        match node:
            case ast.Constant(value=str(text)):
                self.annotation(expression(text), replace(at, scope=at.scope.deferred(), is_text=True))
            case ast.Constant(value=value) if value is None or value is ...:
                pass
            case ast.Name() | ast.Attribute():
                self._type(self.refer(node, at), node)
            case ast.Subscript(value=value, slice=inside):
                return ast.Subscript(value, self._in_brackets(self.refer(value, at), inside, at), ast.Load())
            case ast.BinOp(op=ast.BitOr()) | ast.List() | ast.Tuple():
                return rebuilt(node, lambda each: self.annotation(each, at))
            case ast.Call():
                return self.type_made(node, at)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(self.value(test, at), self.annotation(body, at), self.annotation(orelse, at))
            case _:
                raise Unknowable(f"`{shown(node)}` is not a type")
        return node

    def _type(self, symbol: Symbol | None, node: ast.expr) -> None:
        match symbol:
            case External(name=name):
                allowed.named(name)
                self.imports |= name in allowed.IMPORTING
            case SourceExpression():
                self.assigned(symbol, is_type=True)
            case None | Definition(node=ast.ClassDef()):
                pass
            case _:
                raise Unknowable(f"`{shown(node)}` is not a type")

    def _in_brackets(self, symbol: Symbol | None, inside: ast.expr, at: At) -> ast.expr:
        match symbol:
            case External(name="typing.Literal"):
                return self._each(inside, at, types=())
            case External(name="typing.Annotated"):
                return self._each(inside, at, types=(0,))
            case None | External():
                if isinstance(symbol, External):
                    self._type(symbol, inside)
                return self.annotation(inside, at)
            case Definition(node=ast.ClassDef()) if inherits(symbol, "typing.Generic"):
                return self.annotation(inside, at)
            case SourceExpression(node=ast.Dict(values=types), scope=home) if (
                symbol.name not in home.module.altered
            ):
                for type_ in types:
                    self.annotation(type_, At(home))
                self.assigned(symbol, is_type=False)
                return self.value(inside, at)
        raise Unknowable(f"how `{symbol.name}` uses the types in its brackets cannot be determined")

    def _each(self, inside: ast.expr, at: At, types: Container[int]) -> ast.expr:
        """Return the expression in brackets, of which those at *types* are types and the others values."""
        items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        made = [
            self._either(item, at, is_type=number in types or isinstance(item, ast.Subscript))
            for number, item in enumerate(items)
        ]
        return ast.Tuple(made, ast.Load()) if isinstance(inside, ast.Tuple) else made[0]

    def _either(self, node: ast.expr, at: At, *, is_type: bool) -> ast.expr:
        return self.annotation(node, at) if is_type else self.value(node, at)

    def type_made(self, node: ast.Call, at: At) -> ast.expr:
        """Return *node*, checked as a call that creates a type."""
        symbol = self.refer(node.func, at)
        if not isinstance(symbol, External) or symbol.name not in allowed.TYPE_MAKERS:
            raise Unknowable(f"the type that `{shown(node)}` creates cannot be determined from the source")
        types = allowed.TYPE_MAKERS[symbol.name]
        args = [self._either(item, at, is_type=number in types) for number, item in enumerate(node.args)]
        keywords = [
            ast.keyword(word.arg, self._either(word.value, at, is_type=word.arg in types))
            for word in node.keywords
        ]
        return ast.Call(node.func, args, keywords)

    def assigned(self, symbol: SourceExpression, *, is_type: bool) -> None:
        """Collect the assignment that defines the value or the type of *symbol*."""
        key = (id(symbol.node), is_type)
        if key in self._done:
            return
        self._done |= {key}
        is_of_class = symbol.scope.around is not NOTHING
        at = At(symbol.scope, is_text=symbol.is_alias, is_inside=is_of_class)
        made = self._either(symbol.node, at, is_type=is_type)
        if not is_of_class and id(symbol.node) not in self._done:
            self._done.add(id(symbol.node))
            line = symbol.node.end_lineno or symbol.node.lineno
            step = Code(symbol.name, symbol.node, assignment(symbol, made))
            self.part(symbol.scope.module).steps.append((line, step))


def inherits(owner: Definition, prefix: str) -> bool:
    """Return whether a class has a base whose full name begins with *prefix*."""
    assert isinstance(owner.node, ast.ClassDef)
    for base in owner.node.bases:
        try:
            symbol = resolve(base.value if isinstance(base, ast.Subscript) else base, owner.scope)
        except Unknowable:
            continue
        if isinstance(symbol, External) and symbol.name.startswith(prefix):
            return True
        if (
            isinstance(symbol, Definition)
            and isinstance(symbol.node, ast.ClassDef)
            and inherits(symbol, prefix)
        ):
            return True
    return False
