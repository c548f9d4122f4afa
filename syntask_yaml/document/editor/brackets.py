"""What stands in brackets: items with commas between them, beside each other or each on a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syntask_yaml.document.editor.cst import ConcreteNode, MappingNode
from syntask_yaml.document.editor.text_edits import TextEdits

_COMMA = re.compile(r"\s*,")
_COMMENT = re.compile(r"\s*(?:#|\Z)")


def add_behind(
    edits: TextEdits, node: ConcreteNode, items: Sequence[ConcreteNode], texts: Sequence[str]
) -> None:
    """Add *texts* behind the last of the *items* in the brackets of *node*."""
    if not items:
        edits.replace(node.body + 1, node.body + 1, ", ".join(texts))
        return
    last = items[-1]
    comma = _COMMA.match(edits.text, last.end)
    behind = edits.text[comma.end() if comma else last.end : edits.line_end(last.end)]
    is_on_lines = edits.begins_line(last.start) and not isinstance(node, MappingNode)
    if not is_on_lines or not _COMMENT.match(behind):
        edits.replace(last.end, last.end, "".join(f", {text}" for text in texts))
        return
    indent = edits.text[edits.line_start(last.start) : last.start]
    if comma is None:
        edits.replace(last.end, last.end, ",")
    lines = [f"{indent}{text}," for text in texts]
    edits.insert_lines(edits.next_line(last.end), lines if comma else [*lines[:-1], lines[-1][:-1]])


def remove_between(edits: TextEdits, start: int, end: int, before: int | None, following: int | None) -> None:
    """Remove what stands from *start* to *end*, with the comma that is then one too many.

    *before* is where the item in front of it ends, *following* where the one behind it begins.
    """
    if following is not None:
        edits.replace(start, following, "")
    else:
        edits.replace(start if before is None else before, end, "")
