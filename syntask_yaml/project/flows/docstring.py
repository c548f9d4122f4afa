"""Read descriptions of parameters from docstrings in Google style.

The child process that loads a flow reads this file by its path: it may use only the standard library.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence

PARAMETER_SECTIONS = frozenset({"args", "arguments", "params", "parameters"})

_HEADING = re.compile(r"(?P<title>\w[\s\w-]*):(\s+\S.*)?\s*")
_FENCE = "```"


def parameter_descriptions(docstring: str | None) -> Mapping[str, str]:
    """Return the descriptions under `Args:`, by parameter; the last such section counts."""
    found: dict[str, str] = {}
    if docstring:
        lines = inspect.cleandoc(docstring.rstrip()).split("\n")
        for title, block in _sections(lines):
            if title.lower() in PARAMETER_SECTIONS:
                found = dict(_described(_items(block))) or found
    return found


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the sections in order: the text before the colon, and the indented lines below."""
    at, is_code = 0, False
    while at < len(lines):
        if lines[at].lstrip(" ").startswith(_FENCE):
            is_code = not is_code
        elif not is_code and (heading := _heading(lines, at)):
            end = _end(lines, at + 1)
            yield heading, lines[at + 1 : end]
            at = end - 1
        at += 1


def _heading(lines: Sequence[str], at: int) -> str | None:
    match = _HEADING.fullmatch(lines[at])
    if match is None or (at > 0 and lines[at - 1].strip()):
        return None
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return match["title"] if below.strip() and below.startswith(" ") else None


def _end(lines: Sequence[str], start: int) -> int:
    indent = _indent(lines[start])
    end = start
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(indent)):
        end += 1
    return end


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip()))


def _items(block: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of each item: its first line, and the continuation lines."""
    indent = _indent(block[0])
    item = [block[0][len(indent) :]]
    for line in block[1:]:
        if not line.strip():
            item.append("")
        elif line.startswith(indent * 2):
            item.append(line[2 * len(indent) :])
        elif line.startswith(f"{indent} "):
            item.append(line.lstrip())
        else:
            yield item
            item = [line[len(indent) :]]
    yield item


def _described(items: Iterator[list[str]]) -> Iterator[tuple[str, str]]:
    for first, *others in items:
        name, colon, text = first.partition(":")
        if colon:
            if "(" in name and name.endswith(")"):
                name = name.partition("(")[0].strip()
            yield name, "\n".join([text.lstrip(), *others]).rstrip("\n")
