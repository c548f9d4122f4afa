"""The names inside a Jinja expression, without Jinja."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_WORDS = frozenset("and or not in is if else true false none True False None".split())
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<filter>\|\s*\w+ | \bis\s+(?:not\s+)?\w+)
      | (?P<name>\$?[A-Za-z_]\w*(?:-\w+)*(?:\.[\w-]+|\[\d+\])*)(?![\w-]|\s*=[^=])""",
    re.VERBOSE,
)


class ExpressionFailed(Exception):
    """The expression is not one, or has no value; the text says why, in a sentence."""


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """The names that the expression *text* asks for, as they were written.

    A `-` without blanks around it belongs to a name: `build-image.tag ~ "-x"` asks for one name.
    """
    return tuple(dict.fromkeys(match["name"] for match in _TOKEN.finditer(text) if _is_name(match)))


def rename(text: str, names: Mapping[str, str]) -> str:
    """The expression with each of its names replaced by the one that *names* has for it."""
    return _TOKEN.sub(lambda match: names[match["name"]] if _is_name(match) else match[0], text)


def _is_name(match: re.Match[str]) -> bool:
    return match["name"] is not None and match["name"] not in _WORDS
