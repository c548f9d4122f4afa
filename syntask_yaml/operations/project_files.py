"""The files of a project, and which of them have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from syntask_yaml.errors import SyntaskError
from syntask_yaml.operations.project import ProjectLocation, read
from syntask_yaml.project.flows import FlowReader, InvalidEntrypoint, parse_entrypoint
from syntask_yaml.template import is_template

# The compared attributes of each file; None if it does not exist.
Snapshot: TypeAlias = Mapping[Path, tuple[int, int, int] | None]


def project_files(location: ProjectLocation) -> frozenset[Path]:
    """Return the files of the project, and every file that is read for the schemas of its flows.

    These include missing files, but not those of an entrypoint that is a template. Empty if there is no
    readable project file.
    """
    try:
        project = read(location).usual(location.target)
    except SyntaskError:
        return frozenset()
    reader = FlowReader(project.root)
    entrypoints = {each.entrypoint for each in project.declarations if not is_template(each.entrypoint)}
    for entrypoint in entrypoints:
        with suppress(SyntaskError):
            reader.read(entrypoint)
    own = frozenset(file.absolute() for file in project.files)
    return own | reader.files | {project.root.absolute() / path for path in _paths(entrypoints)}


def _paths(entrypoints: Iterable[str]) -> Iterable[str]:
    for entrypoint in entrypoints:
        with suppress(InvalidEntrypoint):
            if path := parse_entrypoint(entrypoint).path:
                yield path


def snapshot(files: Iterable[Path]) -> Snapshot:
    """Return the current state of *files*."""
    return {file: _state(file) for file in files}


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def changed_files(before: Snapshot, after: Snapshot) -> list[Path]:
    """Return the files that differ between two snapshots, sorted."""
    return sorted(file for file in before.keys() | after.keys() if before.get(file) != after.get(file))
