"""Values of a deployment, changed in the project file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.errors import EditRefused, FileFailed, ProjectInvalid, UsageError
from syntask_yaml.operations.edit import apply_edit, parse_assignment, parse_path, prepare_edit
from syntask_yaml.operations.project import ProjectLocation

FLOWS = "from syntask import flow\n\n\n@flow\ndef etl(limit: int = 1) -> None: ...\n"


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    file = tmp_path / "syntask.yaml"
    file.write_text("deployments:\n- name: a\n  entrypoint: flows.py:etl\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("paused=true", ("paused",), True),
        ("work_pool.name=default", ("work_pool", "name"), "default"),
        ("schedules[0].cron=0 6 * * *", ("schedules", 0, "cron"), "0 6 * * *"),
        ("a[1][2].b=[1, 2]", ("a", 1, 2, "b"), [1, 2]),
        ('parameters["a.b=]\\""].x=1', ("parameters", 'a.b=]"', "x"), 1),
        ("parameters.two words=x=y", ("parameters", "two words"), "x=y"),
        ("schedules.0.cron=@daily", ("schedules", "0", "cron"), "@daily"),
        ('version="1"', ("version",), "1"),
        ("description=", ("description",), ""),
        ("description=null", ("description",), None),
        ("description=NaN", ("description",), "NaN"),
        ("description=-Infinity", ("description",), "-Infinity"),
    ],
)
def test_assignment_is_a_path_and_a_value(text: str, path: tuple[str | int, ...], value: Any) -> None:
    parsed = parse_assignment(text)

    assert parsed == (path, value)
    assert type(parsed[1]) is type(value)


@pytest.mark.parametrize(
    "text", ["", "paused", "=1", ".a=1", "a..b=1", "a.=1", "a[x]=1", "a[-1]=1", "a[0]b=1", "a b"]
)
def test_what_is_no_assignment(text: str) -> None:
    with pytest.raises(UsageError, match="not of the form PATH=VALUE"):
        parse_assignment(text)


def test_path_alone() -> None:
    assert parse_path('schedules[0].x["a=b"]') == ("schedules", 0, "x", "a=b")
    for text in ("", "a=1", "a.", "a[x]"):
        with pytest.raises(UsageError, match="not a valid path"):
            parse_path(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_and_line_ends_are_kept(file: Path, encoding: str) -> None:
    before = "# é\r\ndeployments:\r\n- name: a\r\n  entrypoint: flows.py:etl"
    file.write_bytes(before.encode(encoding))

    apply_edit(prepare_edit(ProjectLocation(directory=file.parent), "a", [(("description",), "ü")]))

    assert file.read_bytes() == f"{before}\r\n  description: ü".encode(encoding)


def test_file_that_changed_meanwhile_is_left_alone(file: Path) -> None:
    edit = prepare_edit(ProjectLocation(directory=file.parent), "etl/a", [(("paused",), True)])
    file.write_text("# somebody else's\n", encoding="utf-8")

    with pytest.raises(FileFailed, match="in the meantime"):
        apply_edit(edit)

    assert file.read_text(encoding="utf-8") == "# somebody else's\n"


def test_problems_that_are_there_already_do_not_hinder(file: Path) -> None:
    """One problem can be put right after the other; a new one is refused."""
    text = "deployments:\n- name: a\n  entrypoint: flows.py:etl\n  pausd: true\n  parameters: {limit: x}\n"
    file.write_text(text, encoding="utf-8")
    place = ProjectLocation(directory=file.parent)

    apply_edit(prepare_edit(place, "a", [(("parameters", "limit"), 2)]))
    with pytest.raises(ProjectInvalid, match="has no key `pasued`"):
        prepare_edit(place, "a", [(("pasued",), True)])

    assert file.read_text(encoding="utf-8") == text.replace("limit: x", "limit: 2")


LAYERED = """\
defaults: {tags: [x]}
targets:
  prod: {deployments: {a: {parameters: {limit: 7}, version: null}}}
  dev: {mode: development}
deployments:
- {name: a, entrypoint: "flows.py:etl", parameters: {limit: 1}, version: v1}
"""


@pytest.mark.parametrize(
    ("target", "path", "value", "why"),
    [
        ("prod", ("parameters", "limit"), 3, "the target `prod` sets it"),
        ("prod", ("version",), "v2", "the target `prod` removes it"),
        ("dev", ("paused",), False, "the target `dev` sets it"),
    ],
)
def test_what_a_target_replaces_is_not_set_in_vain(
    file: Path, target: str, path: tuple[str, ...], value: Any, why: str
) -> None:
    file.write_text(LAYERED, encoding="utf-8")
    with pytest.raises(EditRefused, match=why):
        prepare_edit(ProjectLocation(directory=file.parent, target=target), "a", [(path, value)])
    apply_edit(prepare_edit(ProjectLocation(directory=file.parent), "a", [(path, value)]))


def test_what_the_entry_says_in_spite_of_a_target_can_be_changed(file: Path) -> None:
    file.write_text(LAYERED, encoding="utf-8")
    place = ProjectLocation(directory=file.parent, target="dev")
    assignments = [(("name",), "b"), (("tags",), ["y"]), (("parameters", "limit"), 7)]
    apply_edit(prepare_edit(place, "a", assignments, unset=[("version",)]))
    assert '{name: b, entrypoint: "flows.py:etl", parameters: {limit: 7}, tags: [y]}' in file.read_text()


def test_what_is_inherited_is_not_unset_in_the_entry(file: Path) -> None:
    file.write_text(LAYERED, encoding="utf-8")
    place = ProjectLocation(directory=file.parent)
    with pytest.raises(EditRefused, match=r"it comes from the `defaults` of") as raised:
        prepare_edit(place, "a", [], unset=[("tags",)])
    assert raised.value.hint.startswith("Set it to null here")
    prepare_edit(place, "a", [], unset=[("parameters", "limit")])  # that of the target stays
