"""The patterns of `.gitignore`, with the semantics of git: bytes are compared, and the last match decides."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

# Whether a file is excluded, by its relative name, or a directory, whose name ends with `/`.
IsIgnored = Callable[[str], bool]

_NEVER = b"(?!)"

# The parts of a pattern; an unclosed bracket, or a trailing backslash, matches nothing.
_PIECE = re.compile(
    rb"(?P<folders>(?:(?<=/)|\A)\*\*+/)|(?P<below>(?:(?<=/)|\A)\*\*+\Z)|(?P<name>\*+)|(?P<one>\?)"
    rb"|\[(?P<negation>[!^]?)(?P<class>\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]|\\(?P<escaped>.)"
    rb"|(?P<never>[\[\\])|(?P<literal>.)",
    re.DOTALL,
)
_WRITTEN = {"folders": b"(?:.*/)?", "below": b".*", "name": b"[^/]*", "one": b"[^/]", "never": _NEVER}
_IN_CLASS = re.compile(rb"\[:(?P<named>[a-z]+):\]|\\?(?P<first>.)(?:-\\?(?P<last>.))?", re.DOTALL)
_NAMED = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"blank": rb"\t ",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": b"0-9",
    b"graph": b"!-~",
    b"lower": b"a-z",
    b"print": b" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb"\s",
    b"upper": b"A-Z",
    b"xdigit": b"0-9A-Fa-f",
}


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """A line of an ignore file. Without a `/` in it, it is compared with the last part of a path."""

    expression: re.Pattern[bytes]
    is_exception: bool
    is_for_directories: bool
    is_for_last_part: bool


def rules_of(lines: Iterable[str]) -> Iterator[IgnoreRule]:
    """Return the rules in the *lines* of an ignore file. Raises ValueError for a `!` without a pattern."""
    for line in lines:
        if line.startswith("#") or not (text := _trimmed(line)):
            continue
        is_exception = text.startswith("!")
        if text == "!":
            raise ValueError("`!` requires a pattern")
        pattern = text[is_exception:]
        is_for_directories = pattern.endswith("/")
        pattern = pattern.removesuffix("/")
        expression = _expression(os.fsencode(pattern.removeprefix("/")))
        yield IgnoreRule(expression, is_exception, is_for_directories, is_for_last_part="/" not in pattern)


def is_ignored_by(rules: Iterable[IgnoreRule]) -> IsIgnored:
    """Return whether the last rule that matches a name excludes it, regardless of its parents."""
    strongest_first = tuple(rules)[::-1]

    def is_ignored(name: str) -> bool:
        path = os.fsencode(name.removesuffix("/"))
        last_part = path.rpartition(b"/")[2]
        for rule in strongest_first:
            if rule.is_for_directories and not name.endswith("/"):
                continue
            if rule.expression.fullmatch(last_part if rule.is_for_last_part else path):
                return not rule.is_exception
        return False

    return is_ignored


def _trimmed(line: str) -> str:
    """Return *line* without its line end, and without trailing spaces that are not escaped."""
    found = re.match(r"(?:\\.|[^\\])*?(?= *\r?$)|.*", line, re.DOTALL)
    return found[0] if found else line


def _expression(pattern: bytes) -> re.Pattern[bytes]:
    try:
        return re.compile(_PIECE.sub(_piece, pattern), re.DOTALL)
    except re.error:  # a class of which nothing is known
        return re.compile(_NEVER)


def _piece(found: re.Match[bytes]) -> bytes:
    if found["class"] is not None:
        negation = b"^" if found["negation"] else b""
        return b"(?!/)[" + negation + _IN_CLASS.sub(_in_class, found["class"]) + b"]"
    literal = found["escaped"] or found["literal"]
    return re.escape(literal) if literal else _WRITTEN[str(found.lastgroup)]


def _in_class(found: re.Match[bytes]) -> bytes:
    if found["named"]:
        return _NAMED.get(found["named"], b"")
    first, last = found["first"], found["last"] or b""
    return re.escape(first) + (b"-" + re.escape(last) if last > first else b"")
