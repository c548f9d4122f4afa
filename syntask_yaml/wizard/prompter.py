"""Ask questions in a terminal, or reject them without one.

questionary draws the prompts; this module defines their style and keys.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Protocol

from syntask_yaml.errors import Interrupted, UsageError
from syntask_yaml.model.secret import Secret
from syntask_yaml.wizard.interview import BACK, Back
from syntask_yaml.wizard.questions import Answer, Confirm, Password, Question, Select, Text

if TYPE_CHECKING:
    from prompt_toolkit.output import Output

GO_BACK = "<"
HOW_TO_LEAVE = "Ctrl-B or `<`: previous question. Ctrl-C: quit without saving."
_MARK = "?"
_USUAL_WIDTH = 80
_TABLE_INDENT = "    "
_COLORS = {"+": "green", "-": "red"}


class Refusal:
    """The prompter without a terminal: it uses defaults, or rejects a question and names its option."""

    def ask(self, question: Question[Any]) -> Answer | Back:
        default: Answer | None = question.default
        if default is not None:
            return default
        choices = question.choices if isinstance(question, Select) else ()
        known = ", ".join(f"`{choice.value}`" for choice in choices if choice.is_option)
        detail = f"Cannot ask without a terminal: {question.text}{f' Choices: {known}.' if known else ''}"
        raise UsageError(detail, hint=f"Pass `{question.answered_by}`.")


class Show(Protocol):
    """Prints a line to standard error, optionally in a *color*."""

    def __call__(self, line: str, color: str | None = None) -> None: ...


class TerminalPrompter:
    """Asks on a terminal, through standard error."""

    def __init__(self, show: Show, *, is_colored: bool, output: Output | None = None) -> None:
        from prompt_toolkit.output import ColorDepth, create_output

        self._show = show
        self._has_asked = False
        self._output: dict[str, Any] = {
            "output": output or _asks_no_position(create_output(stdout=sys.stderr))
        }
        if not is_colored:
            self._output["color_depth"] = ColorDepth.DEPTH_1_BIT

    def say(self, line: str, *, indent: str = "") -> None:
        """Print a line, wrapped between words."""
        own = line[: len(line) - len(line.lstrip())]
        for part in wrap(line.strip(), _width(), initial_indent=indent + own, subsequent_indent=indent + own):
            self._show(part)

    def ask(self, question: Question[Any]) -> Answer | Back:
        if not self._has_asked:
            self.say(HOW_TO_LEAVE)
        self._has_asked = True
        for line in question.difference if isinstance(question, Select) else ():
            self._show(line, _COLORS.get(line[:1]))
        for line in question.notes:
            self.say(line, indent="  ")
        if all(len(line) + len(_TABLE_INDENT) < _width() for line in question.table):
            for line in question.table:
                self._show(f"{_TABLE_INDENT}{line}".rstrip())
        prompt = _PROMPTS[type(question)](question, self._output)
        prompt.application.key_bindings = _with_back(prompt.application.key_bindings, question)
        try:
            answer = prompt.unsafe_ask()
        except (KeyboardInterrupt, EOFError):
            raise Interrupted("Nothing was saved, and nothing was deployed.") from None
        return answer if isinstance(answer, Back) else _understood(question, answer)


def _asks_no_position(output: Output) -> Output:
    """Return *output* without cursor position requests, which can delay a question by a second."""
    from prompt_toolkit.output.vt100 import Vt100_Output

    if isinstance(output, Vt100_Output):
        output.enable_cpr = False
    return output


def _understood(question: Question[Any], answer: Any) -> Answer | Back:
    if isinstance(question, Password):
        return Secret(answer)
    if not isinstance(question, Text):
        given: Answer = answer
        return given
    text = answer.strip()
    if text == GO_BACK:
        return BACK
    return text if text or question.default is None else question.default


def _with_back(bindings: Any, question: Question[Any]) -> Any:
    """Add the keys that go back to those of a prompt. In a text, `<` is a letter unless it is alone."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.keys import Keys

    own = KeyBindings()

    def go_back(event: Any) -> None:
        event.app.exit(result=BACK)

    def leave(event: Any) -> None:
        event.app.exit(exception=EOFError)

    own.add(Keys.ControlB, eager=True)(go_back)
    if isinstance(question, (Select, Confirm)):
        own.add(GO_BACK, eager=True)(go_back)
        own.add(Keys.ControlD, eager=True)(leave)
    return merge_key_bindings([bindings, own] if bindings else [own])


def _text(question: Text, output: Mapping[str, Any]) -> Any:
    import questionary
    from prompt_toolkit.completion import WordCompleter

    completer = WordCompleter(list(question.completions), ignore_case=True, match_middle=True, sentence=True)
    default = question.default or ""
    return questionary.text(
        f"{question.text} ({_short(default)})" if default else question.text,
        qmark=_MARK,
        validate=_validation(question),
        completer=completer if question.completions else None,
        **output,
    )


def _validation(question: Text) -> Callable[[str], bool | str]:
    def validate(text: str) -> bool | str:
        text = text.strip()
        if text == GO_BACK or (not text and question.default is not None):
            return True
        return question.problem(text) or True

    return validate


def _choice(question: Select, output: Mapping[str, Any]) -> Any:
    import questionary

    from syntask_yaml.wizard.picker import pick

    choices = [questionary.Choice(_short(each.label), value=each.value) for each in question.choices]
    is_known = any(each.value == question.default for each in choices)
    return pick(
        question.text,
        choices,
        default=question.default if is_known else None,
        mark=_MARK,
        instruction="(arrow keys; type to filter)",
        output=output,
    )


def _yes_no(question: Confirm, output: Mapping[str, Any]) -> Any:
    import questionary

    return questionary.confirm(question.text, default=question.default is not False, qmark=_MARK, **output)


def _secret(question: Password, output: Mapping[str, Any]) -> Any:
    import questionary

    return questionary.password(question.text, qmark=_MARK, **output)


_PROMPTS: Mapping[type[Question[Any]], Callable[[Any, Mapping[str, Any]], Any]] = {
    Text: _text,
    Select: _choice,
    Confirm: _yes_no,
    Password: _secret,
}


def _short(text: str) -> str:
    """Return *text* shortened to one line of the terminal, with room for a prefix."""
    width = max(_width() - 8, 20)
    line = " ".join(text.splitlines())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH
