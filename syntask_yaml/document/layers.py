"""Merge layers of a project: the rule of `defaults`, `targets` and `include`.

Mappings merge key by key. Lists and scalars replace those of the layer below. `key+` appends to a list, and
null removes a value. Each value keeps its location, and those of the values that it replaced.

Merging is associative: parts that only the last layer can decide (a null or a `key+` with nothing below yet)
are kept until `settled`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.layer_nodes import APPEND, layer_of
from syntask_yaml.document.location import (
    AliasLocation,
    LayerLocation,
    Location,
    MappingLocation,
    Replaced,
    SequenceLocation,
    start_of,
    written,
)
from syntask_yaml.document.node import Node


class _Item(NamedTuple):
    """A value at a key of a layer, with its location and that of the key."""

    value: Any
    location: LayerLocation
    key: int


@dataclass(slots=True)
class Layers:
    """The merge of layers.

    *whole* are the top-level keys whose values are replaced without merging. *lists* are the top-level keys
    that `key+` appends to; None: all. *conflicts* are mappings merged with lists: a detail for each, and
    the two values.
    """

    whole: frozenset[str]
    lists: frozenset[str] | None = None
    conflicts: list[tuple[Diagnostic, Node, Node]] = field(default_factory=list)

    def merged(self, layers: Iterable[Node]) -> Node:
        """Merge the mappings *layers*, the lowest first. The path is that of the last one."""
        return reduce(self.merge, layers)

    def merge(self, lower: Node, upper: Node, *, at: Node | None = None) -> Node:
        """Merge the mapping *upper* over *lower*, with the path and location of *at*, else of *upper*."""
        place = upper if at is None else at
        return _as_node(self._over(_items(lower), _items(upper), place, is_outer=True), place)

    def merged_with_each(self, lower: Node, uppers: Iterable[Node]) -> Iterator[Node]:
        """Yield each of *uppers* merged over the mapping *lower*."""
        below = _items(lower)
        for upper in uppers:
            yield _as_node(self._over(below, _items(upper), upper, is_outer=True), upper)

    def settled(self, node: Node) -> Node:
        """Return the final value of *node*: without values removed by null, and with lists appended."""
        items = self._over({}, _items(node), node, is_outer=True)
        return _as_node(self._settled(items, node, is_outer=True), node)

    def _over(
        self, lower: Mapping[str, _Item], upper: Mapping[str, _Item], at: Node, *, is_outer: bool = False
    ) -> dict[str, _Item]:
        appends = any(key.endswith(APPEND) for key in upper)
        if not lower and not appends:
            return dict(upper)
        found = dict(lower)
        # Lists are appended after the list itself, in any order of the keys.
        for key, item in sorted(upper.items(), key=_is_appended) if appends else upper.items():
            base = key.removesuffix(APPEND)
            if self._appends(key, item, is_outer=is_outer):
                target = base if base in found else key
                found[target] = self._appended(found[target], item, at, key) if target in found else item
                continue
            is_list = self._is_list(key, is_outer=is_outer)
            below = found.get(key) or (found.pop(key + APPEND, None) if is_list else None)
            is_whole = is_outer and key in self.whole
            found[key] = item if below is None else self._replacing(below, item, at, key, is_whole)
        return found

    def _replacing(self, lower: _Item, upper: _Item, at: Node, key: str, is_whole: bool) -> _Item:
        is_mapping = isinstance(upper.value, dict) and isinstance(lower.value, dict)
        if is_mapping and not is_whole and not upper.location.replaced:
            node, below = _node(upper, at, key), _node(lower, at, key)
            merged = _as_node(self._over(_items(below), _items(node), node), node)
            return _Item(merged.value, _with_origin(upper.location, merged.location), upper.key)
        kinds = {type(lower.value), type(upper.value)}
        if kinds == {dict, list} and not is_whole and not upper.location.replaced:
            self._report(lower, upper, at, key)
        return _Item(upper.value, _replaced(upper.location, lower), upper.key)

    def _appended(self, lower: _Item, upper: _Item, at: Node, key: str) -> _Item:
        if lower.value is None:
            return _Item(upper.value, _replaced(upper.location, lower), upper.key)
        if not isinstance(lower.value, list):
            self._report(lower, upper, at, key)
            return lower
        places = [place for item in (lower, upper) for place in _places(item)]
        origin = SequenceLocation(start_of(lower.location), places)
        location = LayerLocation(lower.location.source, origin, lower.location.layer, lower.location.replaced)
        return _Item([*lower.value, *upper.value], location, lower.key)

    def _report(self, lower: _Item, upper: _Item, at: Node, key: str) -> None:
        what, other = (_kind(each.value) for each in (upper, lower))
        below = _node(lower, at, key)
        detail = f"`{key}` is {what} here, and {other} in {lower.location.layer} ({below.span})."
        hint = f"Write {other} in both, or {what} in both."
        above = _node(upper, at, key)
        problem = above.problem("conflicting-layers", detail, hint, at_key=True)
        self.conflicts.append((problem, above, below))

    def _settled(self, items: Mapping[str, _Item], at: Node, *, is_outer: bool = False) -> dict[str, _Item]:
        found = {}
        for key, item in items.items():
            if _is_removed(item.value, item.location):
                continue
            name = key.removesuffix(APPEND) if self._appends(key, item, is_outer=is_outer) else key
            is_open = isinstance(item.value, dict) and not _is_settled(item.value, item.location)
            found[name] = self._settled_item(item, at, key) if is_open else item
        return found

    def _appends(self, key: str, item: _Item, *, is_outer: bool) -> bool:
        return self._is_list(key.removesuffix(APPEND), is_outer=is_outer) and _appends(key, item)

    def _is_list(self, key: str, *, is_outer: bool) -> bool:
        return not is_outer or self.lists is None or key in self.lists

    def _settled_item(self, item: _Item, at: Node, key: str) -> _Item:
        node = _node(item, at, key)
        inner = _as_node(self._settled(self._over({}, _items(node), node), node), node)
        return _Item(inner.value, _with_origin(item.location, inner.location), item.key)


def _kind(value: Any) -> str:
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a scalar"


def _appends(key: str, item: _Item) -> bool:
    return key.endswith(APPEND) and len(key) > 1 and isinstance(item.value, list)


def _is_appended(pair: tuple[str, _Item]) -> bool:
    return _appends(*pair)


def _is_removed(value: Any, location: Location) -> bool:
    """Return whether a value is null and replaces another one."""
    return (
        value is None
        and isinstance(location, LayerLocation)
        and any(each.value is not None for each in location.replaced)
    )


def _is_settled(value: Mapping[str, Any], location: Location) -> bool:
    """Return whether a mapping has no removed values, and no lists to append."""
    place = written(location)
    if not isinstance(place, MappingLocation):
        return True
    for (key, inner), child in zip(value.items(), place.children, strict=True):
        if key.endswith(APPEND) or _is_removed(inner, child):
            return False
        if isinstance(inner, dict) and not _is_settled(inner, child):
            return False
    return True


def _items(node: Node) -> dict[str, _Item]:
    place, layer = written(node.location), layer_of(node)
    if not isinstance(place, MappingLocation):
        return {
            key: _Item(value, LayerLocation(node.source, place, layer), start_of(place))
            for key, value in node.value.items()
        }
    return {
        key: _Item(value, _in_layer(location, node, layer), start)
        for (key, value), location, start in zip(node.value.items(), place.children, place.keys, strict=True)
    }


def _in_layer(location: Location, node: Node, layer: str) -> LayerLocation:
    if isinstance(location, LayerLocation):
        return location
    return LayerLocation(node.source, location, layer)


def _as_node(items: Mapping[str, _Item], at: Node) -> Node:
    """Return the mapping of *items*, with the location of *at*."""
    place = MappingLocation(
        start_of(at.location),
        [item.key for item in items.values()],
        [item.location for item in items.values()],
        {key: index for index, key in enumerate(items)},
    )
    value = {key: item.value for key, item in items.items()}
    return Node(value, at.source, _wrapped(at.location, place), at.path, at.used, at.key)


def _wrapped(location: Location, place: MappingLocation) -> Location:
    """Return *place* wrapped in the aliases and layers of *location*."""
    if isinstance(location, AliasLocation):
        return AliasLocation(location.start, _wrapped(location.origin, place))
    if isinstance(location, LayerLocation):
        return _with_origin(location, _wrapped(location.origin, place))
    return place


def _with_origin(location: LayerLocation, origin: Location) -> LayerLocation:
    if isinstance(origin, LayerLocation):
        origin = origin.origin
    return LayerLocation(location.source, origin, location.layer, location.replaced)


def _replaced(location: LayerLocation, lower: _Item) -> LayerLocation:
    below = lower.location
    chain = (*location.replaced, Replaced(lower.value, below), *below.replaced)
    return LayerLocation(location.source, location.origin, location.layer, chain)


def _node(item: _Item, at: Node, key: str) -> Node:
    location = item.location
    used = location.origin.start if isinstance(location.origin, AliasLocation) else None
    return Node(item.value, location.source, location, (*at.path, key), used, item.key)


def _places(item: _Item) -> list[Location]:
    """Return the locations of the items of a list, each in its own layer."""
    place, location = written(item.location), item.location
    children = place.children if isinstance(place, SequenceLocation) else [place] * len(item.value)
    return [
        each if isinstance(each, LayerLocation) else LayerLocation(location.source, each, location.layer)
        for each in children
    ]
