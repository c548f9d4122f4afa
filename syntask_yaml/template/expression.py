"""Find the names in a Jinja expression without Jinja."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

MAX_LENGTH = 10_000
_WORDS = frozenset("and or not in is if else true false none True False None".split())
# A name is matched in a lookahead, which does not backtrack, so that no prefix of a name matches.
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<filter>\|\s*\w+ | \bis\s+(?:not\s+)?\w+)
      | (?P<number>\d[\w.]*+)
      | (?=(?P<name>\$?[^\W\d]\w*(?:-\w+)*(?:\.[\w-]+|\[-?\d+\])*))(?P=name)(?![\w-]|\s*=[^=])""",
    re.VERBOSE,
)


class ExpressionFailed(Exception):
    """The expression is invalid or has no value; *detail* says why, in a sentence, and *hint* what to do."""

    def __init__(self, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.hint = hint


@lru_cache(maxsize=4096)
def names_in(text: str) -> Mapping[str, int]:
    """Return the names in the expression *text*, as they are written, with their number of uses.

    A `-` without spaces around it belongs to a name: `build-image.tag ~ "-x"` has one name. Raises
    ExpressionFailed if *text* is too long.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionFailed(
            f"The expression is longer than {MAX_LENGTH:,} characters.", "Let a step output the value."
        )
    return Counter(match["name"] for match in _TOKEN.finditer(text) if _is_name(match))


def rename(text: str, names: Mapping[str, str]) -> str:
    """Return the expression with its names replaced according to *names*."""
    return _TOKEN.sub(lambda match: names[match["name"]] if _is_name(match) else match[0], text)


def _is_name(match: re.Match[str]) -> bool:
    return match["name"] is not None and match["name"] not in _WORDS
