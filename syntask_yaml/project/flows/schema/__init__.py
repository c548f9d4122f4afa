"""From a function, as its source declares it, to the JSON Schema of its parameters.

plain    the types that nearly all flows have, without pydantic
cut      the definitions that a signature needs, cut out of the source and checked
allowed  the closed list of names and calls that they may use
make     runs what was cut out, and has pydantic make the schema of it
"""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.project.flows.schema.plain import NotPlain, Schema, plain_schema
from syntask_yaml.pysource.symbols import Definition

__all__ = ["Schema", "parameter_schema"]


def parameter_schema(function: Definition, descriptions: Mapping[str, str]) -> Schema:
    """Return the schema of the parameters of *function*; raise `Unknowable` if the source does not tell."""
    try:
        return plain_schema(function, descriptions)
    except NotPlain:
        from syntask_yaml.project.flows.schema.make import make_schema

        return make_schema(function, descriptions)
