"""A file that means ill ends in an error, within a room that is small and a time that is bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
_ROOM = 200 * MEGABYTE
_VALIDATE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({room}, {room}))
from syntask_yaml.cli.main import main
sys.exit(main(["validate", "syntask.yaml"]))
"""


def bomb(link: str) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x]\n"]
    size, number = 0, 1
    while size < 10 * MEGABYTE:
        old = f"*a{number - 1}"
        lines.append(f"a{number}: &a{number} {link.replace('OLD', old)}\n")
        size += len(lines[-1])
        number += 1
    return "".join(lines)


@pytest.mark.parametrize("link", ["[OLD, OLD, OLD, OLD]", "{x: OLD, y: OLD, z: OLD}", "[OLD]"])
def test_ten_megabytes_of_nested_aliases_are_an_error(tmp_path: Path, link: str) -> None:
    """In 200 MB of address space, all of Python's included; a time out is a failure."""
    (tmp_path / "syntask.yaml").write_text(bomb(link), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", _VALIDATE.format(room=_ROOM)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "[too-many-aliases]" in done.stderr + done.stdout or "[too-deep]" in done.stderr + done.stdout
