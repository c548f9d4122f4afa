"""The imports of Python files, found without parsing most of them."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import NamedTuple

from syntask_yaml.pysource.module import SourceUnreadable, parse

# Looking for the word takes a thirtieth of the time that parsing takes. A statement can begin a line, or
# follow `;` or `:`. What looks like one inside of a text of several lines has an odd number of quotes before.
_WORD = re.compile(rb"import\b")
_FROM = re.compile(rb"(?:^|[;:])[ \t]*(?:from[ \t]*([.\x20\t]*)([^\s;#(]*))?[ \t]*$", re.MULTILINE)
_NAMES = re.compile(rb"[ \t]*(?:\(((?:[^()#]|#[^\n]*)*)|([^\n;#]*))")
_CALL = re.compile(rb"import(?:_module|__)\(\s*[\"']([^\"'\s]+)[\"']")
_COMMENT = re.compile(rb"#[^\n]*")
_CALLED = frozenset({"import_module", "__import__"})


class Import(NamedTuple):
    """`import module`, or `from module import names`, *level* folders up."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0


def imports_of(content: bytes) -> Collection[Import]:
    """The imports of a file, wherever they stand, also those by a name that is written out.

    Only a file with something like an import in a text is parsed; one that is no Python has whatever looks
    like an import.
    """
    if b"\\" in content:
        content = content.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")
    found = [Import(os.fsdecode(each)) for each in _CALL.findall(content)]
    in_text = False
    for word in _WORD.finditer(content):
        start, end = word.span()
        before = _FROM.search(content, content.rfind(b"\n", 0, start) + 1, start)
        if before is not None:
            in_text = in_text or _is_in_text(content, start)
            found += _statement(before, _NAMES.match(content, end))
    if in_text:
        with suppress(SourceUnreadable):
            return imports_in(parse(content))
    return found


def _is_in_text(content: bytes, at: int) -> bool:
    return any(content.count(quotes, 0, at) % 2 for quotes in (b'"""', b"'''"))


def _statement(before: re.Match[bytes], after: re.Match[bytes] | None) -> list[Import]:
    several, plain = after.groups() if after is not None else (None, b"")
    names = _names(plain if several is None else _COMMENT.sub(b"", several))
    level, module = before.groups()
    if module is None:
        return [Import(name) for name in names]
    return [Import(os.fsdecode(module), names, level.count(b"."))]


def _names(listed: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(part.split(None, 1)[0]) for part in listed.split(b",") if part.strip())


def imports_in(tree: ast.AST) -> frozenset[Import]:
    """The imports in a syntax tree, wherever they stand, also those by a name that is written out."""
    return frozenset(each for node in ast.walk(tree) for each in _of(node))


def _of(node: ast.AST) -> Iterator[Import]:
    match node:
        case ast.Import(names=aliases):
            yield from (Import(alias.name) for alias in aliases)
        case ast.ImportFrom(module=module, names=aliases, level=level):
            yield Import(module or "", tuple(alias.name for alias in aliases), level)
        case ast.Call(
            func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(module)), *_]
        ) if name in _CALLED:
            yield Import(module)
