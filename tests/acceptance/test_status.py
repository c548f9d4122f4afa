"""`syntask status --watch` in a real terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console import Console
from tests.support.terminal import CTRL_C, Terminal

PROJECT = """\
name: weather
deployments:
  - name: berlin
    entrypoint: flows.py:report
"""
FLOWS = "from syntask import flow\n\n\n@flow\ndef report():\n    raise ValueError('no weather')\n"
FAILS = "syntask deployment run berlin && syntask worker start --run-once"


def test_a_watched_status_is_drawn_in_place_until_ctrl_c(console: Console) -> None:
    """A run that somebody makes meanwhile appears in it, and lines beyond the last row do not."""
    (console.directory / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    (console.directory / "flows.py").write_text(FLOWS, encoding="utf-8")
    assert console.run(f"syntask deploy && {FAILS}").returncode == 0
    environ = console.environment()
    program = str(Path(environ["PATH"].partition(":")[0], "syntask"))
    watch = ("status", "--watch", "--interval", "0.1")

    with Terminal(program, *watch, directory=console.directory, environ=environ, rows=7) as screen:
        screen.see("ValueError: no weather").see("Failed in the last 24 hours: 1")
        assert console.run(FAILS).returncode == 0
        screen.see("Failed in the last 24 hours: 2")
        assert (screen.lines[0].partition(":")[0], len(screen.lines)) == ("embedded", 6)
        screen.type(CTRL_C)
        code = screen.wait()

    assert (code, "Interrupted" in screen.text) == (130, False)


@pytest.mark.parametrize("output", ["json", "svg"])
def test_only_text_is_watched(console: Console, output: str) -> None:
    """Another format would have no end."""
    done = console.run(f"syntask status --watch --output {output}")

    assert (64, "`--watch` prints text." in done.stdout) == (done.returncode, True)
