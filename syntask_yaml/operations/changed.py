"""Which deployments differ between an earlier state of the repository and now, and why.

Nothing of the project is imported or run. What a flow reads that is no module, and what a script of a step
does, is not followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

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

_Entries: TypeAlias = dict[str, list[dict[str, Any]]]

_DECLARING = (".yaml", ".yml")


def find_changes(project: Project, facets: DeclaredFacets, ref: str) -> ChangedSince:
    """What of *project* differs between *ref* and now. Raises UsageError, RevisionUnavailable."""
    history, base = parted_from(project.root, ref)
    files = ChangedFiles(history.changed_since(base))
    entries = _entries_before(project, history, base, files)
    entrypoints = {each.node.path: facets.entrypoint(each) for each in project.declarations}
    code = ChangedCode(project.root, facets.reader, files).reasons(dict.fromkeys(entrypoints.values()))
    builds = ChangedBuilds(project.root, files)
    changed = {}
    for each in project.declarations:
        entry = None if entries is None else _entry_reason(each, project, entries)
        found = (entry, code.get(entrypoints[each.node.path]), builds.reason(each))
        if reasons := tuple(filter(None, found)):
            named = partial(full_name_of, each, facets.reader, facets.resolve)
            changed[each.node.path] = ChangedDeployment(named, reasons)
    return ChangedSince(ref, base, changed)


def project_at(
    project: Project, history: History, commit: str, folder: Path, flows: Callable[[], FlowReader]
) -> Project | None:
    """*project* as the file at *commit* declares it, written to *folder*; None if it does not.

    *flows* is asked where a target names a deployment by its flow.
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
    except SyntaskError:  # it is not there, or has no such target
        return None


def reader_at(
    project: Project,
    history: History,
    commit: str,
    folder: Path,
    read_file: Callable[[Path], Module] = read_module,
) -> FlowReader:
    """The flows of *project* as they are at *commit*; their files are linked to, or written, in *folder*."""
    write_overlay(history, commit, history.changed_since(commit), folder)
    return FlowReader(folder / project.root.resolve().relative_to(history.tree), read_file=read_file)


def declared_document(declaration: Declaration, project: Project) -> dict[str, Any]:
    """All that a declaration of *project* says, with the steps that it inherits and its values."""
    sections = {"build": declaration.build, "push": declaration.push, "pull": declaration.pull}
    steps = {key: list(map(_step, each)) for key, each in sections.items() if each is not None}
    document = {**declaration.fields, **steps}
    values = _values(document, project)
    return {**document, "values": values} if values else document


def _values(document: dict[str, Any], project: Project) -> dict[str, Any]:
    """The values that *document* or another value mentions; nothing where it mentions none."""
    if not project.values or "values." not in (text := str(document)):
        return {}
    text += str([node.value for node in project.values.values()])
    return {name: node.value for name, node in project.values.items() if f"values.{name}" in text}


def _step(step: Step) -> dict[str, Any]:
    beside = {"id": step.id, "requires": list(step.requires)}
    return {step.name: {**step.inputs, **{key: value for key, value in beside.items() if value}}}


def _entries_before(project: Project, history: History, commit: str, files: ChangedFiles) -> _Entries | None:
    """The entries of *commit* by name; None if no file that declares any changed."""
    own = any(files.has(str(file.absolute())) for file in project.files)
    if project.file is None or not (own or files.has_suffix(*_DECLARING)):
        return None
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, TemporaryDirectory() as code:
        flows = partial(reader_at, project, history, commit, Path(code))
        before = project_at(project, history, commit, Path(folder), flows)
    entries: _Entries = {}
    if before is None:
        return entries
    for each in before.declarations:
        entries.setdefault(each.name, []).append(declared_document(each, before))
    return entries


def _entry_reason(declaration: Declaration, project: Project, before: _Entries) -> ChangeReason | None:
    now = declared_document(declaration, project)
    namesakes = before.get(declaration.name, [])
    if now in namesakes:
        return None
    if len(namesakes) != 1:
        text = "its entry changed" if namesakes else "its entry is new"
    else:
        text = f"its entry changed: {', '.join(_differing(namesakes[0], now))}"
    return ChangeReason(ChangedPart.ENTRY, text)


def _differing(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    return (key for key in sorted({*before, *now}) if before.get(key) != now.get(key))
