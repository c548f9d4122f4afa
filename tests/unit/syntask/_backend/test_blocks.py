"""Blocks of the backend, in flow code."""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path

import pytest

from syntask.blocks.core import Block
from syntask.blocks.system import Secret
from syntask.filesystems import LocalFileSystem
from syntask_yaml import api
from syntask_yaml.errors import NotFound
from syntask_yaml.model.secret import Secret as SecretValue


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK_HOME", str(tmp_path))
    with api.open_backend() as backend:
        secret = SecretValue("hush-hush")
        backend.create_block(
            api.Block("aws-credentials", "prod", {"aws_access_key_id": "A1", "aws_secret_access_key": secret})
        )
        backend.create_block(api.Block("secret", "token", {"value": SecretValue("hush")}))


def test_fields_are_read_when_they_are_used() -> None:
    block = Block.load("aws-credentials/prod")

    assert (block.aws_access_key_id, block.aws_secret_access_key) == ("A1", "hush-hush")
    assert repr(block) == "Block.load('prod')"
    assert "hush" not in repr(block)


def test_a_secret() -> None:
    assert Secret.load("token").get() == "hush"
    assert asyncio.run(Secret.aload("token")).value == "hush"


def test_what_is_not_there() -> None:
    with pytest.raises(NotFound, match="no block `aws-credentials/other`"):
        _ = Block.load("aws-credentials/other").region_name
    with pytest.raises(AttributeError, match="`aws-credentials/prod` has no field `colour`"):
        _ = Block.load("aws-credentials/prod").colour
    with pytest.raises(ValueError, match="Write `type/name`"):
        Block.load("prod")


def test_a_block_that_code_writes_down() -> None:
    """It is copied and pickled with its fields."""
    block = pickle.loads(pickle.dumps(LocalFileSystem(basepath="data")))

    assert block.basepath == "data"
