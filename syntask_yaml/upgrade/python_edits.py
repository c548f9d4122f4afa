"""Edits of Python source that preserve every byte outside an edit.

Positions are offsets in the UTF-8 bytes of the text, as in `ast`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple

from syntask_yaml.upgrade.python_tree import BOM, StatementBlock, blocks, is_main_guard, parse

_LINE_END = re.compile(rb"\r\n|\r|\n")
_REST_OF_LINE = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(\r\n|\r|\n|\Z)")
_SEMICOLON = re.compile(rb"[ \t\f]*;[ \t\f]*")
_BLANK_LINES = re.compile(rb"(?:[ \t\f]*(?:\r\n|\r|\n))*")


class EditConflict(ValueError):
    """Two edits of one text overlap."""


class _Edit(NamedTuple):
    start: int
    end: int
    order: int
    text: str


class PythonEdits:
    """Replacements, insertions and deletions, which are applied together.

    Edits inside a removed statement are removed with it. Raises SyntaxError for invalid Python; *tree* is the
    parsed text, if available.
    """

    def __init__(self, text: str, tree: ast.Module | None = None) -> None:
        self.tree = tree or parse(text)
        self._bom = BOM if text.startswith(BOM) else ""
        self._data = text.removeprefix(BOM).encode()
        first = _LINE_END.search(self._data)
        lines = self._data.splitlines(keepends=True)
        self._lines = [*accumulate(map(len, lines), initial=0)]
        if lines and not lines[-1].endswith((b"\r", b"\n")):
            del self._lines[-1]  # no line begins after it
        self.newline = first.group().decode() if first else "\n"
        self._edits: list[_Edit] = []
        self._removed: dict[ast.stmt, tuple[int, int]] = {}  # with their offsets

    @cached_property
    def _blocks(self) -> list[StatementBlock]:
        return list(blocks(self.tree))

    def start(self, node: ast.AST) -> int:
        """Return the offset of *node*, or of the first decorator of a function or class."""
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            at = self._at(decorators[0].lineno, decorators[0].col_offset)
            return self._data.rindex(b"@", 0, at)
        return self._at(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Return the offset behind *node*."""
        return self._at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _at(self, line: int, column: int) -> int:
        return self._lines[line - 1] + column

    def original(self, start: int, end: int) -> str:
        """Return the text between two offsets, without edits."""
        return self._data[start:end].decode()

    def head(self, count: int) -> list[str]:
        """Return the first *count* lines, with line ends."""
        places = self._lines[: count + 1]
        return [self.original(start, end) for start, end in pairwise(places)]

    def line(self, number: int) -> str:
        """Return the line of that number, without edits; empty before the first."""
        ends = [*self._lines[1:], len(self._data)]
        return self.original(self._lines[number - 1], ends[number - 1]) if number > 0 else ""

    def source(self, node: ast.AST) -> str:
        """Return the text of *node*, without edits."""
        return self.original(self.start(node), self.end(node))

    def indentation(self, node: ast.AST) -> str:
        """Return the leading white space of the line of *node*."""
        start = self.start(node)
        line = self._data[self._line_start(start) : start]
        return line[: len(line) - len(line.lstrip(b" \t\f"))].decode()

    def line_starts(self, statement: ast.stmt) -> list[int] | None:
        """Return the offsets of lines after the first; None if *statement* has a multi-line string."""
        for node in ast.walk(statement):
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.lineno != node.end_lineno:
                return None
        return [self._lines[number] for number in range(statement.lineno, statement.end_lineno or 0)]

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace the text between two offsets."""
        self._edits.append(_Edit(start, end, len(self._edits), text))

    def insert(self, at: int, text: str) -> None:
        """Insert *text* before the byte at *at*."""
        self.replace(at, at, text)

    def insert_above(self, statement: ast.stmt, text: str) -> None:
        """Insert lines before a module-level statement, and before comments that are inserted there."""
        at = self.start(statement)
        self._edits.append(_Edit(at, at, -2, text))

    def replace_node(self, node: ast.AST, text: str) -> None:
        """Replace *node* by *text*."""
        self.replace(self.start(node), self.end(node), text)

    def take(self, node: ast.AST) -> str:
        """Return the text of *node* with its edits, which then no longer apply in place."""
        start, end = self.start(node), self.end(node)
        inside = [each for each in self._edits if start <= each.start and each.end <= end]
        self._edits = [each for each in self._edits if each not in inside]
        return _applied(self._data, inside, start, end).decode()

    def remove(self, statement: ast.stmt) -> None:
        """Delete a statement, with its lines. A block without other statements gets `pass`."""
        self._removed[statement] = self.start(statement), self.end(statement)

    def removes(self, statement: ast.stmt) -> bool:
        """Return whether a module-level statement is removed."""
        return statement in self._removed

    def is_removed(self, node: ast.AST) -> bool:
        """Return whether *node* is in a removed statement."""
        start, end = self.start(node), self.end(node)
        return any(first <= start and end <= last for first, last in self._removed.values())

    def is_edited(self, node: ast.AST) -> bool:
        """Return whether *node* is in replaced or removed text."""
        start, end = self.start(node), self.end(node)
        return self.is_removed(node) or any(
            each.start <= start and end <= each.end for each in self._edits if each.start < each.end
        )

    def is_alone(self, statement: ast.stmt) -> bool:
        """Return whether no other statement is on the lines of *statement*."""
        start, end = self.start(statement), self.end(statement)
        before = self._data[self._line_start(start) : start]
        return not before.strip() and _REST_OF_LINE.match(self._data, end) is not None

    def comment_above(self, node: ast.stmt, comment: str) -> None:
        """Insert a line with *comment* above the logical line on which a statement begins."""
        first = self._first_of_line(node)
        at = self._line_start(self.start(first))
        text = f"{self.indentation(first)}# {comment}{self.newline}"
        self._edits.append(_Edit(at, at, -1, text))  # before other insertions there

    def _first_of_line(self, node: ast.stmt) -> ast.stmt:
        """Return the first statement on the logical line of *node*."""
        start = self.start(node)
        line_start = self._line_start(start)
        block = next(each for each in self._blocks if node in each.statements)
        earlier = block.statements[: block.statements.index(node)]
        for other in earlier[-1:]:
            if line_start <= self.end(other):
                return self._first_of_line(other)
        is_continued = self._data[:line_start].rstrip(b"\r\n").endswith(b"\\")
        is_behind = bool(self._data[line_start:start].strip()) or is_continued
        if is_behind and isinstance(block.owner, ast.stmt):
            return self._first_of_line(block.owner)
        return node

    def _line_start(self, at: int) -> int:
        return max(self._data.rfind(b"\n", 0, at), self._data.rfind(b"\r", 0, at)) + 1

    def result(self) -> str:
        """Return the text with all edits. Raises EditConflict."""
        removals = [self._with_blank_lines(each) for each in self._merged(self._removals())]
        kept = [edit for edit in self._edits if not any(_is_inside(edit, each) for each in removals)]
        return self._bom + _applied(self._data, [*kept, *removals], 0, len(self._data)).decode()

    def _removals(self) -> Iterator[_Edit]:
        removed = set(self._removed)
        for block in reversed(self._blocks):  # from the inside
            if not block.statements or not removed.issuperset(block.statements):
                continue
            if isinstance(block.owner, ast.If) and is_main_guard(block.owner):
                removed.add(block.owner)
        for block in self._blocks:
            gone = [each for each in block.statements if each in removed]
            is_empty = len(gone) == len(block.statements) and block.owner is not None
            for statement in gone:
                if block.owner in removed:
                    break
                if is_empty and statement is gone[0]:
                    yield _Edit(self.start(statement), self.end(statement), -1, "pass")
                else:
                    yield _Edit(*self._whole(statement), -1, "")

    def _whole(self, statement: ast.stmt) -> tuple[int, int]:
        """Return the range of a statement's lines, or only of the statement if it shares them."""
        start, end = self.start(statement), self.end(statement)
        line_start = self._line_start(start)
        rest = _REST_OF_LINE.match(self._data, end)
        if rest and not self._data[line_start:start].strip():
            return line_start, rest.end()
        if behind := _SEMICOLON.match(self._data, end):
            return start, behind.end()
        return self._data.rindex(b";", 0, start), end

    def _merged(self, removals: Iterable[_Edit]) -> list[_Edit]:
        """Return the deletions, joining those that only blank lines separate."""
        merged: list[_Edit] = []
        for each in sorted(removals):
            last = merged[-1] if merged else None
            if last and not (each.text or last.text) and self._are_adjacent(last, each):
                merged[-1] = last._replace(end=max(last.end, each.end))
            else:
                merged.append(each)
        return merged

    def _are_adjacent(self, one: _Edit, other: _Edit) -> bool:
        """Return whether at most blank lines separate two deletions, and no indentation of remaining code."""
        line = self._line_start(other.start)
        is_blank = not self._data[one.end : other.start].strip()
        return is_blank and (line == other.start or line < one.end)

    def _with_blank_lines(self, removal: _Edit) -> _Edit:
        """Return the deletion, extended by blank lines that would follow others or end the file."""
        start, end = removal.start, removal.end
        if removal.text or start != self._line_start(start) or end != self._line_start(end):
            return removal
        blank = _BLANK_LINES.match(self._data, end)
        behind = blank.end() if blank else end
        before = self._data[:start]
        kept = len(before.rstrip())
        if behind >= len(self._data) and kept:
            line_end = _LINE_END.search(self._data, kept)
            return removal._replace(start=line_end.end() if line_end else start, end=len(self._data))
        blank_before = len(_LINE_END.findall(before[kept:])) - 1
        ends = [found.end() for found in _LINE_END.finditer(self._data, end, behind)]
        doubled = ends if kept == 0 else ends[: max(blank_before, 0)]
        return removal._replace(end=doubled[-1]) if doubled else removal


def _is_inside(edit: _Edit, removal: _Edit) -> bool:
    is_within = removal.start <= edit.start < removal.end and edit.end <= removal.end
    return is_within and (removal.start < edit.start or edit.start < edit.end)


def _applied(data: bytes, edits: list[_Edit], start: int, end: int) -> bytes:
    pieces, done = [], start
    for edit in sorted(edits, key=itemgetter(0, 1, 2)):
        if edit.start < done:
            raise EditConflict(f"edits overlap at byte {edit.start}")
        pieces += [data[done : edit.start], edit.text.encode()]
        done = edit.end
    return b"".join([*pieces, data[done:end]])
