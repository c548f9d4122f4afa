"""Fields of blocks that code could not load, found in a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.document.node import Node
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.block import BLOCK_TYPES, Block, BlockType
from syntask_yaml.operations.resources.blocks import field_problems
from syntask_yaml.source import Source
from tests.support.desk import Desk

# As a server has it.
SCHEMA = {
    "properties": {
        "port": {"type": "integer"},
        "pause": {"anyOf": [{"type": "string", "format": "duration"}, {"type": "null"}]},
        "is_fast": {"type": "boolean"},
        "name": {"type": "string"},
        "tables": {"type": "array", "items": {"type": "string"}},
        "mode": {"$ref": "#/definitions/Mode"},
        "login": {"type": "string", "format": "password"},
        "credentials": {"$ref": "#/definitions/Login"},
    },
    "definitions": {"Mode": {"enum": ["copy", "move"]}, "Login": {"type": "object"}},
}
KIND = BlockType(
    "loader",
    tuple(SCHEMA["properties"]),
    secret_fields=frozenset({"login"}),
    reference_fields=frozenset({"credentials"}),
    schema=SCHEMA,
)


def problems(data: dict[str, Any], kind: BlockType = KIND) -> list[tuple[tuple[str | int, ...], str]]:
    node = Node(data, Source("syntask.yaml", ""), 0)
    found = field_problems(Block(kind.slug, "b", data), kind, node)
    return [(each.path, each.detail) for each in found]


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("port", "many", ("port",)),
        ("port", [1], ("port",)),
        ("is_fast", "perhaps", ("is_fast",)),
        ("name", 5, ("name",)),
        ("name", {"a": 1}, ("name",)),
        ("tables", "one", ("tables",)),
        ("tables", ["one", 2], ("tables", 1)),
        ("mode", "paste", ("mode",)),
    ],
)
def test_a_wrong_type_is_said_at_its_place(field: str, value: Any, at: tuple[str | int, ...]) -> None:
    [(path, detail)] = problems({field: value})

    assert path == at
    assert f"The field `{field}" in detail
    assert "`loader` is not valid: " in detail


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("port", 5432),
        ("port", "5432"),
        ("pause", 90),
        ("pause", "PT1M"),
        ("is_fast", "yes"),
        ("is_fast", 1),
        ("mode", "copy"),
        ("credentials", "aws-credentials/team"),
        ("name", None),
        ("mode", {"$ref": "elsewhere"}),
        ("of another version", 1),
    ],
)
def test_what_loading_converts_or_cannot_be_known_is_right(field: str, value: Any) -> None:
    assert problems({field: value}) == []


def test_the_value_of_a_secret_is_not_shown() -> None:
    [(_, detail)] = problems({"login": {"password": "hidden"}})

    assert detail.endswith("is not valid: it is a mapping.")


def test_our_own_types_are_known_without_a_server() -> None:
    assert (
        len(problems({"smtp_server": 5, "smtp_port": "mail"}, BLOCK_TYPES["email-server-credentials"])) == 2
    )
    assert problems({"value": [1, {"a": None}]}, BLOCK_TYPES["json"]) == []
    assert problems({"url": "http://x", "verify": False}, BLOCK_TYPES["webhook"]) == []


@pytest.mark.parametrize(
    ("written", "token", "is_refused"),
    [
        ("{{ $TOKEN }}", "", True),
        ("{{ $TOKEN }}", " ", True),
        ("{{ $TOKEN }}", "hush", False),
        ('{{ $TOKEN | default("") }}', "", False),
        ("", "", False),
    ],
)
def test_a_secret_that_the_environment_leaves_empty_is_not_written(
    written: str, token: str, is_refused: bool, tmp_path: Path
) -> None:
    """A CI system sets the variable of a secret that it does not have to nothing."""
    desk = Desk(tmp_path, environ={"TOKEN": token})
    desk.write(
        f"name: shop\ndeployments: []\nresources: {{blocks: {{secret/key: {{value: '{written}'}}}}}}\n"
    )

    if is_refused:
        with pytest.raises(ProjectInvalid, match="`value` would be empty"):
            desk.plan()
    else:
        assert desk.plan().is_sound
