"""Edits on the text of a Python file: every byte outside an edit stays as it is.

Places are offsets in the UTF-8 bytes of the text, as `ast` counts them.
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
    """Collects replacements, insertions and deletions, and makes them all at once.

    What is edited inside a removed statement is removed with it. Raises SyntaxError for a text that is
    not Python; *tree* is its tree if somebody has it already.
    """

    def __init__(self, text: str, tree: ast.Module | None = None) -> None:
        self.tree = tree or parse(text)
        self._bom = BOM if text.startswith(BOM) else ""
        self._data = text.removeprefix(BOM).encode()
        first = _LINE_END.search(self._data)
        lines = self._data.splitlines(keepends=True)
        self._lines = [*accumulate(map(len, lines), initial=0)]
        if lines and not lines[-1].endswith((b"\r", b"\n")):
            del self._lines[-1]  # no line begins behind it
        self.newline = first.group().decode() if first else "\n"
        self._edits: list[_Edit] = []
        self._removed: dict[ast.stmt, tuple[int, int]] = {}  # with their places

    @cached_property
    def _blocks(self) -> list[StatementBlock]:
        return list(blocks(self.tree))

    def start(self, node: ast.AST) -> int:
        """The first byte of *node*; of a decorated function or class, its first decorator."""
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            at = self._at(decorators[0].lineno, decorators[0].col_offset)
            return self._data.rindex(b"@", 0, at)
        return self._at(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """The byte behind *node*."""
        return self._at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _at(self, line: int, column: int) -> int:
        return self._lines[line - 1] + column

    def original(self, start: int, end: int) -> str:
        """The text between two places, without edits."""
        return self._data[start:end].decode()

    def head(self, count: int) -> list[str]:
        """The first *count* lines, with their ends."""
        places = self._lines[: count + 1]
        return [self.original(start, end) for start, end in pairwise(places)]

    def line(self, number: int) -> str:
        """The line of that number, without edits; empty in front of the first."""
        ends = [*self._lines[1:], len(self._data)]
        return self.original(self._lines[number - 1], ends[number - 1]) if number > 0 else ""

    def source(self, node: ast.AST) -> str:
        """The text of *node*, without edits."""
        return self.original(self.start(node), self.end(node))

    def indentation(self, node: ast.AST) -> str:
        """The white space that the line of *node* begins with."""
        start = self.start(node)
        line = self._data[self._line_start(start) : start]
        return line[: len(line) - len(line.lstrip(b" \t\f"))].decode()

    def line_starts(self, statement: ast.stmt) -> list[int] | None:
        """Where the lines of *statement* begin but for the first; None if a text goes over several lines."""
        for node in ast.walk(statement):
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.lineno != node.end_lineno:
                return None
        return [self._lines[number] for number in range(statement.lineno, statement.end_lineno or 0)]

    def replace(self, start: int, end: int, text: str) -> None:
        """Put *text* in place of what is there."""
        self._edits.append(_Edit(start, end, len(self._edits), text))

    def insert(self, at: int, text: str) -> None:
        """Put *text* in front of the byte at *at*."""
        self.replace(at, at, text)

    def insert_above(self, statement: ast.stmt, text: str) -> None:
        """Put lines in front of a statement at the top of the file, and of comments that are put there."""
        at = self.start(statement)
        self._edits.append(_Edit(at, at, -2, text))

    def replace_node(self, node: ast.AST, text: str) -> None:
        """Put *text* in the place of *node*."""
        self.replace(self.start(node), self.end(node), text)

    def take(self, node: ast.AST) -> str:
        """The text of *node* with its edits, which are made there and no longer here."""
        start, end = self.start(node), self.end(node)
        inside = [each for each in self._edits if start <= each.start and each.end <= end]
        self._edits = [each for each in self._edits if each not in inside]
        return _applied(self._data, inside, start, end).decode()

    def remove(self, statement: ast.stmt) -> None:
        """Delete a statement, with its lines. A block that has no other one gets `pass`."""
        self._removed[statement] = self.start(statement), self.end(statement)

    def removes(self, statement: ast.stmt) -> bool:
        """Whether a statement at the top of the file is removed."""
        return statement in self._removed

    def is_removed(self, node: ast.AST) -> bool:
        """Whether *node* is in a statement that is removed."""
        start, end = self.start(node), self.end(node)
        return any(first <= start and end <= last for first, last in self._removed.values())

    def is_edited(self, node: ast.AST) -> bool:
        """Whether *node* is in what is replaced or removed."""
        start, end = self.start(node), self.end(node)
        return self.is_removed(node) or any(
            each.start <= start and end <= each.end for each in self._edits if each.start < each.end
        )

    def is_alone(self, statement: ast.stmt) -> bool:
        """Whether no other statement is on the lines of *statement*."""
        start, end = self.start(statement), self.end(statement)
        before = self._data[self._line_start(start) : start]
        return not before.strip() and _REST_OF_LINE.match(self._data, end) is not None

    def comment_above(self, node: ast.stmt, comment: str) -> None:
        """Put a line with *comment* above the logical line on which a statement begins."""
        first = self._first_of_line(node)
        at = self._line_start(self.start(first))
        text = f"{self.indentation(first)}# {comment}{self.newline}"
        self._edits.append(_Edit(at, at, -1, text))  # in front of what else is put there

    def _first_of_line(self, node: ast.stmt) -> ast.stmt:
        """The statement with which the logical line of *node* begins."""
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
        """The text with all edits. Raises EditConflict."""
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
        """The lines of a statement, or its part of them if it shares them with others."""
        start, end = self.start(statement), self.end(statement)
        line_start = self._line_start(start)
        rest = _REST_OF_LINE.match(self._data, end)
        if rest and not self._data[line_start:start].strip():
            return line_start, rest.end()
        if behind := _SEMICOLON.match(self._data, end):
            return start, behind.end()
        return self._data.rindex(b";", 0, start), end

    def _merged(self, removals: Iterable[_Edit]) -> list[_Edit]:
        """The same, with one deletion in the place of those that have only blank lines between them."""
        merged: list[_Edit] = []
        for each in sorted(removals):
            last = merged[-1] if merged else None
            if last and not (each.text or last.text) and self._are_beside(last, each):
                merged[-1] = last._replace(end=max(last.end, each.end))
            else:
                merged.append(each)
        return merged

    def _are_beside(self, one: _Edit, other: _Edit) -> bool:
        """Whether blank lines at most are between two deletions, and not the indentation of what stays."""
        line = self._line_start(other.start)
        is_blank = not self._data[one.end : other.start].strip()
        return is_blank and (line == other.start or line < one.end)

    def _with_blank_lines(self, removal: _Edit) -> _Edit:
        """The same with the blank lines that would stand beside other blank lines, or at the end."""
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
