"""Insert a drafted deployment into the project file."""

from __future__ import annotations

from dataclasses import dataclass

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.editor import add_entry, difference, replace_entry
from syntask_yaml.document.reader import read
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.errors import EditRefused, FileFailed
from syntask_yaml.files import write_atomically
from syntask_yaml.operations.edit import Edit, apply_edit, new_problems
from syntask_yaml.operations.init import new_file, write_schema
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import load_project
from syntask_yaml.source import Source
from syntask_yaml.wizard.context import ProjectContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.homes import with_text


@dataclass(frozen=True, slots=True)
class FileDraft:
    """The new *text* of the project file *name*, its diff, and the problems of the entry."""

    name: str
    text: str
    difference: tuple[str, ...]
    problems: tuple[Diagnostic, ...] = ()


def compose(draft: Draft, project: ProjectContext, reader: FlowReader) -> FileDraft:
    """Insert a draft into the project file: as a new entry, or in place of the one that it changes.

    Only problems that the file does not already have are reported. If the file cannot be edited, that is a
    problem, and the diff is the entry to write by hand.
    """
    try:
        text = _text(draft, project)
    except EditRefused as error:
        entry = to_yaml({"deployments": [draft.entry()]}).splitlines()
        lines, text = tuple(f"+{line}" for line in entry), draft.home.text if draft.home else ""
        return FileDraft(_name(draft, project), text, lines, error.diagnostics)
    problems = tuple(_problems(text, draft, project, reader))
    return FileDraft(_name(draft, project), text, tuple(_difference(text, draft)), problems)


def _name(draft: Draft, project: ProjectContext) -> str:
    return draft.home.name if draft.home else project.path.name


def _difference(text: str, draft: Draft) -> list[str]:
    """Return the lines of the diff, without the name of the file, and for a new file without line numbers."""
    lines = difference(draft.home.text if draft.home else "", text).splitlines()
    return lines[2:] if draft.home else lines[3:]


def _text(draft: Draft, project: ProjectContext) -> str:
    home = draft.home
    if home is None:
        return new_file(project.root.name, [draft.entry()])
    if draft.declared is None:
        return add_entry(home.text, draft.entry(), file=home.name)
    _, index = home.reading.home_of(project.declarations.index(draft.declared))
    return replace_entry(home.text, index, draft.entry(), file=home.name)


def _problems(text: str, draft: Draft, project: ProjectContext, reader: FlowReader) -> list[Diagnostic]:
    if draft.home is None:
        document = read(Source(project.path.name, text))
        loaded, position = load_project(document, project.root, dialect=project.dialect), -1
    else:
        loaded, position = with_text(draft.home, text)
    entry = draft.declared or loaded.declarations[position]
    problems = new_problems(project.project, loaded, int(entry.node.path[1]), reader)
    return [problem for problem in problems if problem.is_error]


def save(composed: FileDraft, draft: Draft, project: ProjectContext) -> None:
    """Write the project file atomically, and with a new one the schema for editors.

    Raises FileFailed, also if the file changed since it was read.
    """
    home = draft.home
    if home is not None:
        apply_edit(Edit(home.file.path, home.name, draft.name, home.text, composed.text, home.encoding))
        return
    if project.path.exists():
        detail = f"`{project.path.name}` was changed by another program in the meantime."
        raise FileFailed(detail, hint="Nothing was saved. Check the file and try again.")
    try:
        write_schema(project.path.parent)  # first: once the project file exists, it is not written again
        write_atomically(project.path, composed.text)
    except OSError as error:
        raise FileFailed.unwritten(project.path, error) from error
