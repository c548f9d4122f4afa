"""A file that deploys whenever it is imported would go round in circles."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest


@pytest.mark.parametrize("how", ["run", "read"])
def test_a_call_without_a_guard_ends(how: str, tmp_path: Path) -> None:
    """A file that deploys whenever it is imported would go round in circles."""
    (tmp_path / "flows.py").write_text(
        textwrap.dedent(
            """
            from syntask import flow

            make = lambda: flow  # so that reading it is not enough

            @make()
            def far(city: str = str(1)) -> None: ...

            far.deploy("x", print_next_steps=False)
            """
        )
    )
    if how == "read":
        command = [
            sys.executable,
            "-c",
            "from syntask_yaml.pysource.load import load_module as l; l(None, 'flows.py')",
        ]
    else:
        command = [sys.executable, "flows.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    if how == "read":
        assert "while the file is loaded" in done.stderr
        assert '__name__ == "__main__"' in done.stderr
    assert done.returncode == (1 if how == "read" else 0), done.stderr
