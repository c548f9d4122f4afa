"""Secrets at rest."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.block import Block
from syntask_yaml.model.secret import Secret

BLOCK = Block(
    "gitlab-credentials", "mine", {"token": Secret("s3cret-token"), "url": "https://git.example.org"}
)
Open = Callable[[], EmbeddedBackend]


@pytest.fixture(name="open_store")
def _open_store(tmp_path: Path) -> Iterator[Open]:
    opened: list[EmbeddedBackend] = []

    def open_store() -> EmbeddedBackend:
        opened.append(EmbeddedBackend.open(tmp_path / "syntask.db"))
        return opened[-1]

    yield open_store
    for backend in opened:
        backend.close()


@pytest.fixture(name="key")
def _key(tmp_path: Path) -> Path:
    return tmp_path / "syntask.key"


def test_a_secret_is_not_in_the_files(open_store: Open, key: Path, tmp_path: Path) -> None:
    """All else can be read; the key is for its owner alone, and nothing else is left behind."""
    open_store().create_block(BLOCK)

    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"s3cret-token" not in content
    assert b"git.example.org" in content
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert {"syntask.db", "syntask.key"} == {file.name for file in tmp_path.iterdir()} - {
        "syntask.db-wal",
        "syntask.db-shm",
    }


def test_a_key_is_made_for_the_first_secret(open_store: Open, key: Path) -> None:
    """And serves for all that follow, whoever writes them."""
    first, second = open_store(), open_store()
    first.create_block(Block("string", "plain", {"value": "x"}))
    assert not key.exists()

    first.create_block(BLOCK)
    content = key.read_bytes()
    second.create_block(Block("secret", "other", {"value": "o"}))
    assert key.read_bytes() == content
    assert first.block("secret", "other") == Block("secret", "other", {"value": Secret("o")})
    assert second.block(BLOCK.type, BLOCK.name) == BLOCK


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (Path.unlink, "is missing"),
        (lambda key: key.write_bytes(b"short"), "is damaged"),
        (lambda key: key.write_bytes(b"\xff\xfe"), "is damaged"),
        (lambda key: key.write_bytes(b"A" * 43 + b"="), "is not the key"),
    ],
)
def test_a_key_that_does_not_fit_is_told(
    open_store: Open, key: Path, spoil: Callable[[Path], object], problem: str
) -> None:
    """With its path. The block can still be deleted, and what is not secret be read."""
    open_store().create_block(BLOCK)
    spoil(key)
    backend = open_store()
    backend.create_block(Block("string", "plain", {"value": "x"}))

    for read in (lambda: backend.block(BLOCK.type, BLOCK.name), backend.blocks):
        with pytest.raises(BackendRefused, match=problem) as caught:
            read()
        assert str(key) in caught.value.detail
        assert "backup" in caught.value.hint
    assert backend.block("string", "plain") is not None
    assert backend.delete_block(BLOCK.type, BLOCK.name)


def test_a_lost_key_is_not_replaced_while_secrets_need_it(open_store: Open, key: Path) -> None:
    """A new one would hide that theirs is lost. Without secrets, one begins anew."""
    open_store().create_block(BLOCK)
    key.unlink()
    backend = open_store()

    with pytest.raises(BackendRefused, match="is missing"):
        backend.create_block(Block("secret", "other", {"value": "o"}))
    assert not key.exists()
    backend.delete_block(BLOCK.type, BLOCK.name)
    backend.create_block(BLOCK)
    assert backend.blocks() == [BLOCK]


def test_a_key_that_cannot_be_written_is_told(
    open_store: Open, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no block is made, nor half a key."""
    backend = open_store()

    def fail(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(BackendRefused, match="No space left"):
        backend.create_block(BLOCK)
    assert backend.blocks() == []
    assert [file.name for file in key.parent.iterdir() if ".key" in file.name] == []


def test_a_key_that_cannot_be_read_is_told(open_store: Open, key: Path) -> None:
    """And no block is made."""
    backend = open_store()
    key.mkdir()

    with pytest.raises(BackendRefused, match="cannot be read"):
        backend.create_block(BLOCK)
    assert backend.blocks() == []
