"""The project file with the converted deployments, checked before it is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.editor import add_entries, add_entry
from syntask_yaml.document.reader import read_bytes
from syntask_yaml.errors import EditRefused, ProjectInvalid, SyntaskError
from syntask_yaml.operations.edit import as_it_would_be, read_text
from syntask_yaml.operations.init import new_file
from syntask_yaml.operations.project import validate
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project, load_project
from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.upgrade.agent_deployment import is_empty
from syntask_yaml.upgrade.same_deployment import Completeness, Entry, agrees, is_equal

# Codes of validation that repeat notes of the conversion.
_REPORTED_ELSEWHERE = frozenset({"flow-not-found", "no-parameter-schema", "default-pull"})

_NOT_UTF_8 = Diagnostic(
    "invalid-name", "A name or a path is not UTF-8, so no entry can contain it.", "Rename it."
)


@dataclass(frozen=True)
class OpenedFile:
    """The project file that entries go into; *text* is None for a new file."""

    path: Path
    shown: str
    root: Path
    dialect: Dialect
    reader: FlowReader
    text: str | None = None
    encoding: str = "utf-8"
    project: Project | None = None

    @property
    def sections(self) -> frozenset[str]:
        """The sections that the project declares for all of its entries."""
        tree = self.project.document.root.value if self.project else None
        value = tree if isinstance(tree, dict) else {}
        return frozenset(name for name in SECTIONS if not is_empty(value.get(name)))


def open_target(path: Path, root: Path, shown: str) -> OpenedFile:
    """Open the project file at *path*, which may not exist. Raises ProjectInvalid if it is unreadable."""
    dialect = Dialect.of(path.name)
    target = OpenedFile(path, shown, root, dialect, FlowReader(root))
    if not path.exists():
        return target
    text, encoding = read_text(path)
    project = _load(target, text, encoding)
    if not project.document.is_readable:
        raise ProjectInvalid(project.diagnostics)
    return replace(target, text=text, encoding=encoding, project=project)


def _load(target: OpenedFile, text: str, encoding: str = "utf-8") -> Project:
    return load_project(read_bytes(text.encode(encoding), target.shown), target.root, dialect=target.dialect)


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcomes of the entries, by index.

    They are *added* to *text*, *equal* to an existing entry, or left out for their *problems*. *notes* come
    from the validation of added entries.
    """

    text: str
    added: frozenset[int]
    equal: frozenset[int]
    problems: Mapping[int, Sequence[Diagnostic]]
    notes: Mapping[int, Sequence[Diagnostic]]


def merge(
    target: OpenedFile,
    entries: Sequence[Entry],
    saying: Sequence[Completeness],
    unread: Set[int] = frozenset(),
) -> Merged:
    """Add *entries* to the project file, except those that it would not accept.

    An entry may be incomplete compared to another source of the same deployment, as its *saying* tells.
    *unread* are the indexes of entries whose flows are not in their files until these are rewritten.
    """
    equal: set[int] = set()
    problems: dict[int, Sequence[Diagnostic]] = {}
    wanted: list[int] = []
    earlier: dict[tuple[Any, Any], tuple[Entry, str]] = {}
    declared = _by_name(target)
    for index, (entry, said) in enumerate(zip(entries, saying, strict=True)):
        if said is Completeness.NOTHING:
            continue
        if not _is_utf_8(entry):
            problems[index] = [_NOT_UTF_8]
            continue
        key = entry.get("name"), _flow_of(target, entry, is_read=index not in unread)
        other = _declared(target, declared.get(key[0], ()), entry) or earlier.get(key)
        if other is None:
            wanted.append(index)
            earlier[key] = entry, "another file"
        elif said is Completeness.YIELDS or is_equal(other[0], entry) or agrees(other[0], entry, said):
            equal.add(index)
        else:
            problems[index] = [_already(entry, other[1])]
    text, problems_now, notes = _accepted(target, entries, wanted, unread)
    problems |= problems_now
    added = frozenset(index for index in wanted if index not in problems)
    return Merged(text, added, frozenset(equal), problems, notes)


