"""What stands around the type of a field and says something of the field: `ClassVar`, `Required` …"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from syntask_yaml.project.flows.schema.annotations import Reader, expression
from syntask_yaml.project.flows.schema.kinds import Kind
from syntask_yaml.project.flows.source.symbol import External


class Qualifier(Enum):
    """What a field is."""

    CLASS = "no field, but an attribute of the class"
    FINAL = "set once"
    INIT = "given to the constructor alone"
    OPTIONAL = "left out at will"
    READ_ONLY = "not to be changed"
    REQUIRED = "always there"


QUALIFIERS: Mapping[str, Qualifier] = {
    "dataclasses.InitVar": Qualifier.INIT,
    "typing.ClassVar": Qualifier.CLASS,
    "typing.Final": Qualifier.FINAL,
    "typing.NotRequired": Qualifier.OPTIONAL,
    "typing.ReadOnly": Qualifier.READ_ONLY,
    "typing.Required": Qualifier.REQUIRED,
}

# What a field can be in each kind of class; elsewhere it means nothing, or something else.
ALLOWED: Mapping[Kind, frozenset[Qualifier]] = {
    Kind.DATACLASS: frozenset({Qualifier.CLASS, Qualifier.INIT}),
    Kind.MODEL: frozenset({Qualifier.CLASS, Qualifier.FINAL}),
    Kind.NAMED_TUPLE: frozenset(),
    Kind.TYPED_DICT: frozenset({Qualifier.OPTIONAL, Qualifier.READ_ONLY, Qualifier.REQUIRED}),
}


def unqualified(node: ast.expr, reader: Reader) -> tuple[Reader, ast.expr, frozenset[Qualifier]]:
    """The type inside *node*, what stands around it, and who can read the type."""
    found: set[Qualifier] = set()
    while True:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node, reader = expression(node.value), replace(reader, scope=reader.quoted, is_quoted=True)
        outer = node.value if isinstance(node, ast.Subscript) else node
        symbol = reader.symbol(outer) if isinstance(outer, (ast.Name, ast.Attribute)) else None
        if not isinstance(symbol, External) or symbol.name not in QUALIFIERS:
            return reader, node, frozenset(found)
        found.add(QUALIFIERS[symbol.name])
        if not isinstance(node, ast.Subscript):
            return reader, node, frozenset(found)
        node = node.slice
