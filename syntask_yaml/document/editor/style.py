"""Detect the indentation and the quotes that a file uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from syntask_yaml.document.editor.cst import (
    ConcreteNode,
    ConcreteTree,
    MappingNode,
    ScalarNode,
    SequenceNode,
    below,
)


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a file.

    *indent* is the indentation of a mapping below its key, *dash* of a list's dashes below its key, *item* of
    an item after its dash; *quote* is used for texts that need quotes.
    """

    indent: int = 2
    dash: int = 2
    item: int = 2
    quote: str = '"'


def style_of(tree: ConcreteTree) -> Style:
    """Return the style of a text: the most frequent choices, or our defaults."""
    indents: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    items: Counter[int] = Counter()
    quotes: Counter[str] = Counter()
    for node in _all(tree.root):
        for key, value in node.pairs if isinstance(node, MappingNode) and not node.is_flow else ():
            if isinstance(value, MappingNode) and not value.is_flow:
                indents[value.column - key.column] += 1
            elif isinstance(value, SequenceNode) and not value.is_flow:
                dashes[value.column - key.column] += 1
        for item in node.items if isinstance(node, SequenceNode) and not node.is_flow else ():
            if isinstance(item, MappingNode) and not item.is_flow:
                items[item.column - node.column] += 1
        if isinstance(node, ScalarNode) and node.style in ("'", '"'):
            quotes[node.style] += 1
    return Style(
        indent=_usual(indents, least=1),
        dash=_usual(dashes, least=0),
        item=_usual(items, least=2),
        quote="'" if quotes["'"] > quotes['"'] else '"',
    )


def _usual(counted: Counter[int], *, least: int) -> int:
    fitting = Counter({size: count for size, count in counted.items() if least <= size <= 8})
    return fitting.most_common(1)[0][0] if fitting else 2


def _all(root: ConcreteNode | None) -> Iterator[ConcreteNode]:
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(below(node))
