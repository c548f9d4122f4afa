"""String methods whose result can be determined without running code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

MAX_LENGTH = 100_000
# Methods that return a string for any arguments.
_METHODS = frozenset(
    "capitalize casefold format join lower lstrip removeprefix removesuffix replace rstrip strip title "
    "upper".split()
)
_PLAIN_FORMAT = re.compile(r"(?:[^{}]|\{\w*\})*")


def is_method(name: str) -> bool:
    """Return whether `result_of` supports the string method."""
    return name in _METHODS


def result_of(text: Any, name: str, arguments: Sequence[Any]) -> str:
    """Return the result of the method *name* of *text*. Raises ValueError unless all arguments are plain."""
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
