"""Which files of a directory are copied, and what is said of the others."""

from __future__ import annotations

import os
from pathlib import Path

from syntask_yaml.steps.transfer.tree import files_in
from tests.unit.steps.transfer.conftest import write


def test_links_are_followed_inside_only(tmp_path: Path) -> None:
    """A link to a file of the project counts as that file; nothing else that a link leads to is copied."""
    root, outside = tmp_path / "project", tmp_path / "outside"
    write(root, "flows/etl.py")
    write(outside, "secret")
    (root / "same.py").symlink_to("flows/etl.py")
    (root / "out").symlink_to(outside / "secret")
    (root / "folder").symlink_to(root / "flows")
    (root / "loop").symlink_to(root)
    (root / "gone").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    warned: list[str] = []
    found = {file.name for file in files_in(root, lambda _name: False, warned.append)}

    assert found == {"flows/etl.py", "same.py"}
    assert [line.split("`")[1] for line in warned] == ["folder", "gone", "loop", "out"]
    assert "points outside the directory" in warned[-1]
