"""What the tests of documents share."""

from __future__ import annotations

from collections.abc import Iterator

from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import Document, read
from syntask_yaml.source import Source


def read_text(text: str) -> Document:
    """The document that *text* is, of a file called `f`."""
    return read(Source("f", text))


def problems_of(document: Document) -> list[str]:
    """The problems of a document, as `code line:column marked text`."""
    shown = []
    for problem in document.diagnostics:
        assert problem.span is not None
        shown.append(f"{problem.code} {problem.span.line}:{problem.span.column} {problem.span.text}".rstrip())
    return shown


def all_nodes(node: Node) -> Iterator[Node]:
    """A node, and every one below it."""
    yield node
    for child in node.children():
        yield from all_nodes(child)
