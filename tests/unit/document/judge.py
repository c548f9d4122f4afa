"""What PyYAML makes of a text: the judge of what our reader makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from syntask_yaml.diagnostics import Path


class Judge(yaml.SafeLoader):
    """PyYAML's safe loader, for which an unquoted date is text, as it is for us."""


def _as_text(loader: Judge, node: yaml.ScalarNode) -> Any:
    return loader.construct_scalar(node)


Judge.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Judge.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def judged(text: str) -> Any:
    """The value of *text*. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=Judge)


def composed(text: str) -> Iterator[tuple[Path, yaml.Node]]:
    """Every value of *text* that was written in place, with its path. Texts with `<<` are not for this."""
    root = yaml.compose(text, Loader=Judge)
    if root is not None:
        yield from _below((), root, set())


def _below(path: Path, node: yaml.Node, seen: set[int]) -> Iterator[tuple[Path, yaml.Node]]:
    if id(node) in seen:  # an alias
        return
    seen.add(id(node))
    yield path, node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _below((*path, key.value), value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _below((*path, index), value, seen)
