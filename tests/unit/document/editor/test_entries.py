"""Edits of random files and of real ones: the answers come back, and nothing else moves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from syntask_yaml.document.editor import add_entry, difference, replace_entry, set_values, unset_values
from syntask_yaml.document.reader import Document, read, read_bytes
from syntask_yaml.errors import EditRefused, NotFound
from syntask_yaml.source import Source
from tests.unit.document.judge import judged
from tests.unit.document.texts import STYLES, WORDS

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
    st.text(max_size=20),
    st.sampled_from(
        ["0b1", "010", "1:30", "yes", "on", "~", "null", "=", "<<", "1e5", "2026-01-01", "*/5 * * * *"]
    ),
)
KEYS = st.sampled_from(
    ["a", "b", "c", "a b", "x,y", "<<", "1", "true", "", "é", "k: v", "#k", "'q'", "-", "?"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
ENTRIES = st.fixed_dictionaries(
    {"name": st.sampled_from(["nightly", "two words", "1", "a: b", "é", "null"])},
    optional={
        "entrypoint": WORDS,
        "parameters": st.dictionaries(KEYS, VALUES, max_size=3),
        "work_pool": st.sampled_from([{"name": "default"}, {"name": "k8s", "job_variables": {"cpu": 1}}]),
        "schedules": st.lists(st.sampled_from([{"cron": "0 6 * * *"}, {"interval": 60.0}]), max_size=2),
        "tags": st.lists(WORDS, max_size=3),
        "description": st.text(max_size=30),
    },
)
ENDS = st.sampled_from(["\n", "\n\n", "", "\n# the end\n", "\n# the end"])


@st.composite
def projects(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A project file in a random style, and its entries."""
    entries = draw(st.lists(ENTRIES, min_size=1, max_size=3, unique_by=lambda entry: entry["name"]))
    shared = draw(st.booleans())
    if not shared:  # PyYAML writes what is the same object as an alias
        entries = [_copy(entry) for entry in entries]
    parts = {"name": "p", "deployments": entries, "x-more": draw(VALUES)}
    order = draw(st.permutations(list(parts)))
    style = draw(STYLES)
    text: str = yaml.safe_dump({key: parts[key] for key in order}, sort_keys=False, **style)
    if style["line_break"] == "\n":
        text = text.rstrip("\n") + draw(ENDS)
    text = draw(st.sampled_from(["", "\ufeff", "# é\t#\n"])) + text
    return text, loaded(text)["deployments"]  # PyYAML does not write every character so that it reads it


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def loaded(text: str) -> Any:
    """What *text* says."""
    document = read(Source("f", text))
    assert document.is_readable
    return document.root.value


def outside(text: str, index: int) -> tuple[str, str]:
    """What stands in front of an entry's first character and behind its last one, apart from blanks."""
    root: Any = yaml.compose(text.removeprefix("\ufeff"))
    entries = next(value for key, value in root.value if key.value == "deployments").value
    start = entries[index].start_mark.index
    end = entries[index].end_mark.index
    body = text.removeprefix("\ufeff")
    # For PyYAML a block ends behind the comments that follow.
    end = start + len(body[start:end].rstrip().removesuffix("# the end"))
    return body[:start].rstrip(), body[end:].strip()


@given(projects(), ENTRIES)
@settings(max_examples=120, deadline=None)
def test_added_entry_comes_back_and_nothing_else_moves(
    project: tuple[str, list[dict[str, Any]]], entry: dict[str, Any]
) -> None:
    text, entries = project
    before = loaded(text)
    try:
        after = add_entry(text, entry)
    except EditRefused:
        assert _ends_in_open_block(text)
        return
    assert loaded(after) == {**before, "deployments": [*entries, entry]}
    if judged(text) == before:  # what others see, too
        assert judged(after) == loaded(after)
    assert is_inserted(text, after)


def is_inserted(before: str, after: str) -> bool:
    """Whether *after* is *before* with one piece of text in it."""
    common = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return after.endswith(before[common:]) and len(after) >= len(before)


def _ends_in_open_block(text: str) -> bool:
    """Whether a block of text ends the file without a line end: a line behind it would give it one."""
    scalars = [token for token in yaml.scan(text) if isinstance(token, yaml.ScalarToken)]
    return not text.endswith("\n") and scalars[-1].style in ("|", ">")


def _has_anchors(text: str) -> bool:
    return any(isinstance(token, yaml.AnchorToken) for token in yaml.scan(text))


