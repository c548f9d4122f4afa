"""The configuration of a pydantic model, as far as it shows in a schema."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from syntask_yaml.project.flows.schema.fields import arguments, called
from syntask_yaml.project.flows.schema.kinds import class_of
from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import Definition, Unknowable
from syntask_yaml.project.flows.source.values import Value, evaluate

SHOWN = frozenset({"title", "extra", "json_schema_extra", "arbitrary_types_allowed"})
NOT_SHOWN = frozenset(
    {"frozen", "from_attributes", "populate_by_name", "validate_assignment", "validate_default"}
    | {
        "str_strip_whitespace",
        "str_to_lower",
        "str_to_upper",
        "strict",
        "use_enum_values",
        "validate_by_name",
    }
    | {"protected_namespaces", "hide_input_in_errors", "revalidate_instances", "coerce_numbers_to_str"}
)


def config_of(definition: Definition) -> Mapping[str, Value]:
    """What a model says of itself: in the brackets behind its name, `model_config` or `class Config`."""
    node, scope = class_of(definition), definition.scope
    said = {keyword.arg or "**": evaluate(keyword.value, scope) for keyword in node.keywords}
    inside = scope.within(node)
    for statement in node.body:
        said |= {name: evaluate(value, inside.at(value.lineno)) for name, value in _said(statement, inside)}
    if unknown := said.keys() - SHOWN - NOT_SHOWN:
        raise Unknowable(f"what `{min(unknown)}` makes of `{node.name}` is not known from the source")
    return said


def _is_config(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id="model_config")]):
            return True
        case ast.AnnAssign(target=ast.Name(id="model_config")):
            return True
    return isinstance(statement, ast.ClassDef) and statement.name == "Config"


def _said(statement: ast.stmt, scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    if not _is_config(statement):
        return
    match statement:
        case ast.Assign(value=ast.Call() as call) | ast.AnnAssign(value=ast.Call() as call):
            if called(call, scope) != "pydantic.ConfigDict":
                raise Unknowable("`model_config` is not made by `ConfigDict`")
            yield from arguments(call).items()
        case ast.Assign(value=ast.Dict() as mapping) | ast.AnnAssign(value=ast.Dict() as mapping):
            yield from _items(mapping)
        case ast.ClassDef(body=body, bases=[]):
            for inner in body:
                yield from _assigned(inner)
        case _:
            raise Unknowable("the configuration of a model is not plain")


def _items(mapping: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    for key, value in zip(mapping.keys, mapping.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise Unknowable("the configuration of a model is not plain")
        yield key.value, value


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return
        case _:
            raise Unknowable("the configuration of a model is not plain")
