"""The schema for editors says more, and accepts the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from syntask_yaml.assets import asset
from syntask_yaml.document.reader import read_file
from syntask_yaml.project.schema import project_schema
from tests.unit.project.conftest import EDITOR, keys, schemas

ROOT = Path(__file__).parents[3]
FILES = [
    file
    for pattern in ("tests/files/*/*.yaml", "examples/*/*.yaml")
    for file in sorted(ROOT.glob(pattern))
    if read_file(file).is_readable
]
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2.5,
    "",
    "x",
    "yes",
    "60",
    "{{ $X }}",
    [],
    ["x"],
    [None],
    {},
    {"x": 1},
)


def changed(value: Any) -> Iterator[Any]:
    """*value* with each of its parts replaced by an odd one in turn."""
    yield from ODD
    if isinstance(value, (dict, list)):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            for other in changed(part):
                copy: Any = value.copy()
                copy[key] = other
                yield copy


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_accepts_what_validate_accepts(file: Path) -> None:
    """Every file of ours, and every file that differs from it in one value."""
    value = read_file(file).root.value
    ours, editors = (Draft202012Validator(each) for each in (project_schema(), EDITOR))

    accepted = [(each, ours.is_valid(each)) for each in (value, *changed(value))]

    assert [each for each, is_valid in accepted if editors.is_valid(each) != is_valid] == []


def test_every_key_is_described_in_markdown_and_in_plain_text() -> None:
    """In plain text, servers put a backslash before what means something in Markdown."""
    differ = [
        name
        for name, each in keys()
        if not each["description"]
        or not each["markdownDescription"].replace("`", "").startswith(each["description"])
    ]

    assert differ == []


def test_markup_is_code_only() -> None:
    """Outside of code nothing in a description means something to Markdown."""
    outside = {
        name: re.sub(r"```yaml\n.*?\n```|`[^`\n]+`", "", each["markdownDescription"], flags=re.DOTALL)
        for name, each in keys()
    }

    assert {name: text for name, text in outside.items() if re.search(r"[`*_<>\[\]#\\{}]", text)} == {}


def test_every_mapping_has_a_title() -> None:
    """Otherwise a hover has the title of the whole file."""
    assert [each for each in schemas(EDITOR) if "properties" in each and "title" not in each] == []


def test_what_is_not_suggested() -> None:
    """Keys without an effect, and those of older files."""
    hidden = {name for name, each in keys() if each.get("doNotSuggest")}
    of_other_files = {"prefect-version", "prefect_version", "flow_name", "schedule"}

    assert hidden == {*of_other_files, "max_active_runs", "catchup", "build_backend"}
    assert "doNotSuggest" not in EDITOR["$defs"]["step_build_docker_image"]["properties"]["build_backend"]


def test_validate_loads_none_of_it() -> None:
    text = asset("schemas/syntask.schema.json").read_text(encoding="utf-8")

    assert [word for word in ("markdownDescription", "defaultSnippets") if word in text] == []
