"""Merge the files of a project into one tree for one target.

Each deployment is the merge of these layers, the lowest first: from each file on the include chain, the
sections (those of the main file are always shared) and the `defaults`; the `defaults` of the target; the
entry; the mode of the target, and its overrides of this deployment. Every value keeps its file and location.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.layer_nodes import APPEND, in_layer, only
from syntask_yaml.document.layers import Layers
from syntask_yaml.document.location import (
    LayerLocation,
    Location,
    MappingLocation,
    SequenceLocation,
    start_of,
    written,
)
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import Document
from syntask_yaml.project.composition.files import ProjectFile, ProjectFiles
from syntask_yaml.project.composition.paths import from_root, resources_from
from syntask_yaml.project.composition.targets import Target, check_targets, targets_of
from syntask_yaml.project.schema import check_schema
from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.project.slips import lost_keys

# The lists that `key+` appends to in an entry and in `defaults`; the schema has the same list.
LISTS = ("tags", "schedules", "triggers", "sla", *SECTIONS)

# Whether the flow of an entrypoint has a name.
IsFlow = Callable[[str, str], bool]


def compose(files: ProjectFiles, target: Target | None, is_flow: IsFlow) -> Document:
    """Return the project of *files* in *target* as a single document, with its problems."""
    composition = _Composition(target, is_flow)
    entries = composition.entries(files.files)
    opened = files.files[0]
    problems = [
        *chain.from_iterable(each.document.diagnostics for each in files.files),
        *files.problems,
        *check_targets(targets_of(opened.root)),
        *(composition.problems if _is_complete(files) else ()),
        *_conflicts(composition.layers, files),
    ]
    replaced = {
        "deployments": _listed(entries, opened.root),
        "resources": _resources(files.files, composition),
    }
    return Document(
        opened.document.source,
        _with_keys(opened.root, {key: node for key, node in replaced.items() if node is not None}),
        tuple(problems),
        is_readable=all(each.document.is_readable for each in files.files),
    )


def _is_complete(files: ProjectFiles) -> bool:
    """Return whether the deployments of all files are known: problems of a file are reported there."""
    return not any(each.is_error for each in files.problems) and all(
        each.document.is_readable and lost_keys(each.root).isdisjoint(("include", "deployments"))
        for each in files.files
    )


def _conflicts(layers: Layers, files: ProjectFiles) -> Iterator[Diagnostic]:
    """Yield where a list meets a mapping, unless one of them is invalid itself, which is reported there."""
    found = layers.conflicts
    checked = chain.from_iterable(check_schema(each.root) for each in files.files) if found else ()
    wrong = {(each.span.file, each.span.start) for each in checked if each.span is not None}
    for problem, *sides in found:
        if wrong.isdisjoint((side.span.file, side.span.start) for side in sides):
            yield problem


@dataclass(slots=True)
class _Composition:
    """The merges of one project for one target. *problems* are overrides of unknown deployments."""

    target: Target | None
    is_flow: IsFlow
    layers: Layers = field(default_factory=lambda: Layers(frozenset(SECTIONS), frozenset(LISTS)))
    problems: list[Diagnostic] = field(default_factory=list)

    def entries(self, files: Sequence[ProjectFile]) -> list[Node]:
        """Return the deployments of all files."""
        found = [entry for file in files for entry in self._of_file(file)]
        entries = [entry.moved(("deployments", index)) for index, entry in enumerate(found)]
        changes = self._changes(entries)
        return [self._finished(entry, changes.get(index, ())) for index, entry in enumerate(entries)]

    def _of_file(self, file: ProjectFile) -> Iterator[Node]:
        layers = [layer for each in (*file.included_by, file) for layer in _layers_of(each)]
        if self.target is not None:
            layers += _part(self.target.node, "defaults", f"the `defaults` of {self.target.title}")
        below = self.layers.merged(layers) if layers else None
        own = (in_layer(from_root(entry, file.folder), "") for entry in file.entries)
        return own if below is None else self.layers.merged_with_each(below, own)

    def _finished(self, entry: Node, changes: Sequence[Node]) -> Node:
        target, names = self.target, map(entry.value.get, ("name", "renamed_from"))
        written = [name if isinstance(name, str) else "" for name in names]
        if target is not None and (given := target.changes(*written)):
            place = target.prefix
            location = LayerLocation(place.source, place.location, target.title)
            entry = self.layers.merge(entry, Node(given, place.source, location), at=entry)
        for each in changes:
            entry = self.layers.merge(entry, each, at=entry)
        return self.layers.settled(entry)

    def _changes(self, entries: Sequence[Node]) -> dict[int, list[Node]]:
        """Return the target's overrides of single deployments, by the position of each."""
        named = self.target.node.get("deployments") if self.target is not None else None
        found: dict[int, list[Node]] = {}
        if self.target is None or named is None or not isinstance(named.value, dict):
            return found
        for change in named.children():
            name = str(change.path[-1])
            places = [at for at, entry in enumerate(entries) if self._is_called(entry, name)]
            if not places:
                self.problems.append(_unknown(change, name, entries))
            for at in places if isinstance(change.value, dict) else ():
                found.setdefault(at, []).append(in_layer(change, self.target.title))
        return found

    def _is_called(self, entry: Node, name: str) -> bool:
        flow, slash, last = name.rpartition("/")
        if entry.value.get("name") != last:
            return False
        return not slash or self.is_flow(str(entry.value.get("entrypoint") or ""), flow)


