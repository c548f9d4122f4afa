"""Compare the declarations of two states of a repository, without a backend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.events import Observer, counted, nobody
from syntask_yaml.operations.changed import declared_document, project_at, reader_at
from syntask_yaml.operations.full_names import full_name_of
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.plan.changes import Action, Change
from syntask_yaml.plan.diff import differences
from syntask_yaml.project.bind import qualified
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.project.revisions import History, history_of
from syntask_yaml.pysource.module import SharedReading

_PYTHON = ".py"


@dataclass(frozen=True, slots=True)
class DeclarationDiff:
    """The *changes* of declarations from the commit *before* to *after*, or to the working tree if None.

    Unchanged deployments of *project* are only counted.
    """

    project: str
    before: str
    after: str | None
    changes: tuple[Change, ...]
    unchanged: int

    @property
    def summary(self) -> Mapping[Action, int]:
        """The number of deployments for each action."""
        counted = {action: sum(each.action is action for each in self.changes) for action in Action}
        counted[Action.UNCHANGED] = self.unchanged
        return {action: n for action, n in counted.items() if n or action is not Action.RENAME}


def compare_declarations(
    location: ProjectLocation, ref: str, other: str | None = None, *, notify: Observer = nobody
) -> DeclarationDiff:
    """Return the differences of the project at *location* between *ref* and *other*, or the working tree.

    *notify* gets progress events. Raises UsageError, RevisionUnavailable, and ProjectInvalid for a file that
    cannot be read.
    """
    now = open_project(location)
    history = history_of(now.root)
    before, after = history.commit(ref), None if other is None else history.commit(other)
    with ExitStack() as stack:
        states = _States(now, history, stack, notify)
        old, new = states.documents(before), states.documents(after)
    found = tuple(_changes(old, new))
    return DeclarationDiff(now.title, before, after, found, len(new) - _of_new(found))


def _of_new(changes: tuple[Change, ...]) -> int:
    return sum(each.action is not Action.DELETE for each in changes)


class _States:
    """The declarations of commits and of the working tree, each with the flows of that state."""

    def __init__(self, now: Project, history: History, stack: ExitStack, notify: Observer) -> None:
        self._now, self._history, self._stack, self._notify = now, history, stack, notify
        self._read_file = SharedReading()  # most files are equal in both states
        self._reader = FlowReader(now.root, read_file=self._read_file)

    def documents(self, commit: str | None) -> dict[str, dict[str, Any]]:
        """Return the declaration of each deployment in a state, by `flow/name`; empty without a project."""
        project, reader = self._now, self._reader
        if commit is not None:
            reader = self._reader_of(commit)
            found = project_at(self._now, self._history, commit, self._folder(), lambda: reader)
            if found is None:
                return {}
            project = found
        if not project.document.is_readable:
            raise ProjectInvalid(project.errors)
        state = "the working tree" if commit is None else commit[:8]
        return {
            full_name_of(each, reader, _as_written): declared_document(each, project)
            for each in counted(project.declarations, f"Reading deployments of {state}", self._notify)
        }

    def _reader_of(self, commit: str) -> FlowReader:
        differing = self._history.changed_since(commit)
        if not any(file.suffix == _PYTHON for file in differing):
            return self._reader
        return reader_at(self._now, self._history, commit, self._folder(), self._read_file)

    def _folder(self) -> Path:
        return Path(self._stack.enter_context(TemporaryDirectory(prefix="syntask-diff-")))


def _as_written(node: Node) -> str:
    """Return the text of a template, with the prefix of the target, which old names have too."""
    return str(node.value)


def _changes(before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]) -> Iterator[Change]:
    gone = {name: document for name, document in before.items() if name not in after}
    for name, document in after.items():
        old = before.get(name)
        source = qualified(document.get("renamed_from"), name.partition("/")[0])
        if old is None and source in gone:
            change = _change(Action.RENAME, name, _now(gone.pop(source)), _now(document))
            yield replace(change, reason=f"renamed from {source}")
        elif old is None:
            yield _change(Action.CREATE, name, {}, document)
        elif old != document:
            yield _change(Action.UPDATE, name, old, document)
    for name, document in gone.items():
        yield _change(Action.DELETE, name, document, {})


def _now(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return *document* without former names."""
    return {key: value for key, value in document.items() if key != "renamed_from"}


def _change(action: Action, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    fields = (
        field
        for key in dict.fromkeys((*before, *after))
        for field in differences(key, before.get(key), after.get(key))
    )
    return Change(action, name, tuple(fields))
