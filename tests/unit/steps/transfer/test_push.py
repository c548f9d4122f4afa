"""What a push does before it asks the store anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.transfer.push import push
from syntask_yaml.steps.transfer.remote import Remote

REMOTE = Remote(MemoryFileSystem(), "flows/production", "s3://flows/production")


def test_push_of_nothing_fails_and_names_the_ignore_files(tmp_path: Path) -> None:
    """A worker would find no code."""
    (tmp_path / ".prefectignore").write_text("*\n!src/*.py\n", encoding="utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/flow.py").touch()

    with pytest.raises(StepFailed) as failed:
        push(REMOTE, StepContext(tmp_path, {}), ignore_file=".prefectignore")

    assert failed.value.detail.startswith("No files to copy to `s3://flows/production`")
    assert "`.prefectignore`" in failed.value.hint


def test_push_of_an_empty_directory_fails(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="No files to copy") as failed:
        push(REMOTE, StepContext(tmp_path, {}), ignore_file=".prefectignore")

    assert failed.value.hint == "Check that this is the right directory."
