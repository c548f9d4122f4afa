"""The wizard costs nothing where nobody is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from syntask_yaml.cli.main import main

main(sys.argv[1:])
asking = ("questionary", "prompt_toolkit", "syntask_yaml.wizard.interview")
print([name for name in asking if name in sys.modules])
"""


@pytest.mark.parametrize("command", ["deploy", "deployment ls", "deployment add --help", "init", "flow ls"])
def test_nothing_that_asks_is_loaded(tmp_path: Path, command: str) -> None:
    """Without a terminal, neither the library that draws questions nor the interview is imported."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *command.split()],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"
