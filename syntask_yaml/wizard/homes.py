"""The files to which a new entry can be written, and the fields that it inherits in each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from syntask_yaml.document.editor import add_entry
from syntask_yaml.document.reader import read
from syntask_yaml.errors import EditRefused
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.load import Project
from syntask_yaml.source import Source
from syntask_yaml.wizard.context import Home, ProjectContext

_PROBE = {"name": "probe", "entrypoint": "probe.module:probe"}


def nearest_home(entrypoint: str, project: ProjectContext) -> Home | None:
    """Return the file in the folder of the flow, or in its nearest parent."""
    folder = PurePosixPath(entrypoint.rpartition(":")[0]).parent
    above = [home for home in project.homes if folder.is_relative_to(home.file.folder)]
    return max(above, key=lambda home: len(home.file.folder.parts), default=next(iter(project.homes), None))


def home_of(declared: Declaration, project: ProjectContext) -> Home | None:
    """Return the file of an entry."""
    position = project.declarations.index(declared)
    return next((home for home in project.homes if home.reading.home_of(position)[0] is home.file), None)


def with_text(home: Home, text: str) -> tuple[Project, int]:
    """Return the project with another *text* of one of its files, and the index of its last entry."""
    reading = home.reading.with_document(read(Source(home.name, text)))
    files = [file.name for file in reading.files.files for _ in file.entries]
    return reading.project(home.target), len(files) - 1 - files[::-1].index(home.name)


@lru_cache(maxsize=16)  # an interview is replayed for each answer
def inherited_in(home: Home | None) -> Mapping[str, Any]:
    """Return the fields that an entry of *home* inherits."""
    if home is None:
        return {}
    try:
        text = add_entry(home.text, _PROBE, file=home.name)
    except EditRefused:  # the same error as for the entry itself
        return {}
    changed, position = with_text(home, text)
    fields = changed.declarations[position].node.value
    return {key: value for key, value in fields.items() if key not in _PROBE}
