"""Determine which entries a problem affects: the other entries can be deployed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic, Path
from syntask_yaml.document.location import start_of
from syntask_yaml.document.node import Node
from syntask_yaml.project.sections import SECTIONS

# Problems of values that are kept, so that everything else can be checked.
_CODES = ("wrong-value", "wrong-type", "unsupported-tag", "duplicate-key")


def touched(problem: Diagnostic, entries: Iterable[Path], tree: Node) -> list[Path]:
    """Return which of *entries* a problem affects: its own, or those that inherit the value.

    Inherited values are those of project sections, and of `defaults` of a file or a target.
    """
    path = problem.path
    if path[:1] == ("deployments",):
        return [entry for entry in (path[:2],) if entry in entries]
    if path and path[0] in SECTIONS:
        return [entry for entry in entries if path[0] not in tree.at(entry).value]
    if "defaults" in path[:-1]:
        below = path[path.index("defaults") + 1 :]
        nodes = {entry: tree.at((*entry, *below)) for entry in entries}
        return [entry for entry, node in nodes.items() if problem.span in (node.span, node.key_span)]
    return []


def with_entries(problems: Sequence[Diagnostic], tree: Node) -> Iterator[Diagnostic]:
    """Yield *problems*, with errors that affect only one entry moved to their path in *tree*.

    A value from an anchor that several entries or other parts use affects the whole file.
    """
    starts = {each.span.start for each in problems if each.span and _may_be_of_one(each)}
    found: dict[tuple[str, int], list[Node]] = defaultdict(list)
    for node in _nodes(tree) if starts else ():
        # A tag precedes its value, and a duplicate key precedes the effective value.
        for start in starts & {node.span.start, start_of(node.location), node.key}:
            found[node.source.name, start].append(node)
    for each in problems:
        nodes = (
            found.get((each.span.source.name, each.span.start), [])
            if each.span and _may_be_of_one(each)
            else []
        )
        homes = {node.path[:2] for node in nodes}
        is_of_one = len(homes) == 1 and all(home[:-1] == ("deployments",) for home in homes)
        yield replace(each, path=nodes[0].path) if is_of_one else each


def _may_be_of_one(problem: Diagnostic) -> bool:
    return problem.code in _CODES and problem.is_error and not problem.path


def _nodes(tree: Node) -> Iterator[Node]:
    """Yield all nodes in *tree*, in no particular order."""
    left = [tree]
    while left:
        node = left.pop()
        left.extend(node.children())
        yield node
