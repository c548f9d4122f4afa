"""Resolve plain YAML scalars: YAML 1.1 as PyYAML's safe loader reads it, except dates.

An unquoted date stays text. Every value of a project is transported as JSON, which has no dates, and fields
for dates read texts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

Scalar = str | int | float | bool | None

_PREFIX = "tag:yaml.org,2002:"
STR, INT, FLOAT, BOOL, NULL, MAP, SEQ, MERGE, TIMESTAMP = (
    _PREFIX + kind for kind in ("str", "int", "float", "bool", "null", "map", "seq", "merge", "timestamp")
)
TAGS = frozenset({STR, INT, FLOAT, BOOL, NULL, TIMESTAMP})

_OCTAL = re.compile(r"[-+]?0[0-7_]*[1-7][0-7_]*")

# Python itself converts integers of up to 4,300 digits.
_MAX_INT_BITS = 14_000

_constructor = SafeConstructor()
_CONSTRUCT = {
    INT: _constructor.construct_yaml_int,
    FLOAT: _constructor.construct_yaml_float,
    BOOL: _constructor.construct_yaml_bool,
    NULL: _constructor.construct_yaml_null,
}


# The first characters of unquoted scalars that may not be texts. Those that are letters begin only single
# words.
_BESIDE_TEXT = frozenset(Resolver.yaml_implicit_resolvers)
_LONGEST_WORD = len("false")
_DECIMAL = re.compile(r"[1-9][0-9]{0,15}")


def is_text(text: str) -> bool:
    """Return whether the unquoted scalar *text* is certainly a text, by a quick check."""
    return text[:1] not in _BESIDE_TEXT or (len(text) > _LONGEST_WORD and text[0].isalpha())


def is_decimal(text: str) -> bool:
    """Return whether the unquoted scalar *text* is a number in the most common notation."""
    return _DECIMAL.fullmatch(text) is not None


@lru_cache(maxsize=8192)
def plain_scalar(text: str) -> Scalar:
    """Return the value of the unquoted scalar *text*. Raises ValueError for an invalid number."""
    return tagged(text, implicit_tag(text))


def odd_base(text: str) -> int | None:
    """Return the unexpected base in which the number *text* is read; None if it is decimal."""
    if ":" in text:
        return 60
    return 8 if _OCTAL.fullmatch(text) else None


def implicit_tag(text: str) -> str:
    """Return the tag that YAML 1.1 assigns to the unquoted scalar *text*."""
    resolvers = Resolver.yaml_implicit_resolvers
    for tag, pattern in resolvers.get(text[:1], []) + resolvers.get(None, []):
        if pattern.match(text):
            return str(tag)
    return STR


def tagged(text: str, tag: str) -> Scalar:
    """Return the value of *text* with an explicit *tag* of `TAGS`.

    Raises ValueError if the text does not match the tag (`!!int one`).
    """
    construct = _CONSTRUCT.get(tag)
    if construct is None:
        return text
    try:
        value: Scalar = construct(ScalarNode(tag, text))
    except (KeyError, IndexError, OverflowError) as error:
        raise ValueError(text) from error
    if isinstance(value, int) and value.bit_length() > _MAX_INT_BITS:
        raise ValueError(text)
    return value
