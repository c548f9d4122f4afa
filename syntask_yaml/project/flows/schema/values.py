"""Check the values in a signature, node by node.

Names and calls must be in the allowlist, no attribute may begin with an underscore, operators are replaced by
bounded ones, and functions by ones that raise.
"""

from __future__ import annotations

import ast
from abc import abstractmethod

from syntask_yaml.project.flows.schema import allowed
from syntask_yaml.project.flows.schema.names import Names
from syntask_yaml.project.flows.schema.pieces import JOIN, MAKE, OPERATE, REFUSE, WEIGH, At, call, rebuilt
from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import (
    Definition,
    External,
    Member,
    Package,
    SourceExpression,
    Symbol,
    Unknowable,
)
from syntask_yaml.pysource.values import shown


class SourceValues(Names):
    """Checks values, and collects the definitions that they need."""

    def __init__(self) -> None:
        super().__init__()
        self.makes_objects = False

    @abstractmethod
    def type_made(self, node: ast.Call, at: At) -> ast.expr:
        """Return *node*, checked as a call that creates a type."""

    @abstractmethod
    def assigned(self, symbol: SourceExpression, *, is_type: bool) -> None:
        """Collect the assignment that defines the value or the type of *symbol*."""

    def value(self, node: ast.expr, at: At) -> ast.expr:
        """Return *node* as a value, with bounded operators."""
        self.count()
        match node:
            case ast.Constant():
                return node
            case ast.Name() | ast.Attribute():
                return self._value_of(node, at)
            case ast.Tuple() | ast.List() | ast.Set() | ast.UnaryOp() | ast.Subscript():
                return rebuilt(node, lambda each: self._item(each, at))
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                made = [
                    self._weighed(item, at) if key is None else self.value(item, at) for key, item in pairs
                ]
                return ast.Dict([key and self.value(key, at) for key in keys], made)
            case ast.Call():
                return self._called(node, at)
        if at.is_text:
            raise Unknowable(f"`{shown(node)}` is computed at run time")
        return self._worked_out(node, at)

    def _worked_out(self, node: ast.expr, at: At) -> ast.expr:
        match node:
            case ast.BinOp(op=ast.BitOr()) | ast.IfExp():
                return rebuilt(node, lambda each: self.value(each, at))
            case ast.BinOp(left=left, op=op, right=right):
                sides = (self.value(left, at), self.value(right, at))
                return call(OPERATE, ast.Constant(type(op).__name__), *sides)
            case ast.JoinedStr(values=values):
                return call(JOIN, *(self._text_part(part, at) for part in values))
            case ast.Lambda():
                return ast.Name(REFUSE, ast.Load())
        raise Unknowable(f"`{shown(node)}` is computed at run time")

    def _text_part(self, part: ast.expr, at: At) -> ast.expr:
        match part:
            case ast.Constant():
                return part
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self.value(value, at)
        raise Unknowable(f"`{shown(part)}` is formatted at run time")

    def _item(self, node: ast.expr, at: At) -> ast.expr:
        if isinstance(node, ast.Starred):
            return ast.Starred(self._weighed(node.value, at), ast.Load())
        return self.value(node, at)

    def _weighed(self, node: ast.expr, at: At) -> ast.expr:
        return call(WEIGH, self.value(node, at))

    def _value_of(self, node: ast.Name | ast.Attribute, at: At) -> ast.expr:
        try:
            symbol = resolve(node, at.scope) if _is_chain(node) else None
        except Unknowable:
            if isinstance(node, ast.Name):
                raise
            symbol = None
        if isinstance(node, ast.Attribute) and (symbol is None or _is_attribute(symbol)):
            return self._attribute(node, at)
        self._check_value(symbol, node)
        self.need(node, at)
        return node

    def _check_value(self, symbol: Symbol | None, node: ast.expr) -> None:
        match symbol:
            case External(name=name):
                if not allowed.is_function(name):
                    allowed.named(name)
            case SourceExpression(name=name, node=value, scope=home):
                if not isinstance(value, (ast.Constant, ast.Tuple)) and name in home.module.altered:
                    raise Unknowable(f"`{name}` is modified after it is assigned")
                self.assigned(symbol, is_type=False)
            case Definition(node=node_) if not isinstance(node_, ast.ClassDef) and node_.decorator_list:
                raise Unknowable(f"what `{symbol.name}` refers to cannot be determined from the source")
            case Package():
                raise Unknowable(f"`{shown(node)}` is a module")
            case Member(attribute=name) if name.startswith("_"):
                raise Unknowable(f"`{shown(node)}` is private")

    def _attribute(self, node: ast.Attribute, at: At) -> ast.expr:
        """Return an attribute of a value, such as `Color.RED.value`."""
        if node.attr.startswith("_") or at.is_text:
            raise Unknowable(f"`{shown(node)}` cannot be determined from the source")
        return ast.Attribute(self.value(node.value, at), node.attr, ast.Load())

    def _called(self, node: ast.Call, at: At) -> ast.expr:
        if not isinstance(node.func, (ast.Name, ast.Attribute)):
            raise Unknowable(f"what `{shown(node.func)}(…)` returns cannot be determined from the source")
        symbol = resolve(node.func, at.scope)
        args = [self._item(item, at) for item in node.args]
        keywords = [self._keyword(word, at) for word in node.keywords]
        match symbol:
            case External(name=name) if name in allowed.CALLED and all(word.arg for word in node.keywords):
                self.need(node.func, at)
                return ast.Call(node.func, args, keywords)
            case External(name=name) if allowed.maker(name) is not None and not at.is_text:
                return call(MAKE, ast.Constant(name), *args, keywords=keywords)
            case Definition(node=ast.ClassDef()) if not at.is_text:
                self.need(node.func, at)
                self.makes_objects = True
                return call(WEIGH, ast.Call(node.func, args, keywords))
        if isinstance(symbol, External) and symbol.name in allowed.TYPE_MAKERS:
            return self.type_made(node, at)
        raise Unknowable(f"what `{shown(node.func)}(…)` returns cannot be determined from the source")

    def _keyword(self, word: ast.keyword, at: At) -> ast.keyword:
        if word.arg is None:
            return ast.keyword(None, self._weighed(word.value, at))
        # Objects of project classes are created only where their size is limited.
        if word.arg == "default_factory" and not _is_of_python(word.value, at.scope):
            return ast.keyword(word.arg, ast.Name(REFUSE, ast.Load()))
        return ast.keyword(word.arg, self.value(word.value, at))


def _is_of_python(node: ast.expr, scope: NameScope) -> bool:
    try:
        symbol = resolve(node, scope)
    except Unknowable:
        return False
    return isinstance(symbol, External) and symbol.name.startswith("builtins.")


def _is_chain(node: ast.expr) -> bool:
    """Return whether *node* is a name, or an attribute chain of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_attribute(symbol: Symbol) -> bool:
    return isinstance(symbol, SourceExpression) and isinstance(symbol.node, ast.Attribute)
