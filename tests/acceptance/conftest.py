"""A console for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console import Console


@pytest.fixture(name="console")
def _console(tmp_path: Path) -> Console:
    directory, home = tmp_path / "work", tmp_path / "home"
    directory.mkdir()
    home.mkdir()
    return Console(directory, home)
