"""Methods of texts whose result needs no code to be run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

MAX_LENGTH = 100_000
# Those that give a text, whatever their arguments are.
_METHODS = frozenset(
    "capitalize casefold format join lower lstrip removeprefix removesuffix replace rstrip strip title "
    "upper".split()
)
_PLAIN_FORMAT = re.compile(r"(?:[^{}]|\{\w*\})*")


def is_method(name: str) -> bool:
    """Whether `result_of` knows the method of texts."""
    return name in _METHODS


def result_of(text: Any, name: str, arguments: Sequence[Any]) -> str:
    """What the method *name* of *text* returns. Raises ValueError unless all that it takes is plain text."""
    texts = [
        each for argument in arguments for each in (argument if isinstance(argument, list) else [argument])
    ]
    is_plain = all(type(each) is str for each in (text, *texts))
    if not is_plain or (name == "format" and not _PLAIN_FORMAT.fullmatch(text)):
        raise ValueError("not a plain text")
    if len(text) * (1 + sum(map(len, texts))) > MAX_LENGTH:
        raise ValueError("too long")
    try:
        return str(getattr(text, name)(*arguments))
    except (TypeError, LookupError) as error:
        raise ValueError("wrong arguments") from error
