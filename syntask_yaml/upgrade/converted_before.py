"""Entries from earlier upgrades, which the first lines of old files name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from syntask_yaml.errors import SyntaskError
from syntask_yaml.upgrade.edits import names_in_marker
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.project_file import open_target
from syntask_yaml.upgrade.targets import Targets


def names_by_file(files: Iterable[FoundFile]) -> Mapping[Path, list[str]]:
    """Return the deployments that *files* held before they were converted, as FLOW/NAME."""
    marked = {file.path.resolve(): names_in_marker(file.path) for file in files if _may_be_marked(file)}
    return {path: names for path, names in marked.items() if names}


def entries_before(
    names: Mapping[Path, Iterable[str]], targets: Targets
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the entries in the project files that have these *names*."""
    wanted: dict[tuple[Path, Path], dict[str, str]] = {}
    for path, listed in names.items():
        wanted.setdefault(targets.of(path), {}).update((each.rpartition("/")[2], each) for each in listed)
    for (path, root), full_names in wanted.items():
        for entry in _entries(path, root):
            if full_name := full_names.get(str(entry.get("name", ""))):
                yield full_name, entry


def _may_be_marked(file: FoundFile) -> bool:
    return file.is_yaml or file.is_python


def _entries(path: Path, root: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a project file as written; none for an unreadable file."""
    try:
        project = open_target(path, root, path.name).project
    except SyntaskError:
        return
    for declaration in project.declarations if project else ():
        if isinstance(declaration.node.value, dict):
            yield declaration.node.value