@given(projects(), st.data())
@settings(max_examples=120, deadline=None)
def test_set_value_changes_that_value_only(
    project: tuple[str, list[dict[str, Any]]], data: st.DataObject
) -> None:
    text, entries = project
    index = data.draw(st.integers(0, len(entries) - 1))
    path = data.draw(paths(entries[index]))
    value = data.draw(VALUES)
    try:
        after = set_values(text, index, [(path, value)])
    except EditRefused:
        assert _has_anchors(text) or _ends_in_open_block(text)
        return
    before = loaded(text)
    before["deployments"][index] = put(before["deployments"][index], path, value)
    assert loaded(after) == before
    assert outside(after, index) == outside(text, index)


@st.composite
def paths(draw: st.DrawFn, entry: Any) -> list[str | int]:
    """A path to something in *entry*, or to a key that it does not have."""
    path: list[str | int] = []
    value = entry
    while isinstance(value, (dict, list)) and (not path or draw(st.booleans())):
        if isinstance(value, dict):
            key = draw(st.sampled_from([*value, "new"]))
            path.append(key)
            value = value.get(key)
        else:
            step = draw(st.integers(0, len(value)))
            path.append(step)
            value = value[step] if step < len(value) else None
    return path


def put(old: Any, path: Sequence[str | int], value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        items = list(old or [])
        items[step : step + 1] = [put(items[step] if step < len(items) else None, rest, value)]
        return items
    return {**(old or {}), step: put((old or {}).get(step), rest, value)}


@given(projects(), ENTRIES, st.data())
@settings(max_examples=80, deadline=None)
def test_replaced_entry_comes_back(
    project: tuple[str, list[dict[str, Any]]], entry: dict[str, Any], data: st.DataObject
) -> None:
    text, entries = project
    index = data.draw(st.integers(0, len(entries) - 1))
    try:
        after = replace_entry(text, index, entry)
    except EditRefused:
        assert _has_anchors(text) or _ends_in_open_block(text)
        return
    assert loaded(after)["deployments"] == [*entries[:index], entry, *entries[index + 1 :]]
    assert outside(after, index) == outside(text, index)


@given(projects(), VALUES, st.data())
@settings(max_examples=120, deadline=None)
def test_a_key_that_is_set_and_unset_leaves_no_trace(
    project: tuple[str, list[dict[str, Any]]], value: Any, data: st.DataObject
) -> None:
    """Byte for byte, if what it was put into held something."""
    text, entries = project
    index = data.draw(st.integers(0, len(entries) - 1))
    path = [*data.draw(st.sampled_from(_mappings(entries[index]))), "new"]
    try:
        changed = set_values(text, index, [(path, value)])
    except EditRefused:
        assert _has_anchors(text) or _ends_in_open_block(text)
        return
    try:
        after = unset_values(changed, index, [path])
    except EditRefused:
        assert _has_anchors(changed) or _ends_in_open_block(changed)
        return
    assert after == text or _was_an_alias(text, changed, after)


def _mappings(value: Any) -> list[list[str | int]]:
    """The paths of the mappings in *value* that hold something."""
    found: list[list[str | int]] = [[]] if isinstance(value, dict) and value else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        found += [[step, *rest] for rest in _mappings(inner)]
    return found


def _was_an_alias(text: str, changed: str, after: str) -> bool:
    """Whether the key was put beside a merge key, in the place of an alias that has no keys of its own."""
    return changed.count("<<: *") > text.count("<<: *") and loaded(after) == loaded(text)


@given(projects(), st.data())
@settings(max_examples=120, deadline=None)
def test_unset_removes_what_is_meant_and_nothing_else(
    project: tuple[str, list[dict[str, Any]]], data: st.DataObject
) -> None:
    text, entries = project
    index = data.draw(st.integers(0, len(entries) - 1))
    chosen = data.draw(st.lists(st.sampled_from(_places(entries[index])), min_size=1, max_size=3))
    assume(without(entries[index], [tuple(path) for path in chosen]))
    try:
        after = unset_values(text, index, chosen)
    except EditRefused:
        assert _has_anchors(text) or _ends_in_open_block(text)
        return
    before = loaded(text)
    now = loaded(after)["deployments"][index]
    assert _unsectioned(now) == _unsectioned(without(entries[index], [tuple(path) for path in chosen]))
    before["deployments"][index] = now
    assert loaded(after) == before
    assert outside(after, index) == outside(text, index)


def _places(value: Any) -> list[list[str | int]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [[step, *rest] for step, inner in items for rest in ([], *_places(inner))]


def without(value: Any, paths: Sequence[tuple[str | int, ...]]) -> Any:
    """*value* without what is at *paths*."""

    def left(step: str | int, inner: Any) -> Any:
        return without(inner, [path[1:] for path in paths if path[0] == step])

    gone = {path[0] for path in paths if len(path) == 1}
    if isinstance(value, dict):
        return {key: left(key, inner) for key, inner in value.items() if key not in gone}
    if isinstance(value, list):
        return [left(index, inner) for index, inner in enumerate(value) if index not in gone]
    return value


def _unsectioned(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without empty sections, which say nothing."""
    pool = entry.get("work_pool")
    if isinstance(pool, dict):
        entry = {**entry, "work_pool": {key: value for key, value in pool.items() if value != {}}}
    return {key: value for key, value in entry.items() if key not in _SECTIONS or value != {}}


_SECTIONS = ("parameters", "work_pool")


ENTRY: dict[str, Any] = {
    "name": "added: here",
    "entrypoint": "flows/daily.py:etl",
    "description": "two\nlines\n",
    "parameters": {"since": "2026-01-01", "limit": 3, "regions": ["eu", "us"]},
    "work_pool": {"name": "default", "job_variables": {"env": {"LEVEL": "DEBUG"}}},
    "schedules": [{"cron": "*/5 * * * *", "timezone": "Europe/Berlin", "active": False}],
}


@pytest.fixture(name="document", scope="session")
def _document(corpus_file: Path) -> Document:
    document = read_bytes(corpus_file.read_bytes(), corpus_file.name)
    if not document.is_readable:
        pytest.skip(f"not YAML: {document.diagnostics[0].detail}")
    return document


def text_of(file: Path) -> str:
    return file.read_bytes().decode("utf-8")


def test_added_entry_comes_back(corpus_file: Path, document: Document) -> None:
    """Everything that was there stays where it was, to the byte, and the file says one entry more."""
    root = document.root.value
    section = root.get("deployments") if isinstance(root, dict) else []
    if not isinstance(root, dict) or not isinstance(section or [], list):
        with pytest.raises(EditRefused):
            add_entry(text_of(corpus_file), ENTRY)
        return
    before = text_of(corpus_file)
    try:
        after = add_entry(before, ENTRY)
    except EditRefused:  # a block of text at the very end
        assert not before.endswith("\n")
        assert add_entry(f"{before}\n", ENTRY)
        return

    assert read_bytes(after.encode(), "f").root.value == {**root, "deployments": [*(section or []), ENTRY]}
    common = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    rest = before[common:]
    assert after.endswith(rest) or rest.lstrip(" ").startswith(("[]", "null", "~"))


def test_value_is_set_in_each_entry(corpus_file: Path, document: Document) -> None:
    """Only lines of the entry that is meant differ; entries that share a text are left alone."""
    before = text_of(corpus_file)
    deployments = document.root.get("deployments")
    is_list = deployments is not None and isinstance(deployments.value, list)
    entries = list(deployments.children())[:10] if deployments is not None and is_list else []
    for index, entry in enumerate(entries):
        if not isinstance(entry.value, dict) or not isinstance(entry.value.get("work_pool"), dict | None):
            continue
        try:
            after = set_values(before, index, [(["work_pool", "work_queue_name"], "urgent")])
        except EditRefused:  # an anchor of it is used elsewhere
            assert "&" in before
            continue

        changed = read_bytes(after.encode(), "f").root.value
        expected = {
            **entry.value,
            "work_pool": {**(entry.value.get("work_pool") or {}), "work_queue_name": "urgent"},
        }
        assert changed["deployments"][index] == expected
        others = [each for number, each in enumerate(changed["deployments"]) if number != index]
        assert others == [
            each for number, each in enumerate(document.root.value["deployments"]) if number != index
        ]
        gone = [line for line in difference(before, after).splitlines()[2:] if line.startswith("-")]
        assert len(gone) <= 1  # `work_pool: *name`, or the mapping in brackets


def test_each_key_of_each_entry_can_be_unset(corpus_file: Path, document: Document) -> None:
    """All else says what it said, and only lines of that key go."""
    before = text_of(corpus_file)
    deployments = document.root.get("deployments")
    is_list = deployments is not None and isinstance(deployments.value, list)
    entries = [each.value for each in deployments.children()][:5] if deployments and is_list else []
    for index, entry in enumerate(entries):
        for key in list(entry)[:12] if isinstance(entry, dict) else ():
            try:
                after = unset_values(before, index, [(key,)])
            except EditRefused:  # it is merged in, or others use an anchor of it
                assert "&" in before
                continue
            except NotFound:  # a key that is no text
                assert f"{key}:" not in before
                continue

            changed = read_bytes(after.encode(), "f").root.value
            left = {name: value for name, value in entry.items() if name != key}
            shows = changed["deployments"].pop(index)
            assert {name: value for name, value in shows.items() if name != key} == left
            assert key not in shows or "<<" in before
            rest = [each for number, each in enumerate(document.root.value["deployments"]) if number != index]
            assert changed == {**document.root.value, "deployments": rest}
            added = [line for line in difference(before, after).splitlines()[2:] if line.startswith("+")]
            assert len(added) <= 1  # the key that moves up to the dash
