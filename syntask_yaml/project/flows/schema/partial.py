"""Derive the schema of those parameters of a signature that the source shows."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace

from syntask_yaml.project.flows.schema import Schema, parameter_schemas
from syntask_yaml.project.flows.schema.pieces import arguments
from syntask_yaml.pysource.signature import parameters
from syntask_yaml.pysource.symbols import Definition, Unknowable


@dataclass(frozen=True, slots=True)
class PartialSchema:
    """A schema of values in which the parameters *unknown* can be anything."""

    schema: Schema
    unknown: tuple[str, ...]


def partial_schema(function: Definition, descriptions: Mapping[str, str]) -> PartialSchema | None:
    """Return the schema of the known parameters of *function*; None if there are none."""
    unknown = tuple(name for name in _names(function) if not _is_known(function, name))
    try:
        return PartialSchema(parameter_schemas(_without(function, unknown), descriptions).values, unknown)
    except (Unknowable, RecursionError):
        return None


def _is_known(function: Definition, name: str) -> bool:
    try:
        parameter_schemas(_without(function, [other for other in _names(function) if other != name]), {})
    except (Unknowable, RecursionError):
        return False
    return True


def _names(function: Definition) -> list[str]:
    args = function.node.args  # type: ignore[union-attr]  # a class has no signature
    return [parameter.name for parameter in parameters(args)]


def _without(function: Definition, names: list[str] | tuple[str, ...]) -> Definition:
    """Return *function* without the types and default values of the parameters *names*."""
    node = copy(function.node)
    assert not isinstance(node, ast.ClassDef)
    node.args = arguments(
        node.args,
        lambda item: ast.arg(item.arg) if item.arg in names else item,
        lambda item, value: ast.Constant(None) if item.arg in names else value,
    )
    return replace(function, node=node)
