"""Blocks that values refer to by id: by name while a copy is planned, by another id when it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.references import Expected, lost_reference, with_ids, with_names

TEAM = Block("aws-credentials", "team", id="1-1")


def reference(**named: str) -> dict[str, object]:
    return {"properties": {"login": {"default": {"$ref": named}}}, "list": [{"$ref": "#/definitions/A"}]}


def test_an_id_becomes_a_name_and_another_id() -> None:
    """References to parts of a schema stay what they are."""
    named = with_names(reference(block_document_id="1-1"), {TEAM.full_name: TEAM})

    assert named == reference(block="aws-credentials/team")
    assert with_ids(named, {"aws-credentials/team": "2-2"}.__getitem__) == reference(block_document_id="2-2")


@pytest.mark.parametrize(
    ("value", "lost"),
    [
        (reference(block="secret/here"), ""),
        (reference(block="secret/left"), "the block `secret/left`, which the destination does not get"),
        (reference(block_document_id="9"), "the block with the id 9, which does not exist"),
        ({"env": {"A": "1"}}, ""),
        ({"a": ["{{ syntask.blocks.secret.here }} {{ prefect.variables.region }}"]}, ""),
        (
            {"a": "{{ prefect.blocks.secret.left.value }}"},
            "the block `secret/left`, which the destination does not get",
        ),
        ({"a": "{{ syntask.variables.Left }}"}, "the variable `Left`, which the destination does not get"),
        ({"a": "{{ syntask.variables.nowhere }} {{ syntask.blocks.secret.nowhere }}"}, ""),
        (
            [{"pull_with_block": {"block_type_slug": "secret", "block_document_name": "left"}}],
            "the block `secret/left`, which the destination does not get",
        ),
    ],
)
def test_what_is_left_behind_is_named(tmp_path: Path, value: object, lost: str) -> None:
    backend = EmbeddedBackend.open(tmp_path / "a.db")
    for name in ("here", "left"):
        backend.create_block(Block("secret", name, {"value": "x"}))
    for name in ("region", "Left"):
        backend.set_variable(Variable(name, 1))
    expected = Expected(frozenset({"region"}), frozenset({"secret/here"}))

    assert lost_reference(value, Contents(backend), expected) == lost
    backend.close()
