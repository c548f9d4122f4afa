"""Mappings that statements fill before a call unpacks them: `options["schedule"] = …`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syntask_yaml.upgrade.scripts.calls import BuildCall
from syntask_yaml.upgrade.scripts.constants import Dynamic, truth_of
from syntask_yaml.upgrade.scripts.evaluate import Evaluator
from syntask_yaml.upgrade.scripts.reach import Closure, Frame
from syntask_yaml.upgrade.scripts.surroundings import function_around


def grown_mapping(
    name: str, call: BuildCall, frame: Frame, evaluator: Evaluator
) -> Mapping[str, Closure] | None:
    """Return the items of the mapping *name* at the time of *call*; None if they are unknown.

    Only the block of the function or module that contains the call is followed.
    """
    around = function_around(call.around) or call.around[0]
    if not isinstance(around, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    growing = _Growing(name, call, frame, evaluator)
    return growing.items if growing.run(around.body) and growing.is_begun else None


@dataclass(slots=True)
class _Growing:
    name: str
    call: BuildCall
    frame: Frame
    evaluator: Evaluator
    items: dict[str, Closure] = field(default_factory=dict)
    is_begun: bool = False

    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Follow the statements of a block up to the call; return False for an unsupported statement."""
        for statement in body:
            if statement in self.call.around:
                return self._is_unpacked_alone(statement)
            if self._mentions(statement) and not self._follow(statement):
                return False
        return True

    def _follow(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Assign(targets=[ast.Name(id=self.name)], value=value):
                self.items, self.is_begun = {}, True
                return self._add(value)
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id=self.name), slice=ast.Constant(value=str(key)))],
                value=value,
            ):
                self.items[key] = Closure(value, self.frame)
                return not self._mentions(value)
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=self.name), attr="update"), args=[more])
            ):
                return self._add(more)
            case ast.If(test=test, body=body, orelse=orelse) if not self._mentions(test):
                try:
                    holds = truth_of(self.evaluator.evaluate(test, self.frame).value, test)
                except Dynamic:
                    return False
                return self.run(body if holds else orelse)
        return False

    def _add(self, value: ast.expr) -> bool:
        """Add the items of a dict display or `dict` call."""
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
            pairs = [(each.arg, each.value) for each in value.keywords]
            is_whole = not value.args
        elif isinstance(value, ast.Dict):
            keys = [each.value if isinstance(each, ast.Constant) else None for each in value.keys]
            pairs = [
                (key if isinstance(key, str) else None, item)
                for key, item in zip(keys, value.values, strict=True)
            ]
            is_whole = True
        else:
            return False
        self.items |= {key: Closure(item, self.frame) for key, item in pairs if key is not None}
        return is_whole and all(key is not None and not self._mentions(item) for key, item in pairs)

    def _is_unpacked_alone(self, statement: ast.stmt) -> bool:
        """Return whether the statement with the call uses the mapping once."""
        uses = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == self.name]
        return len(uses) == 1

    def _mentions(self, node: ast.AST) -> bool:
        return any(isinstance(each, ast.Name) and each.id == self.name for each in ast.walk(node))
