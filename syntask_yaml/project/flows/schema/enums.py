"""The members of an enumeration of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from syntask_yaml.project.flows.schema.fields import called
from syntask_yaml.project.flows.schema.kinds import bases, class_of
from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import Definition, External, Unknowable
from syntask_yaml.project.flows.source.values import Thing, Value, evaluate

# The type that every value has, for each class that decides it; None: any.
MIXED_IN: Mapping[str, type | None] = {
    "builtins.float": float,
    "builtins.int": int,
    "builtins.str": str,
    "enum.Enum": None,
    "enum.Flag": int,
    "enum.IntEnum": int,
    "enum.IntFlag": int,
    "enum.StrEnum": str,
}
FLAGS = frozenset({"enum.Flag", "enum.IntFlag"})

# A method of this name can give a member another value than the one written.
DECIDING = frozenset({"__new__", "__init__", "_generate_next_value_", "value", "__get__"})


def members_of(definition: Definition) -> Mapping[str, Value]:
    """The values of the members by name, in order; raises `Unknowable` where a method decides them."""
    node = class_of(definition)
    ancestors = frozenset(_ancestors(definition))
    kinds = {MIXED_IN[name] for name in ancestors} - {None}
    members: dict[str, Value] = {}
    for name, value in _written(node):
        scope = definition.scope.within(node).at(value.lineno)
        members[name] = _value(name, value, scope, members, ancestors)
        if isinstance(members[name], Thing) or any(type(members[name]) is not kind for kind in kinds):
            raise Unknowable(f"the value of `{node.name}.{name}` is not known from the source")
    if not members:
        raise Unknowable(f"`{node.name}` has no members")
    return members


def _ancestors(definition: Definition) -> Iterator[str]:
    """The classes of Python that an enumeration inherits from, directly or not."""
    for statement in class_of(definition).body:
        if isinstance(statement, ast.FunctionDef) and statement.name in DECIDING:
            raise Unknowable(f"`{definition.name}` makes its members' values")
    for base in bases(definition):
        if isinstance(base, Definition):
            yield from _ancestors(base)
        elif isinstance(base, External) and base.name in MIXED_IN:
            yield base.name
        else:
            raise Unknowable(f"what `{definition.name}` inherits is not known from the source")


def _written(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Expr() | ast.Pass() | ast.AnnAssign():
                continue
            case _:
                raise Unknowable(f"the members of `{node.name}` are not plain")
        if name.startswith("_") and name.endswith("_"):
            raise Unknowable(f"`{node.name}.{name}` changes how its members are made")
        if not name.startswith("__") and not isinstance(value, ast.Lambda):
            yield name, value


def _value(
    name: str, node: ast.expr, scope: Scope, earlier: Mapping[str, Value], ancestors: frozenset[str]
) -> Value:
    if not isinstance(node, ast.Call) or called(node, scope) != "enum.auto":
        return evaluate(node, scope)
    if "enum.StrEnum" in ancestors:
        return name.lower()
    last = list(earlier.values())
    if any(type(value) is not int for value in last) or "builtins.str" in ancestors:
        raise Unknowable(f"what `auto()` gives `{name}` is not known from the source")
    if FLAGS & ancestors:
        return 1 << max((value.bit_length() for value in last), default=0)
    return max(last, default=0) + 1
