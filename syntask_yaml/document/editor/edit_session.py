"""A project file's text, open for one edit, which is verified before it is returned."""

from __future__ import annotations

from typing import Any

from syntask_yaml.diagnostics import Path
from syntask_yaml.document.editor.anchors import AnchorIndex, text_of
from syntask_yaml.document.editor.cst import ConcreteNode, ScalarNode, below, child, read_tree
from syntask_yaml.document.editor.render import Renderer
from syntask_yaml.document.editor.style import style_of
from syntask_yaml.document.editor.text_edits import TextEdits
from syntask_yaml.document.reader import Document, read
from syntask_yaml.errors import EditRefused, ProjectInvalid
from syntask_yaml.source import Source, Span

_MARK = "\ufeff"
_BY_HAND = "Make this change by hand. The file was not changed."


class EditSession:
    """The value of a text (*data*), its syntax *tree*, and the *edits* that change it."""

    def __init__(self, text: str, file: str) -> None:
        self._mark = _MARK if text.startswith(_MARK) else ""
        self._source = Source(file, text.removeprefix(_MARK))
        document = read(self._source)
        if not document.is_readable:
            raise ProjectInvalid(document.diagnostics)
        self._problems = _problems_of(document)
        self.data = document.root.value
        self.tree = read_tree(self._source.text)
        self.edits = TextEdits(self._source.text)
        self.renderer = Renderer(style_of(self.tree))
        self.anchors = AnchorIndex(self.tree, self.data)

    def refused(self, detail: str, node: ConcreteNode | None, hint: str = _BY_HAND) -> EditRefused:
        """Return the error for a text that cannot be edited, with the location of *node*."""
        return EditRefused(detail, hint=hint, span=None if node is None else self._span(node))

    def result(self, meant: Any, path: Path) -> str:
        """Return the edited text. The edits are at *path*, and the value of the text must be *meant*.

        Raises EditRefused if the edited text has another value.
        """
        # A block scalar that becomes the last value needs the final newline that the file may lack.
        for is_ended in (False, True):
            try:
                text = self.edits.result(is_ended=is_ended)
            except ValueError as error:
                raise self._explained(path) from error
            document = read(Source(self._source.name, text))
            is_sound = document.is_readable and _problems_of(document) <= self._problems
            if is_sound and text_of(document.root.value) == text_of(meant):
                return self._mark + text
        raise self._explained(path)

    def node_at(self, path: Path) -> ConcreteNode | None:
        """Return the node at *path*, or its nearest ancestor if it is not written in place."""
        node = self.tree.root
        for step in path:
            inner = None if node is None else child(node, step)
            if inner is None:
                break
            node = inner
        return node

    def span_of(self, path: Path) -> Span | None:
        """Return the span of the node at *path*, or of its nearest ancestor."""
        node = self.node_at(path)
        return None if node is None else self._span(node)

    def line(self, index: int) -> int:
        """Return the line of an index, counted from 1."""
        return self._source.position(index)[0]

    def _explained(self, path: Path) -> EditRefused:
        """Return the reason why an edit at *path* is impossible: usually an anchor with other aliases."""
        last = self._last()
        if isinstance(last, ScalarNode) and last.style in ("|", ">") and not self.edits.ends_line:
            detail = (
                "This text ends the file without a line break, and adding anything after it would add one."
            )
            hint = f"Write `{last.style}-` instead of `{last.style}`, or end the file with a line break."
            return self.refused(detail, last, hint)
        lineage = [self.node_at(path[:length]) for length in range(len(path), 0, -1)]
        nodes = [node for node in lineage if node is not None]
        used = {id(alias.target): alias for alias in self.tree.aliases}
        for node in (*_inside(nodes[0] if nodes else None), *nodes):
            alias = used.get(id(node))
            if alias is not None:
                line = self.line(alias.start)
                detail = f"`&{alias.name}` is also used on line {line}, which would change with it."
                return self.refused(detail, node, "Change it by hand, either for all uses or for this one.")
        detail = "The way this is written, it cannot be changed without changing something else."
        return self.refused(detail, nodes[0] if nodes else self.tree.root)

    def _last(self) -> ConcreteNode | None:
        """Return the last value of the text."""
        node = self.tree.root
        while node is not None and (inner := list(below(node))):
            node = inner[-1]
        return node

    def _span(self, node: ConcreteNode) -> Span:
        line = self._source.text[node.start : node.end].splitlines()
        return Span(self._source, node.start, node.start + max(len(line[0]) if line else 1, 1))


def _inside(node: ConcreteNode | None) -> list[ConcreteNode]:
    found = [] if node is None else [node]
    for each in found:
        found.extend(below(each))
    return found


def _problems_of(document: Document) -> int:
    """Return the number of syntax problems of *document*; a quoted key is intended, and is not one."""
    return sum(each.code != "quoted-merge" for each in document.diagnostics)
