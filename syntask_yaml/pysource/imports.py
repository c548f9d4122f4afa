"""Find the imports of Python files, most of them without parsing.

Most files have only plain import statements, which repeat across files: a pattern extracts them from the
bytes, and each statement is interpreted once. Other files are searched for the keyword, and parsed only if
that is ambiguous.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from syntask_yaml.pysource.module import SourceUnreadable, parse

_IMPORT = b"import"
_QUOTES = (b'"""', b"'''")
_PLAIN = re.compile(
    rb"^[ \t]*(?:import[ \t]+[\w.]|from[ \t]+[\w.]+[ \t]+import[ \t]+(?:[\w*]|\([\w,\s]+\)))[\w., \t]*"
    rb"(?:\#[^\n]*)?\r?$",
    re.MULTILINE,
)

# Searching for the keyword takes a thirtieth of the time of parsing. A statement can begin a line, or follow
# `;` or `:`. A match inside a multi-line string has an odd number of triple quotes before it.
_WORD = re.compile(r"import\b")
_FROM = re.compile(r"(?:^|[;:])[ \t]*(?:from[ \t]*([.\x20\t]*)([^\s;#(]*))?[ \t]*$", re.MULTILINE)
_NAMES = re.compile(r"[ \t]*(?:\(((?:[^()#]|#[^\n]*)*)|([^\n;#]*))")
_CALL = re.compile(r"import(?:_module|__)\(\s*[\"']([^\"'\s]+)[\"']")
_COMMENT = re.compile(r"#[^\n]*")
_CALLED = frozenset({"import_module", "__import__"})


class Import(NamedTuple):
    """`import module`, or `from module import names`, *level* packages up."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0


# A plain statement as written, or an import of any other statement.
Statement: TypeAlias = bytes | Import


def statements_of(content: bytes) -> Collection[Statement]:
    """Return all imports of a file, including calls such as `import_module("name")`.

    Only a file with a possible import inside a string is parsed. For invalid Python, return everything that
    looks like an import.
    """
    plain = _plain(content)
    return _searched(content) if plain is None else plain


def understood(statement: Statement) -> tuple[Import, ...]:
    """Return the imports of a statement."""
    if isinstance(statement, Import):
        return (statement,)
    before, _, after = statement.partition(b"#")[0].decode("ascii").partition("import")
    if (one := after.strip()).replace(".", "").isidentifier() and not before:
        return (Import(one),)
    names = _names(after.replace("(", "").replace(")", ""))
    if not before.strip():
        return tuple(map(Import, names))
    source = before.split()[1]
    module = source.lstrip(".")
    return (Import(module, names, len(source) - len(module)),)


def _plain(content: bytes) -> list[bytes] | None:
    """Return the import statements of a file if all are plain ones; None otherwise."""
    last = content.rfind(_IMPORT)
    if last < 0:
        return []
    end = content.find(b"\n", last)
    if content.find(b"(", last, end) >= 0:
        end = content.find(b")", last) + 1
    head = content[:end] if end >= 0 else content
    if (b'"""' in head or b"'''" in head) and _may_be_in_text(head, last):
        return None
    found = _PLAIN.findall(head)
    return found if len(found) == head.count(_IMPORT) else None


def _may_be_in_text(content: bytes, last: int) -> bool:
    """Return whether an import may be inside a multi-line string; *last* is the offset of the last one."""
    first = content.find(_IMPORT)
    return any(content.find(each, first, last) >= 0 or content.count(each, 0, first) % 2 for each in _QUOTES)


def _searched(content: bytes) -> Collection[Import]:
    text = content.decode("utf-8-sig", "surrogateescape")
    if "\\" in text:
        text = text.replace("\\\r\n", " ").replace("\\\n", " ")
    found = [Import(each) for each in _CALL.findall(text)]
    in_text = False
    for word in _WORD.finditer(text):
        start, end = word.span()
        before = _FROM.search(text, text.rfind("\n", 0, start) + 1, start)
        if before is not None:
            in_text = in_text or _is_in_text(text, start)
            found += _statement(before, _NAMES.match(text, end))
    if in_text:
        with suppress(SourceUnreadable):
            return sorted(imports_in(parse(content)))  # in the same order in every process
    return found


def _is_in_text(text: str, at: int) -> bool:
    return text.count('"""', 0, at) % 2 == 1 or text.count("'''", 0, at) % 2 == 1


def _statement(before: re.Match[str], after: re.Match[str] | None) -> list[Import]:
    several, plain = after.groups() if after is not None else (None, "")
    names = _names(plain if several is None else _COMMENT.sub("", several))
    level, module = before.groups()
    if module is None:
        return [Import(name) for name in names]
    return [Import(module, names, level.count("."))]


def _names(listed: str) -> tuple[str, ...]:
    return tuple(words[0] for part in listed.split(",") if (words := part.split(None, 1)))


def imports_in(tree: ast.AST) -> frozenset[Import]:
    """Return all imports in a syntax tree, including calls such as `import_module("name")`."""
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
