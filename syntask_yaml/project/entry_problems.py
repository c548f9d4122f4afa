"""Problems that reading a text found in one entry alone: the other entries can be deployed without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node


def with_entries(problems: Sequence[Diagnostic], tree: Node) -> Iterator[Diagnostic]:
    """Return *problems*, where an error about a value that one entry alone has stands at its path in *tree*.

    What an anchor brings into several entries, or into something else, concerns the whole file.
    """
    starts = {each.span.start for each in problems if each.is_error and each.span and not each.path}
    found: dict[tuple[str, int], list[Node]] = defaultdict(list)
    for node in _nodes(tree) if starts else ():
        if (start := node.span.start) in starts:
            found[node.source.name, start].append(node)
    for each in problems:
        nodes = found.get((each.span.source.name, each.span.start), []) if each.span else []
        homes = {node.path[:2] for node in nodes}
        is_of_one = len(homes) == 1 and all(home[:1] == ("deployments",) for home in homes)
        yield replace(each, path=nodes[0].path) if is_of_one and not each.path else each


def _nodes(tree: Node) -> Iterator[Node]:
    """Everything that is neither a list nor a mapping."""
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node.value, (dict, list)):
            left.extend(node.children())
        else:
            yield node
