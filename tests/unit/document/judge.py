"""What PyYAML makes of a text: the judge of what our reader makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from syntask_yaml.diagnostics import Path


class PyYamlJudge(yaml.SafeLoader):
    """PyYAML's safe loader, for which an unquoted date is text, as it is for us.

    Of a list of merged mappings the first one counts, as YAML's merge type says, and PyYAML up to 6.0.3.
    """

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        brought: list[tuple[yaml.Node, yaml.Node]] = []
        for merged in _merged_by(node):
            for each in reversed(merged):
                self.flatten_mapping(each)
                brought += each.value
        node.value = brought + [pair for pair in node.value if pair[0].tag != _MERGE]


class LaterJudge(PyYamlJudge):
    """The same as PyYAML 6.0.4 reads it: of a list the last mapping counts, unless the key is short."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        brought: dict[int, tuple[yaml.Node, yaml.Node]] = {}
        for merged in _merged_by(node):
            for each in merged:
                self.flatten_mapping(each)
                for pair in each.value:
                    brought.setdefault(id(pair[0].value), pair)
        node.value = [*brought.values()] + [pair for pair in node.value if pair[0].tag != _MERGE]


_MERGE = "tag:yaml.org,2002:merge"


def _merged_by(node: yaml.MappingNode) -> list[list[yaml.MappingNode]]:
    """What each `<<` of a mapping brings."""
    brought = [value for key, value in node.value if key.tag == _MERGE]
    found = [value.value if isinstance(value, yaml.SequenceNode) else [value] for value in brought]
    if not all(isinstance(each, yaml.MappingNode) for several in found for each in several):
        raise yaml.constructor.ConstructorError(None, None, "expected mappings for merging", node.start_mark)
    return found


def _as_text(loader: PyYamlJudge, node: yaml.ScalarNode) -> Any:
    return loader.construct_scalar(node)


PyYamlJudge.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PyYamlJudge.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def judged(text: str, loader: type[yaml.SafeLoader] = PyYamlJudge) -> Any:
    """The value of *text*. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=loader)


def composed(text: str) -> Iterator[tuple[Path, yaml.Node]]:
    """Every value of *text* that was written in place, with its path. Texts with `<<` are not for this."""
    root = yaml.compose(text, Loader=PyYamlJudge)
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