def _is_utf_8(entry: Entry) -> bool:
    """Return whether *entry* can be encoded; names of files may contain other bytes."""
    try:
        json.dumps(entry, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _accepted(
    target: OpenedFile, entries: Sequence[Entry], wanted: Sequence[int], unread: Set[int]
) -> tuple[str, dict[int, Sequence[Diagnostic]], Mapping[int, Sequence[Diagnostic]]]:
    """Return the text with the *wanted* entries that pass validation, the problems of others, and notes."""
    refused: dict[int, Sequence[Diagnostic]] = {}
    while True:
        kept = [index for index in wanted if index not in refused]
        text, failed = _written(target, entries, kept)
        refused |= failed
        kept = [index for index in kept if index not in failed]
        found = _check(target, text, [index not in unread for index in kept]) if kept else []
        wrong = {index: errors for index, (errors, _) in zip(kept, found, strict=True) if errors}
        if not wrong:
            return text, refused, {index: notes for index, (_, notes) in zip(kept, found, strict=True)}
        refused |= wrong


def _written(
    target: OpenedFile, entries: Sequence[Entry], kept: Sequence[int]
) -> tuple[str, dict[int, Sequence[Diagnostic]]]:
    if target.text is None:
        return (new_file(target.root.name, [entries[index] for index in kept]) if kept else ""), {}
    try:
        return add_entries(target.text, [entries[index] for index in kept], file=target.shown), {}
    except (EditRefused, ProjectInvalid):
        return _written_one_by_one(target.text, target.shown, entries, kept)


def _written_one_by_one(
    text: str, file: str, entries: Sequence[Entry], kept: Sequence[int]
) -> tuple[str, dict[int, Sequence[Diagnostic]]]:
    """Return the text with the entries that can be written, and the problems of the others."""
    failed: dict[int, Sequence[Diagnostic]] = {}
    for index in kept:
        try:
            text = add_entry(text, entries[index], file=file)
        except (EditRefused, ProjectInvalid) as error:
            failed[index] = error.diagnostics
    return text, failed


def _check(
    target: OpenedFile, text: str, read: Sequence[bool]
) -> list[tuple[list[Diagnostic], list[Diagnostic]]]:
    """Return the errors of each of the last entries of *text*, and the notes about flows that are *read*."""
    project = _load(target, text, target.encoding)
    new = project.declarations[-len(read) :]
    found = []
    for declaration, is_read in zip(new, read, strict=True):
        errors = [as_it_would_be(error) for error in declaration.errors]
        one = replace(project, declarations=(declaration,), diagnostics=())
        notes = [] if errors else validate(one, flows=target.reader if is_read else None)
        found.append(
            (errors, [as_it_would_be(each) for each in notes if each.code not in _REPORTED_ELSEWHERE])
        )
    return found


def _by_name(target: OpenedFile) -> dict[Any, list[Declaration]]:
    found: dict[Any, list[Declaration]] = {}
    for declaration in target.project.declarations if target.project else ():
        found.setdefault(declaration.name, []).append(declaration)
    return found


def _declared(target: OpenedFile, alike: Iterable[Declaration], entry: Entry) -> tuple[Entry, str] | None:
    """Return the entry of the project file with the same name and the same flow."""
    for declaration in alike:
        if _has_flow_of(target, declaration, entry):
            return declaration.node.value, f"{target.shown}:{declaration.node.span.line}"
    return None


def _has_flow_of(target: OpenedFile, declaration: Declaration, entry: Entry) -> bool:
    if declaration.entrypoint == entry.get("entrypoint"):
        return True
    return _flow_of(target, declaration.node.value) == _flow_of(target, entry)


def _flow_of(target: OpenedFile, entry: Entry, *, is_read: bool = True) -> str:
    """Return the name of the flow that *entry* deploys, as far as its source declares it."""
    entrypoint = str(entry.get("entrypoint", ""))
    otherwise = str(entry.get("flow_name") or entrypoint)
    if not is_read:
        return otherwise
    try:
        return target.reader.read(entrypoint).name
    except SyntaskError:
        return otherwise


def _already(entry: Entry, place: str) -> Diagnostic:
    detail = f"`{entry.get('name')}` is already declared in {place} with other values."
    hint = "It was not overwritten. Compare both, then delete the old file or rename one of them."
    return Diagnostic("already-declared", detail, hint)
