"""Change values of a deployment in the project file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.editor import difference, set_values, unset_values
from syntask_yaml.document.layer_nodes import layer_of, replaced_by
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import read_bytes
from syntask_yaml.errors import EditRefused, FileFailed, ProjectInvalid, UsageError
from syntask_yaml.files import write_atomically
from syntask_yaml.model.value import read_json
from syntask_yaml.operations.choose import choose
from syntask_yaml.operations.project import ProjectLocation, read, validate
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.composition.targets import Target
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.source import Span

Assignment = tuple[TreePath, Any]

_NOT_WRITTEN = " (not written)"
_KEY, _INDEX, _QUOTED = r"[^.\[\]=\"]+", r"\[\d+\]", r"""\["(?:[^"\\]|\\.)*"\]"""
_PATH = re.compile(rf"(?:{_KEY}|{_INDEX}|{_QUOTED})(?:\.{_KEY}|{_INDEX}|{_QUOTED})*(?==|\Z)")
_STEP = re.compile(rf"{_INDEX}|{_QUOTED}|{_KEY}")


@dataclass(frozen=True, slots=True)
class Edit:
    """A checked change of a project file that is not written yet.

    *before* and *after* are its full texts, including a byte order mark. *warnings* are the new diagnostics
    of the project.
    """

    path: Path
    shown: str
    deployment: str
    before: str
    after: str
    encoding: str
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def difference(self) -> str:
        """The change as a unified diff."""
        return difference(self.before, self.after, file=self.shown)


def parse_assignment(text: str) -> Assignment:
    """Parse `PATH=VALUE`; the value is JSON, or else text.

    A path consists of keys separated by dots; `[0]` is an item of a list, `["a.b"]` any key. Raises
    UsageError.
    """
    found = _PATH.match(text)
    if found is None or found.end() == len(text):
        hint = 'Write `work_pool.name=default`, `schedules[0].active=false` or `parameters["a.b"]=1`.'
        raise UsageError(f"`{text}` is not of the form PATH=VALUE.", hint=hint)
    path = _steps(found[0])
    value = text[found.end() + 1 :]
    try:
        return path, read_json(value)
    except ValueError:
        return path, value


def parse_path(text: str) -> TreePath:
    """Parse `PATH` as in `parse_assignment`. Raises UsageError."""
    found = _PATH.match(text)
    if found is None or found.end() < len(text):
        hint = 'Write `description`, `schedules[0].timezone` or `parameters["a.b"]`.'
        raise UsageError(f"`{text}` is not a valid path.", hint=hint)
    return _steps(text)


def _steps(path: str) -> TreePath:
    return tuple(json.loads(step)[0] if step[0] == "[" else step for step in _STEP.findall(path))


def prepare_edit(
    location: ProjectLocation, name: str, assignments: Sequence[Assignment], *, unset: Sequence[TreePath] = ()
) -> Edit:
    """Return the edit of the deployment *name* that removes the values at *unset*, then sets others.

    Nothing is written. Raises NotFound and UsageError unless *name* matches one deployment, EditRefused if
    its text cannot be edited, and ProjectInvalid if the result would have new problems; their locations refer
    to the edited text.
    """
    reading = read(location)
    project = reading.usual(location.target)
    if not project.document.is_readable:
        raise ProjectInvalid(project.diagnostics)
    reader = FlowReader(project.root)
    declaration = _chosen(project, name, reader)
    file, index = reading.home_of(project.declarations.index(declaration))
    shown, path = file.name, file.path
    refuse_inherited(declaration.node, unset)
    before, encoding = read_text(path)
    after = unset_values(before, index, unset, file=shown)
    after = set_values(after, index, assignments, file=f"{shown}{_NOT_WRITTEN}" if unset else shown)
    changed = reading.with_document(read_bytes(after.encode(encoding), shown)).project(project.target)
    problems = new_problems(project, changed, int(declaration.node.path[1]), reader)
    if any(problem.is_error for problem in problems):
        raise ProjectInvalid(as_they_would_be(problems, shown))
    if location.target is not None and changed.target is not None:
        entry = changed.document.root.at(declaration.node.path)
        refuse_replaced(entry, assignments, changed.target)
    return Edit(path, shown, declaration.name, before, after, encoding, tuple(problems))


def _chosen(project: Project, name: str, reader: FlowReader) -> Declaration:
    chosen = choose(project, Selection(names=(name,)), reader)
    if len(chosen) > 1:
        listed = ", ".join(f"`{each.name}` on line {each.node.span.line}" for each in chosen[:5])
        raise UsageError(
            f"`{name}` matches {len(chosen)} deployments: {listed}{' …' if len(chosen) > 5 else ''}.",
            hint="Select one as FLOW/NAME.",
        )
    return chosen[0]


