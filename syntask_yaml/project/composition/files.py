"""The files of a project: the root file and those that it includes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.layer_nodes import APPEND, only
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import Document, read_file
from syntask_yaml.project.schema import check_schema

# Keys that make a project more than the entries of a file.
_LAYER_KEYS = ("include", "defaults", "targets", "values")
# Keys that only the main file may have.
ROOT_KEYS = ("name", "targets", "values")
# Keys that the files of a project share, and that are checked after the merge.
_MERGED = ("deployments", "resources")
_GLOB = re.compile(r"[*?\[]")
# The suffixes of project files among the matches of a glob.
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
# The exceptions of `glob` for an invalid pattern, which depend on the pattern and on the version of Python.
_NO_PATTERN = (ValueError, IndexError, NotImplementedError)


@dataclass(frozen=True)
class ProjectFile:
    """A file of a project.

    *path* is its path, *folder* its folder relative to the root of the project. *included_by* is the chain of
    including files, the main one first.
    """

    document: Document
    path: Path
    folder: PurePosixPath = field(default_factory=PurePosixPath)
    included_by: tuple[ProjectFile, ...] = ()

    @property
    def root(self) -> Node:
        return self.document.root

    @property
    def name(self) -> str:
        """The path as the user wrote it, or as it is displayed."""
        return self.document.source.name

    @cached_property
    def chain(self) -> str:
        """The chain of files that leads to this one, including it."""
        return " → ".join(each.name for each in (*self.included_by, self))

    @property
    def entries(self) -> Iterator[Node]:
        """The deployments of this file."""
        deployments = self.root.get("deployments")
        if deployments is not None and isinstance(deployments.value, list):
            yield from (entry for entry in deployments.children() if isinstance(entry.value, dict))


class ProjectFiles(NamedTuple):
    """The files of a project in the order of their deployments, the main one first, with include problems."""

    files: tuple[ProjectFile, ...]
    problems: tuple[Diagnostic, ...] = ()


def read_files(opened: ProjectFile, root: Path, show: Callable[[Path], str]) -> ProjectFiles:
    """Read the files that *opened*, the main file of the project in *root*, includes.

    *show* returns the path of a file for messages. Every failure is a diagnostic: of the `include`, or of the
    included file.
    """
    reading = _Reading(root.resolve(), show)
    reading.add(opened)
    return ProjectFiles(tuple(reading.files), tuple(reading.problems))


class _Reading:
    """One traversal of the includes, in the order in which they are written."""

    def __init__(self, root: Path, show: Callable[[Path], str]) -> None:
        self._root = root
        self._show = show
        self._known: dict[Path, ProjectFile] = {}
        self.files: list[ProjectFile] = []
        self.problems: list[Diagnostic] = []

    def add(self, file: ProjectFile) -> None:
        self._known[file.path.resolve()] = file
        self.files.append(file)
        for pattern in file.root.each_of("include"):
            if isinstance(pattern.value, str) and pattern.value:  # the schema reports empty patterns
                for path in self._matches(file, pattern):
                    self._include(file, path, pattern)

    def _matches(self, file: ProjectFile, pattern: Node) -> list[Path]:
        """Return the files that match a pattern, sorted. No match is a problem."""
        text = pattern.value
        if text.startswith(("/", "~")) or ".." in PurePosixPath(text).parts:
            detail = f"`{text}` leaves the folder of the file, and a project consists of what is below it."
            self.problems.append(pattern.problem("include-failed", detail, "Write a path or glob below it."))
            return []
        try:
            found = sorted(each for each in file.path.parent.glob(text) if each.is_file())
        except _NO_PATTERN:
            detail = f"`{text}` is not a path or glob."
            hint = "Write `**` as a path component of its own: `teams/**/syntask.yaml`."
            self.problems.append(pattern.problem("include-failed", detail, hint))
            return []
        outside = [each for each in found if not each.resolve().is_relative_to(self._root)]
        if outside:
            detail = f"`{self._show(outside[0])}` is not below the root of the project, `{self._root}`."
            self.problems.append(pattern.problem("include-failed", detail))
            return []
        if _GLOB.search(text) and (others := [each for each in found if each.suffix not in _SUFFIXES]):
            shown = f"`{self._show(others[0])}`, which is not a project file"
            if len(others) > 1:
                shown = f"`{self._show(others[0])}` and {len(others) - 1} more, which are not project files"
            detail = f"`{text}` also matches {shown}."
            hint = "Write a glob that ends in the name of the files, such as `teams/*/syntask.yaml`."
            self.problems.append(pattern.problem("include-failed", detail, hint))
            return [each for each in found if each.suffix in _SUFFIXES]
        if not found:
            detail = f"No file matches `{text}` ({file.chain})."
            hint = "Correct the path, or remove it. Paths are relative to the file that includes."
            self.problems.append(pattern.problem("include-failed", detail, hint))
        return found

    def _include(self, file: ProjectFile, path: Path, pattern: Node) -> None:
        known = self._known.get(path.resolve())
        if known is None:
            folder = PurePosixPath(path.parent.resolve().relative_to(self._root).as_posix())
            document = read_file(path, name=self._show(path))
            included = ProjectFile(document, path, folder, (*file.included_by, file))
            self.problems += _check_included(included)
            self.add(included)
        elif known in (*file.included_by, file):
            what = "The file includes itself" if known is file else "The files include each other"
            detail = f"{what}: {file.chain} → {known.name}."
            self.problems.append(pattern.problem("include-failed", detail, "Remove one of the includes."))
        elif known.included_by[-1] is not file:
            detail = f"`{known.name}` is included twice: {known.chain}, and {file.chain} → {known.name}."
            self.problems.append(pattern.problem("include-failed", detail, "Include it once."))


def _check_included(file: ProjectFile) -> Iterator[Diagnostic]:
    """Yield the problems of an included file, except those of its deployments and resources."""
    root = file.root
    if isinstance(root.value, dict):
        root = only(root, [key for key in root.value if key not in _MERGED])
        yield from _misplaced(file)
    if file.document.is_readable:
        yield from check_schema(root)


def _misplaced(file: ProjectFile) -> Iterator[Diagnostic]:
    """Yield the keys of an included file that belong in the main file."""
    for node in filter(None, map(file.root.get, ROOT_KEYS)):
        key = node.path[-1]
        detail = (
            f"`{key}` is of the whole project, and this file is included by `{file.included_by[0].name}`."
        )
        yield node.problem("unknown-key", detail, f"Move it to `{file.included_by[0].name}`.", at_key=True)


def is_layered(document: Document) -> bool:
    """Return whether a project has more than the entries of its file."""
    root = document.root
    if not isinstance(root.value, dict):
        return False
    if any(root.value.get(key) is not None for key in _LAYER_KEYS):
        return True
    return f"{APPEND}:" in document.source.text and any(
        isinstance(key, str) and key.endswith(APPEND)
        for entry in root.value.get("deployments") or ()
        if isinstance(entry, dict)
        for key in entry
    )
