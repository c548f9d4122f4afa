"""The patterns of `.dockerignore`, with the semantics of the engine.

The engine converts each pattern to a regular expression. `*`, `?`, `.` and `$` have their meaning of a shell,
and everything else that of a regular expression: `[^a]`, `\\#`, `(a|b)`. An excluded directory is not
searched, unless an exception starts with its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from typing import TypeAlias

from syntask_yaml.errors import StepFailed

IGNORE_FILE = ".dockerignore"

# Whether each pattern matches.
_Matches: TypeAlias = tuple[bool, ...]

# Patterns that are invalid for the engine: a trailing backslash, and empty or unclosed classes.
_CHARACTER = r"(?:\\.|[^\\\]-])"
_PATTERN = re.compile(rf"(?:\\.|\[\^?(?:{_CHARACTER}(?:-{_CHARACTER})?)+\]|[^\\\[])+", re.DOTALL)

# Two consecutive repetitions, which are invalid for the engine but valid in Python.
_REPEATED = re.compile(r"(?:[*+]|\{\d+(?:,\d*)?\})\+")

# The parts of a pattern that differ from regular expressions.
_PIECE = re.compile(
    r"(?P<rest>\*\*/?\Z)|(?P<levels>\*\*/?)|(?P<name>\*)|(?P<one>\?)|(?P<literal>[.$])|\\.", re.S
)
_WRITTEN = {"rest": ".*", "levels": "(.*/)?", "name": "[^/]*", "one": "[^/]"}

# A character class of the engine, and the parts that Python writes differently.
_CLASS = re.compile(r"\\.|\[(\^?)((?:\[:\w+:\]|\\.|[^\]\\])+)\]", re.S)
_IN_CLASS = re.compile(r"\[:(\w+):\]|\\.|[\[&~|]", re.S)
_NAMED = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r"\t ",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}


@dataclass(frozen=True, slots=True)
class _Pattern:
    text: str
    expression: re.Pattern[str]
    is_exception: bool

    @property
    def depth(self) -> int:
        return self.text.count("/") + 1


class Patterns:
    """The patterns of an ignore file, in order; the last match decides.

    Raises StepFailed for an invalid pattern.
    """

    def __init__(self, text: str) -> None:
        self._patterns = tuple(map(_compiled, lines_of(text)))
        self._exceptions = [f"{each.text}/" for each in self._patterns if each.is_exception]

    @classmethod
    def read(cls, path: Path) -> Patterns:
        """Return the patterns in a file; empty if it does not exist."""
        return cls(path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "")

    def inside(self, directory: str) -> _Matches:
        """Return which patterns match everything in *directory*; the root is empty."""
        parts = directory.split("/") if directory else []
        return tuple(
            each.depth <= len(parts) and _is_match(each, "/".join(parts[: each.depth]))
            for each in self._patterns
        )

    def is_ignored(self, path: str, above: _Matches) -> bool:
        """Return whether *path* is excluded, given the result of `inside` for its directory."""
        for known, each in zip(reversed(above), reversed(self._patterns), strict=True):
            if known or _is_match(each, path):
                return not each.is_exception
        return False

    def may_show(self, directory: str) -> bool:
        """Return whether the build context may include anything in an excluded *directory*."""
        return any(exception.startswith(f"{directory}/") for exception in self._exceptions)


def lines_of(text: str) -> Iterator[str]:
    """Return the patterns of an ignore file as written."""
    lines = (line for line in text.removeprefix("\ufeff").split("\n") if not line.startswith("#"))
    return (line.strip() for line in lines if line.strip())


def _compiled(line: str) -> _Pattern:
    is_exception = line.startswith("!")
    written = line.removeprefix("!").strip()
    text = re.sub("^//", "/", normpath(written)) if written else ""
    text = text.removeprefix("/") or text
    try:
        if not _PATTERN.fullmatch(text) or _REPEATED.search(_CLASS.sub("_", text)):
            raise re.error("invalid pattern")
        expression = _CLASS.sub(_class, _PIECE.sub(_piece, text))
        return _Pattern(text, re.compile(rf"^{expression}\Z", re.ASCII), is_exception)
    except re.error as error:
        hint = "Write `[a-z]` for a set of characters, and a backslash before a literal character."
        raise StepFailed(f"`{IGNORE_FILE}` contains an invalid pattern: `{line}`.", hint=hint) from error


def _piece(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind is None:  # an escape
        return found[0]
    return _WRITTEN.get(kind, f"\\{found[0]}")


def _class(found: re.Match[str]) -> str:
    if found[2] is None:  # an escape
        return found[0]
    return f"[{found[1]}{_IN_CLASS.sub(_in_class, found[2])}]"


def _in_class(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED.get(found[1], found[0])
    return found[0] if found[0].startswith("\\") else f"\\{found[0]}"


def _is_match(pattern: _Pattern, path: str) -> bool:
    return pattern.expression.search(path) is not None
