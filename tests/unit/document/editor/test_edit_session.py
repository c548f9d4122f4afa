"""Edits of real project files: the answers come back, and nothing else moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.document.editor import add_entry, difference, set_value, unset_values
from syntask_yaml.document.reader import Document, read_bytes
from syntask_yaml.errors import EditRefused, NotFound

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
            after = set_value(before, index, ["work_pool", "work_queue_name"], "urgent")
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
