"""Derive the JSON Schema of a function's parameters from its source.

plain    the types that nearly all flows have, without pydantic
cut      extracts the definitions that a signature needs; `annotations`, `values` and `names` check every
         node of them, `cut_class` those of a class
allowed  the allowlist of names and calls that they may use
make     executes the extracted code, and generates the schema with pydantic
"""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.project.flows.schema.plain import NotPlain, Schema, Schemas, plain_schema
from syntask_yaml.pysource.symbols import Definition

__all__ = ["Schema", "Schemas", "parameter_schemas"]


def parameter_schemas(function: Definition, descriptions: Mapping[str, str]) -> Schemas:
    """Return the schemas of the parameters of *function*; raise `Unknowable` if they are unknown."""
    try:
        schema = plain_schema(function, descriptions)
    except NotPlain:
        from syntask_yaml.project.flows.schema.make import make_schemas

        return make_schemas(function, descriptions)
    return Schemas(schema, schema)
