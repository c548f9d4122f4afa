"""Determine which deployments differ between an earlier commit and now, and why.

Project code is neither imported nor executed. Data files that a flow reads, and the effects of step scripts,
are not tracked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.errors import SyntaskError
from syntask_yaml.model.step import Step
from syntask_yaml.operations.change_reason import ChangedDeployment, ChangedPart, ChangedSince, ChangeReason
from syntask_yaml.operations.changed_builds import ChangedBuilds
from syntask_yaml.operations.changed_code import ChangedCode
from syntask_yaml.operations.facets import DeclaredFacets
from syntask_yaml.operations.full_names import full_name_of
from syntask_yaml.operations.project import ProjectLocation, read
from syntask_yaml.project.changed_files import ChangedFiles
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.project.overlay import write_overlay
from syntask_yaml.project.revisions import History, parted_from
from syntask_yaml.pysource.module import Module, read_module

# The declarations of entries. Several may have the same name and entrypoint.
_Document: TypeAlias = dict[str, Any]
_Entries: TypeAlias = dict[tuple[str, str], list[_Document]]

_DECLARING = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class RepositoryChanges:
    """The changes of a repository since *commit*, the merge base of *ref*, in all targets."""

    ref: str
    commit: str
    history: History
    files: ChangedFiles
    code: ChangedCode


def changes_since(root: Path, reader: FlowReader, ref: str) -> RepositoryChanges:
    """Return the changes around the project at *root* since *ref*. Raises UsageError, RevisionUnavailable."""
    history, commit = parted_from(root, ref)
    files = ChangedFiles(history.changed_since(commit))
    return RepositoryChanges(ref, commit, history, files, ChangedCode(root, reader, files))


def find_changes(project: Project, facets: DeclaredFacets, since: RepositoryChanges) -> ChangedSince:
    """Return the changed deployments of *project*, in its target. Raises RevisionUnavailable."""
    before = _entries_before(project, since)
    entries = {} if before is None else _entry_reasons(project, before)
    entrypoints = {each.node.path: facets.entrypoint(each) for each in project.declarations}
    code = since.code.reasons(dict.fromkeys(entrypoints.values()))
    builds = ChangedBuilds(project.root, since.files)
    changed = {}
    for each in project.declarations:
        found = (entries.get(each.node.path), code.get(entrypoints[each.node.path]), builds.reason(each))
        if reasons := tuple(filter(None, found)):
            named = partial(full_name_of, each, facets.reader, facets.resolve)
            changed[each.node.path] = ChangedDeployment(named, reasons)
    return ChangedSince(since.ref, since.commit, changed)


def project_at(
    project: Project, history: History, commit: str, folder: Path, flows: Callable[[], FlowReader]
) -> Project | None:
    """Return *project* as of *commit*, with its files written to *folder*; None if it did not exist.

    *flows* is called if a target refers to a deployment by its flow.
    """
    if project.file is None:
        return None
    root = project.root.resolve().relative_to(history.tree)
    file = Path(os.path.relpath(project.file.resolve(), project.root.resolve()))
    history.write_ending(commit, folder, (*_DECLARING, (root / file).as_posix()))
    try:
        target = project.target.name if project.target is not None else None
        reading = read(ProjectLocation(directory=folder / root, file=file))
        return replace(reading, flows=flows).choose(target)
    except SyntaskError:  # the project or its target did not exist
        return None


def reader_at(
    project: Project,
    history: History,
    commit: str,
    folder: Path,
    read_file: Callable[[Path], Module] = read_module,
) -> FlowReader:
    """Return a reader of the flows of *project* as of *commit*; their files are linked into *folder*."""
    write_overlay(history, commit, history.changed_since(commit), folder)
    return FlowReader(folder / project.root.resolve().relative_to(history.tree), read_file=read_file)


def declared_document(declaration: Declaration, project: Project) -> dict[str, Any]:
    """Return the complete declaration, with inherited steps and the values that it refers to."""
    sections = {"build": declaration.build, "push": declaration.push, "pull": declaration.pull}
    steps = {key: list(map(_step, each)) for key, each in sections.items() if each is not None}
    document = {**declaration.fields, **steps}
    values = _values(document, project)
    return {**document, "values": values} if values else document


def _values(document: dict[str, Any], project: Project) -> dict[str, Any]:
    """Return the values that *document* refers to, directly or through other values."""
    if not project.values or "values." not in (text := str(document)):
        return {}
    text += str([node.value for node in project.values.values()])
    return {name: node.value for name, node in project.values.items() if f"values.{name}" in text}


def _step(step: Step) -> dict[str, Any]:
    beside = {"id": step.id, "requires": list(step.requires)}
    return {step.name: {**step.inputs, **{key: value for key, value in beside.items() if value}}}


def _entries_before(project: Project, since: RepositoryChanges) -> _Entries | None:
    """Return the entries as of the commit; None if no file with declarations has changed."""
    history, commit = since.history, since.commit
    own = any(since.files.has(str(file.absolute())) for file in project.files)
    if project.file is None or not (own or since.files.has_suffix(*_DECLARING)):
        return None
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, TemporaryDirectory() as code:
        flows = partial(reader_at, project, history, commit, Path(code))
        before = project_at(project, history, commit, Path(folder), flows)
    if before is None:
        return {}
    return _grouped(declared_document(each, before) for each in before.declarations)


def _grouped(documents: Iterable[_Document]) -> _Entries:
    entries: _Entries = {}
    for each in documents:
        entries.setdefault(_key(each), []).append(each)
    return entries


def _key(document: _Document) -> tuple[str, str]:
    return str(document.get("name")), str(document.get("entrypoint"))


def _entry_reasons(project: Project, before: _Entries) -> dict[TreePath, ChangeReason]:
    """Return the reasons for changed entries, by path.

    An entry is compared with the most similar removed one of its name: in a large repository, each folder may
    have an entry of the same name.
    """
    now = {each.node.path: declared_document(each, project) for each in project.declarations}
    after = _grouped(now.values())
    gone: dict[str, list[_Document]] = {}
    for key, documents in before.items():
        gone.setdefault(key[0], []).extend(each for each in documents if each not in after.get(key, ()))
    reasons = {}
    for path, document in now.items():
        key = _key(document)
        if document not in before.get(key, ()):
            differing = [[*_differing(each, document)] for each in gone.get(key[0], ())]
            keys = min(differing, key=len) if differing else []
            text = f"its entry changed: {', '.join(keys)}" if keys else "its entry is new"
            reasons[path] = ChangeReason(ChangedPart.ENTRY, text)
    return reasons


def _differing(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    return (key for key in sorted({*before, *now}) if before.get(key) != now.get(key))
