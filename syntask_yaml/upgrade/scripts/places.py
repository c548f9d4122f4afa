"""Character positions of syntax tree nodes in the text of a file."""

from __future__ import annotations

import ast
import re
from functools import cached_property

_BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")


class Places:
    """The lines of *text*. In `ast`, columns are offsets in UTF-8 bytes, without a byte order mark."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._bom = text.startswith(_BOM)

    @cached_property
    def _starts(self) -> list[int]:
        return [int(self._bom), *(found.end() for found in _LINE_END.finditer(self._text))]

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Return the index of the first character of *node*."""
        return self._index(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Return the index after the last character of *node*."""
        return self._index(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def _index(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        part = self._text[start : start + column]
        if part.isascii():
            return start + column
        return start + len(part.encode()[:column].decode(errors="ignore"))
