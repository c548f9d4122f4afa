"""What others wrote cannot command the terminal, and the terminal is not asked for what it may not answer."""

from __future__ import annotations

import os
import sys

import pexpect
import pytest

from tests.support.console import Console

_PROJECT = """\
name: "pro\\e]0;title\\a"
deployments:
- {name: d, entrypoint: "flows.py:quick", work_pool: {name: default}}
"""
_FLOWS = "from syntask import flow\n\n@flow\ndef quick(): ...\n"
_LOGGED = """
from datetime import datetime
from syntask_yaml.cli.views.runs import show_line
from syntask_yaml.model.run import LogLine
show_line(LogLine(datetime.now(), 20, "a\\x1b[31mb\\x1b]0;t\\x07c\\u202ed \\te"), is_raw=RAW)
"""
_ASKED = """
from syntask_yaml.wizard.prompter import TerminalPrompter
from syntask_yaml.wizard.questions import Text
question = Text("k", "Name?", option="--name")
answer = TerminalPrompter(lambda *_: None, is_colored=True).ask(question)
print("answer", answer)
"""


def in_terminal(program: str, *, typed: str = "") -> str:
    """What a Python *program* writes to a terminal that answers nothing."""
    environ = {**os.environ, "TERM": "xterm"}
    child = pexpect.spawn(sys.executable, ["-c", program], env=environ, encoding="utf-8", timeout=60)
    if typed:
        child.expect_exact("Name?")
        child.send(typed)
    written: str = child.read()
    child.close()
    return str(child.before or "") + written


def test_names_in_tables_are_escaped(console: Console) -> None:
    """Run names and project names with commands for a terminal are shown, not sent."""
    (console.directory / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    (console.directory / "flows.py").write_text(_FLOWS, encoding="utf-8")
    console.run("syntask deploy --all")
    made = console.run("syntask deployment run quick/d --name $'x\\e]0;t\\a'")
    listed = console.run("syntask flow-run ls && syntask deployment ls")

    assert "\x1b" not in made.stdout + listed.stdout
    assert "\x07" not in made.stdout + listed.stdout
    assert listed.stdout.count(r"x\x1b]0;t\x07") == 1


_HOSTILE = """\
name: p
deployments:
- name: d
  entrypoint: flows.py:quick
  description: "one\\e[2Jtwo\\x9b"
  version: "1\\e[8m"
  work_pool: {name: pool, job_variables: {env: {"A\\e[5m": b}}}
"""


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("explain 'quick/*'", r"env.A\x1b[5m"),
        ("deployment inspect quick/d", r"one\x1b[2Jtwo\x9b"),
        ("work-pool inspect pool", r"of\x1b[2Jothers"),
    ],
)
def test_texts_of_a_project_are_escaped(console: Console, command: str, shown: str) -> None:
    """Names, keys and descriptions, wherever a command shows one of them."""
    (console.directory / "syntask.yaml").write_text(_HOSTILE, encoding="utf-8")
    (console.directory / "flows.py").write_text(_FLOWS, encoding="utf-8")
    console.run("syntask work-pool create pool --description $'of\\e[2Jothers'")
    console.run("syntask -f syntask.yaml deploy --all")

    written = console.run(f"syntask {command}")

    assert shown in written.stdout
    assert not {"\x1b", "\x9b"} & {*written.stdout}


def test_names_in_a_check_are_escaped(console: Console) -> None:
    """No backend has refused them yet."""
    text = _HOSTILE.replace("name: d", 'name: "d\\e]0;title\\a\\u202e"').replace(
        "name: pool", "name: default"
    )
    (console.directory / "syntask.yaml").write_text(text, encoding="utf-8")
    (console.directory / "flows.py").write_text(_FLOWS, encoding="utf-8")

    written = console.run("syntask check --all").stdout

    assert r"ready  quick/d\x1b]0;title\x07\u202e in" in written
    assert not {"\x1b", "\x07", "\u202e"} & {*written}


def test_log_line_on_a_terminal_is_escaped() -> None:
    """Colors, titles and turned text are shown as their escapes; tabs stay."""
    written = in_terminal(_LOGGED.replace("RAW", "False"))

    assert r"a\x1b[31mb\x1b]0;t\x07c\u202ed " in written
    assert "\x1b]0;" not in written


def test_raw_log_line_is_what_was_written() -> None:
    """`--raw` lets colors through."""
    assert "a\x1b[31mb\x1b]0;t\x07c\u202ed " in in_terminal(_LOGGED.replace("RAW", "True"))


@pytest.mark.parametrize("command", ["flow-run logs", "deployment run"])
def test_commands_that_print_logs_take_raw(console: Console, command: str) -> None:
    assert "--raw" in console.run(f"syntask {command} --help").stdout


def test_wizard_asks_no_terminal_where_its_cursor_is() -> None:
    """A terminal that answers nothing is not waited for, and not warned of."""
    written = in_terminal(_ASKED, typed="etl\r")

    assert "answer etl" in written
    assert "\x1b[6n" not in written
    assert "WARNING" not in written