def new_problems(before: Project | None, after: Project, index: int, reader: FlowReader) -> list[Diagnostic]:
    """Return the problems that the deployment at *index* has in *after*, and not in *before*."""
    name = next((each.name for each in after.declarations if each.node.path[1] == index), None)
    known = set() if before is None else {_identity(each) for each in _problems(before, index, name, reader)}
    return [each for each in _problems(after, index, name, reader) if _identity(each) not in known]


def _identity(problem: Diagnostic) -> tuple[str, TreePath, str]:
    return problem.code, problem.path, problem.detail


def _problems(project: Project, index: int, name: str | None, reader: FlowReader) -> list[Diagnostic]:
    """Return the problems of the project that the deployment *name* at *index* may cause."""
    alike = tuple(
        each for each in project.declarations if each.node.path[1] == index or (name and each.name == name)
    )
    if not alike:
        return list(project.diagnostics)
    return validate(replace(project, declarations=alike), flows=reader)


def as_they_would_be(problems: Iterable[Diagnostic], shown: str) -> list[Diagnostic]:
    """Return the problems with locations in the unwritten text, and a note that says so."""
    detail = f"Nothing was written to `{shown}`. The lines above show the file as it would have been."
    note = Diagnostic("edit-refused", detail, severity=Severity.NOTE)
    return [*map(as_it_would_be, problems), note]


def as_it_would_be(problem: Diagnostic) -> Diagnostic:
    """Return the problem with a location in the unwritten text."""
    return replace(problem, span=_marked(problem.span), used=_marked(problem.used))


def _marked(span: Span | None) -> Span | None:
    if span is None:
        return None
    return span._replace(source=replace(span.source, name=f"{span.source.name}{_NOT_WRITTEN}"))


def apply_edit(edit: Edit) -> None:
    """Write the file atomically. Raises FileFailed, also if it changed since it was read."""
    if read_text(edit.path) != (edit.before, edit.encoding):
        detail = f"`{edit.shown}` was changed by another program in the meantime."
        raise FileFailed(detail, hint="Nothing was written. Check the file and try again.")
    try:
        write_atomically(edit.path, edit.after, encoding=edit.encoding)
    except OSError as error:
        raise FileFailed.unwritten(edit.shown, error) from error


def read_text(path: Path) -> tuple[str, str]:
    """Return the unmodified text of a file, with a byte order mark, and its encoding. Raises FileFailed."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileFailed(f"Cannot read `{path}`: {error.strerror or error}.") from error
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(content[:2], "utf-8")
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError as error:
        name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
        raise FileFailed(f"`{path}` is not {name} text.", hint="Save the file as UTF-8.") from error


# Keys whose values a target prefixes; the entry has the rest.
_PREFIXED = ("name", "renamed_from")


def refuse_inherited(entry: Node, unset: Sequence[TreePath]) -> None:
    """Raise EditRefused if a value of *entry* to *unset* comes from another layer."""
    for path in unset:
        found, layer = _at(entry, path)
        if found is not None and layer and all(map(layer_of, replaced_by(found))):
            raise EditRefused(
                f"`{path[-1]}` is not written in this entry: it comes from {layer}.",
                hint="Set it to null here, or remove it where it is defined.",
                span=found.span,
            )


def refuse_replaced(entry: Node, values: Sequence[tuple[TreePath, object]], target: Target) -> None:
    """Raise EditRefused if *target* replaces one of *values*, as they are in *entry* after the edit."""
    for path, value in values:
        found, layer = _at(entry, path)
        is_removed = found is None and value is not None
        is_replaced = found is not None and layer == target.title and found.value != value
        if path[0] not in _PREFIXED and (is_removed or is_replaced):
            does = "removes" if is_removed else "sets"
            raise EditRefused(
                f"`{path[-1]}` would have no effect: {target.title} {does} it.",
                hint="Change it in `targets:`, or pass no `--target` to change it for the others.",
                span=target.node.span if found is None else found.span,
            )


def _at(entry: Node, path: TreePath) -> tuple[Node | None, str]:
    """Return the value at *path* of *entry*, and the layer that it comes from; empty for the entry itself."""
    layer = layer_of(entry)
    for step in path:
        child = entry.get(step)
        if child is None:
            return None, ""
        entry, layer = child, layer_of(child, layer)
    return entry, layer
