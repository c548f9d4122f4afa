"""What stands in brackets: items with commas between them, beside each other or each on a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syntask_yaml.document.editor.layout import Mapping, Written
from syntask_yaml.document.editor.page import Page

_COMMA = re.compile(r"\s*,")
_COMMENT = re.compile(r"\s*(?:#|\Z)")


def add_behind(page: Page, node: Written, items: Sequence[Written], texts: Sequence[str]) -> None:
    """Add *texts* behind the last of the *items* in the brackets of *node*."""
    if not items:
        page.replace(node.body + 1, node.body + 1, ", ".join(texts))
        return
    last = items[-1]
    comma = _COMMA.match(page.text, last.end)
    behind = page.text[comma.end() if comma else last.end : page.line_end(last.end)]
    is_on_lines = page.begins_line(last.start) and not isinstance(node, Mapping)
    if not is_on_lines or not _COMMENT.match(behind):
        page.replace(last.end, last.end, "".join(f", {text}" for text in texts))
        return
    indent = page.text[page.line_start(last.start) : last.start]
    if comma is None:
        page.replace(last.end, last.end, ",")
    lines = [f"{indent}{text}," for text in texts]
    page.insert_lines(page.next_line(last.end), lines if comma else [*lines[:-1], lines[-1][:-1]])


def remove_between(page: Page, start: int, end: int, before: int | None, following: int | None) -> None:
    """Remove what stands from *start* to *end*, with the comma that is then one too many.

    *before* is where the item in front of it ends, *following* where the one behind it begins.
    """
    if following is not None:
        page.replace(start, following, "")
    else:
        page.replace(start if before is None else before, end, "")
