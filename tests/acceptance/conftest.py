"""A console for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.console import Console


@pytest.fixture(name="console")
def _console() -> Iterator[Console]:
    """In a directory with a short path of the same length each time: long lines are cut in some outputs."""
    with TemporaryDirectory(dir="/tmp") as root:
        directory, home = Path(root, "work"), Path(root, "home")
        directory.mkdir()
        home.mkdir()
        yield Console(directory, home)
