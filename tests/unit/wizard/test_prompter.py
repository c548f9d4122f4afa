"""The prompters: one contract, whether a person answers, a script, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from syntask_yaml.errors import Interrupted, UsageError
from syntask_yaml.model.secret import Secret
from syntask_yaml.wizard.interview import BACK, Back, Prompter
from syntask_yaml.wizard.prompter import Refusal, TerminalPrompter
from syntask_yaml.wizard.questions import Answer, Choice, Confirm, Password, Question, Select, Text
from tests.support.answers import Script
from tests.support.terminal import BACKSPACE, CTRL_B, CTRL_C, CTRL_D, DOWN, ENTER

Asked: TypeAlias = Callable[[Question[Any], str], "Answer | Back"]


def _unseen(line: str, color: str | None = None) -> None:
    """Nobody reads the notes here."""


def _digits(text: str) -> str:
    return "" if text.isdigit() else "Digits are expected."


TEXT = Text("t", "How many?", option="--many", check=_digits)
WITH_DEFAULT = Text("d", "How many?", option="--many", check=_digits, default="7")
CHOICE = Select(
    "c",
    "Which?",
    option="--which",
    choices=tuple(Choice(each, f"the {each}") for each in ("first", "second", "third")),
    default="second",
)
FLOWS = Select(
    "f",
    "Which flow?",
    option="ENTRYPOINT",
    choices=(
        Choice("clean", "clean-up     flows/clean.py:clean_up"),
        Choice("load", "load-orders  flows/load.py:load_orders"),
        Choice("unload", "reload       flows/load.py:reload"),
    ),
)
MANY = Select(
    "m",
    "Which?",
    option="--which",
    choices=tuple(Choice(str(number), f"number {number}") for number in range(40)),
)
YES_NO = Confirm("y", "Is it?", option="--yes", default=True)
SECRET = Password("s", "Token", option="--token")


@pytest.fixture(name="keys")
def _keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


@pytest.fixture(name="asked")
def _asked(keys: PipeInput) -> Asked:
    """What a question is answered with, by the keys that are pressed."""

    def ask(question: Question[Any], typed: str) -> Answer | Back:
        keys.send_text(typed)
        return TerminalPrompter(_unseen, is_colored=True, output=DummyOutput()).ask(question)

    return ask


@pytest.mark.parametrize(
    ("question", "typed", "answer"),
    [
        (TEXT, f"12{ENTER}", "12"),
        (TEXT, f"x{ENTER}{BACKSPACE}5{ENTER}", "5"),
        (TEXT, f" 12 {ENTER}", "12"),
        (TEXT, f"{ENTER}3{ENTER}", "3"),
        (WITH_DEFAULT, ENTER, "7"),
        (WITH_DEFAULT, f"8{ENTER}", "8"),
        (CHOICE, ENTER, "second"),
        (FLOWS, f"lo{ENTER}", "load"),
        (FLOWS, f"load{DOWN}{ENTER}", "unload"),
        (FLOWS, f"lox{ENTER}{DOWN}{BACKSPACE}{ENTER}", "load"),
        (FLOWS, f"CLEAN{ENTER}", "clean"),
        (CHOICE, f"{DOWN}{ENTER}", "third"),
        (CHOICE, f"{DOWN}{DOWN}{ENTER}", "first"),
        (MANY, f"r 23{ENTER}", "23"),
        (MANY, ENTER, "0"),
        (YES_NO, ENTER, True),
        (YES_NO, "n", False),
        (YES_NO, "y", True),
        (SECRET, f"s3cr3t{ENTER}", Secret("s3cr3t")),
        (SECRET, ENTER, Secret("")),
    ],
)
def test_keys_become_answers(asked: Asked, question: Question[Any], typed: str, answer: Answer) -> None:
    """Enter takes the default, arrows and letters choose, and what is no answer is not taken."""
    given = asked(question, typed)

    assert given == answer
    assert not isinstance(given, Back)
    assert question.problem(given) == ""


@pytest.mark.parametrize("question", [TEXT, WITH_DEFAULT, CHOICE, MANY, YES_NO, SECRET], ids=lambda q: q.key)
def test_ctrl_b_goes_back(asked: Asked, question: Question[Any]) -> None:
    """From every kind of question."""
    assert asked(question, CTRL_B) is BACK


@pytest.mark.parametrize("question", [TEXT, WITH_DEFAULT, CHOICE, MANY, YES_NO], ids=lambda q: q.key)
def test_a_sign_goes_back_where_ctrl_b_is_taken(asked: Asked, question: Question[Any]) -> None:
    """tmux takes Ctrl-B for itself. In a text the sign must stand alone."""
    assert asked(question, f"<{ENTER}") is BACK


@pytest.mark.parametrize("question", [TEXT, WITH_DEFAULT, CHOICE, MANY, YES_NO, SECRET], ids=lambda q: q.key)
@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_whoever_leaves_interrupts(asked: Asked, question: Question[Any], key: str) -> None:
    """Ctrl-C, and Ctrl-D, which ends a terminal's input."""
    with pytest.raises(Interrupted, match="Nothing was saved"):
        asked(question, key)


@pytest.mark.parametrize("question", [WITH_DEFAULT, CHOICE, YES_NO, SECRET], ids=lambda q: q.key)
def test_every_prompter_takes_the_default(asked: Asked, question: Question[Any]) -> None:
    """A person who presses Enter, a script that says nothing, and nobody, all say the same."""
    others: list[Prompter] = [Script(), Refusal()]

    answers = [asked(question, ENTER), *(prompter.ask(question) for prompter in others)]

    assert answers == [question.default] * 3


@pytest.mark.parametrize("question", [TEXT, MANY], ids=lambda q: q.key)
def test_nobody_refuses_what_has_no_default(question: Question[Any]) -> None:
    """The option is named."""
    with pytest.raises(UsageError) as refused:
        Refusal().ask(question)

    assert refused.value.hint == f"Pass `{question.option}`."
    assert refused.value.exit_code == 64


@pytest.mark.parametrize(("width", "shown"), [(80, ["    Mo [23]", "    Tu"]), (11, [])])
def test_a_table_is_shown_whole_or_not_at_all(
    keys: PipeInput, monkeypatch: pytest.MonkeyPatch, width: int, shown: list[str]
) -> None:
    """Broken lines of one would say nothing."""
    monkeypatch.setattr("syntask_yaml.wizard.prompter._width", lambda: width)
    lines: list[str] = []

    def note(line: str, color: str | None = None) -> None:
        assert color is None
        lines.append(line)

    prompter = TerminalPrompter(note, is_colored=False, output=DummyOutput())
    keys.send_text(ENTER)

    prompter.ask(replace(WITH_DEFAULT, table=["Mo [23]", "Tu"]))

    assert [line for line in lines if line.startswith("    ")] == shown