def _unknown(change: Node, name: str, entries: Sequence[Node]) -> Diagnostic:
    known = [str(entry.value.get("name")) for entry in entries]
    last = name.rpartition("/")[2]
    hint = did_you_mean(
        last, known, otherwise="Write the name of an entry of `deployments:`, or `flow/name`."
    )
    return change.problem(
        "unknown-deployment", f"The project declares no deployment `{name}`.", hint, at_key=True
    )


def _layers_of(file: ProjectFile) -> Iterator[Node]:
    """Yield the layers of a file for all of its deployments, and for those of included files."""
    root = file.root
    if file.included_by and isinstance(root.value, dict):
        sections = only(root, [key for key in SECTIONS if root.value.get(key) is not None])
        yield from_root(in_layer(sections, f"`{file.name}`"), file.folder)
    for layer in _part(root, "defaults", f"the `defaults` of `{file.name}`"):
        yield from_root(layer, file.folder)


def _part(node: Node, key: str, layer: str) -> list[Node]:
    child = node.get(key)
    return [in_layer(child, layer)] if child is not None and isinstance(child.value, dict) else []


def _resources(files: Sequence[ProjectFile], composition: _Composition) -> Node | None:
    """Return the resources of all files; None if at most one file declares any, which needs no merge."""
    declared = [
        resources_from(node, file.path.resolve().parent)
        for file in files
        for node in [file.root.get("resources")]
        if node is not None and isinstance(node.value, dict)
    ]
    parts = [in_layer(_appending(each), each.source.name) for each in declared]
    if len(files) == 1 or not parts:
        return None
    layers = Layers(frozenset(), conflicts=composition.layers.conflicts)
    return layers.settled(layers.merged(parts))


def _appending(resources: Node) -> Node:
    """Return *resources* with lists that are appended to those of the other files."""
    return resources.with_value(
        {
            f"{key}{APPEND}" if isinstance(value, list) else key: value
            for key, value in resources.value.items()
        }
    )


def _listed(entries: Sequence[Node], root: Node) -> Node | None:
    """Return the list of *entries*; None if the project has no entries and no list."""
    written_list = root.get("deployments")
    if not entries:
        return None
    place = root if written_list is None else written_list
    location = SequenceLocation(start_of(place.location), [entry.location for entry in entries])
    return Node([entry.value for entry in entries], root.source, location, (), None, place.key)


def _with_keys(root: Node, nodes: dict[str, Node]) -> Node:
    """Return the mapping *root* with each of *nodes* at its key."""
    place = written(root.location)
    if not isinstance(place, MappingLocation):
        return root
    keys: dict[str, tuple[Any, Location, int]] = {
        key: (value, location, start)
        for (key, value), location, start in zip(root.value.items(), place.children, place.keys, strict=True)
    }
    for key, node in nodes.items():
        keys[key] = (node.value, node.location, place.start if node.key is None else node.key)
    location = MappingLocation(
        place.start,
        [start for _value, _location, start in keys.values()],
        [each for _value, each, _start in keys.values()],
        {key: index for index, key in enumerate(keys)},
    )
    return Node({key: value for key, (value, _location, _start) in keys.items()}, root.source, location)
