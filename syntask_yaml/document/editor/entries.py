"""Edit a project file's text: add or replace an entry, set a value, and leave the rest unchanged.

An edit consists of cuts and insertions at positions from the parser. The result is parsed again; if its value
is not exactly the intended one, the edit is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syntask_yaml.diagnostics import Path, did_you_mean
from syntask_yaml.document.editor.append import SECTION, Appender
from syntask_yaml.document.editor.change import Changer
from syntask_yaml.document.editor.cst import SequenceNode
from syntask_yaml.document.editor.edit_session import EditSession
from syntask_yaml.document.editor.node_writer import NodeWriter
from syntask_yaml.document.editor.remove import Remover
from syntask_yaml.errors import NotFound


def add_entry(source_text: str, entry: Mapping[str, Any], *, file: str = "syntask.yaml") -> str:
    """Return the text with *entry* at the end of `deployments`: see `add_entries`."""
    return add_entries(source_text, [entry], file=file)


def add_entries(source_text: str, entries: Sequence[Mapping[str, Any]], *, file: str = "syntask.yaml") -> str:
    """Return the text with *entries*, which are JSON, at the end of `deployments`.

    The key is created if it is missing, and the whole file if the text is empty. A pool, schedule or section
    with an anchor is written as an alias. *file* is the name for messages. Raises EditRefused if the text
    cannot take entries, ProjectInvalid if it is not YAML.
    """
    session = EditSession(source_text, file)
    data = {} if session.data is None else session.data
    if not isinstance(data, dict):
        raise session.refused("A project file must be a mapping, and this one is not.", session.tree.root)
    declared = data.get(SECTION) or []
    if not isinstance(declared, list):
        raise session.refused("`deployments` is not a list.", session.node_at((SECTION,)))
    added = [dict(entry) for entry in entries]
    Appender(session).append(added)
    return session.result({**data, SECTION: [*declared, *added]}, (SECTION,))


def replace_entry(
    source_text: str, name: str | int, entry: Mapping[str, Any], *, file: str = "syntask.yaml"
) -> str:
    """Return the text with *entry* instead of the entry *name*; only the keys that differ are changed.

    *name* may be an index if several entries have the same name. Raises NotFound if there is none,
    EditRefused and ProjectInvalid as `add_entry`.
    """
    session = EditSession(source_text, file)
    return _replaced(session, _index(session, name), dict(entry))


def set_values(
    source_text: str,
    name: str | int,
    values: Iterable[tuple[Sequence[str | int], Any]],
    *,
    file: str = "syntask.yaml",
) -> str:
    """Return the text with *values*, pairs of a path and a value, set in order in the entry *name*.

    Missing keys on the path are created, and an index equal to a list's length appends. Raises NotFound if
    there is no such entry or index, EditRefused and ProjectInvalid as `add_entry`.
    """
    session = EditSession(source_text, file)
    index = _index(session, name)
    entry = session.data[SECTION][index]
    for path, value in values:
        entry = _with(session, entry, tuple(path), value, (SECTION, index))
    return _replaced(session, index, entry)


def unset_values(
    source_text: str, name: str | int, paths: Iterable[Sequence[str | int]], *, file: str = "syntask.yaml"
) -> str:
    """Return the text without the keys and items at *paths* of the entry *name*, and their lines.

    Indexes refer to the original text. Raises NotFound for missing values, EditRefused also for values that
    are not written in place, ProjectInvalid as `add_entry`.
    """
    session = EditSession(source_text, file)
    index, wanted = _index(session, name), [tuple(path) for path in paths]
    if not wanted:
        return source_text
    entries, section, place = session.data[SECTION], _section(session), (SECTION, index)
    remover = Remover(session, place)
    slot = NodeWriter(session.edits, session.renderer).slot_of_item(section, index)
    entry = remover.remove(section.items[index], entries[index], wanted, slot)
    meant = {**session.data, SECTION: [*entries[:index], entry, *entries[index + 1 :]]}
    return session.result(meant, (*place, *wanted[0]))


def _section(session: EditSession) -> SequenceNode:
    section = session.node_at((SECTION,))
    if not isinstance(section, SequenceNode):
        raise session.refused(
            "`deployments` is not written here: it comes from an alias or a merge key.", section
        )
    return section


def _replaced(session: EditSession, index: int, entry: dict[str, Any]) -> str:
    entries, section = session.data[SECTION], _section(session)
    writer = NodeWriter(session.edits, session.renderer)
    slot = writer.slot_of_item(section, index)
    Changer(writer, session.anchors).change(section.items[index], entries[index], entry, slot)
    meant = {**session.data, SECTION: [*entries[:index], entry, *entries[index + 1 :]]}
    return session.result(meant, (SECTION, index))


def _index(session: EditSession, name: str | int) -> int:
    entries = session.data.get(SECTION) if isinstance(session.data, dict) else None
    entries = entries if isinstance(entries, list) else []
    names = [each.get("name") if isinstance(each, dict) else None for each in entries]
    if isinstance(name, int):
        if not 0 <= name < len(entries):
            raise NotFound(f"The file has {len(entries)} deployments, and none with the index {name}.")
        return name
    found = [index for index, each in enumerate(names) if each == name]
    if not found:
        hint = did_you_mean(name, [str(each) for each in names if each])
        raise NotFound(f"The file has no deployment `{name}`.", hint=hint)
    if len(found) > 1:
        node = session.node_at((SECTION, found[1], "name"))
        raise session.refused(
            f"{len(found)} deployments are named `{name}`.", node, "Select one by its index."
        )
    return found[0]


def _with(session: EditSession, old: Any, path: Path, value: Any, place: Path) -> Any:
    """Return *old*, which is located at *place*, with *value* at *path*."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if old is None:
        old = [] if isinstance(step, int) else {}
    if isinstance(old, list) and isinstance(step, str) and step.isdecimal():
        step = int(step)
    if isinstance(old, dict):
        key = str(step)
        return {**old, key: _with(session, old.get(key), rest, value, (*place, key))}
    if isinstance(old, list) and isinstance(step, int):
        if not 0 <= step <= len(old):
            detail = f"`{place[-1]}` has no item {step}. The first one is item 0."
            hint = f"Use `{place[-1]}[{len(old)}]` to add one."
            raise NotFound(detail, hint=hint, span=session.span_of(place))
        inner = old[step] if step < len(old) else None
        return [*old[:step], _with(session, inner, rest, value, (*place, step)), *old[step + 1 :]]
    if isinstance(old, list):
        detail = f"`{place[-1]}` is a list, and `{step}` is not an index."
        raise NotFound(
            detail, hint=f"Write `{place[-1]}[0]` for the first item.", span=session.span_of(place)
        )
    detail = f"`{place[-1]}` is not a mapping, so it has no key `{step}`."
    raise NotFound(detail, hint=f"Set `{place[-1]}` itself.", span=session.span_of(place))
