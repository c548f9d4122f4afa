"""A list with a filter, which shows the best match first.

questionary draws it; questionary's own search shows the whole list again if nothing matches.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from questionary import Choice, Question
from questionary.prompts.common import InquirerControl, create_inquirer_layout
from questionary.styles import merge_styles_default

_NO_MATCH = "   no match"


class Choices(InquirerControl):
    """The choices that contain the typed text, those that begin with it first."""

    @property
    def filtered_choices(self) -> list[Choice]:
        typed = (self.search_filter or "").lower()
        matches = [choice for choice in self.choices if typed in str(choice.title).lower()]
        self.found_in_search = bool(matches)
        return sorted(matches, key=lambda choice: _rank(str(choice.title).lower(), typed))

    def move(self, by: int) -> None:
        """Move the selection by *by* choices, wrapping around."""
        if self.choice_count:
            self.pointed_at = (self.pointed_at + by) % self.choice_count

    def _get_choice_tokens(self) -> list[tuple[str, str]]:
        if not self.filtered_choices:
            return [("class:disabled", _NO_MATCH)]
        tokens: list[tuple[str, str]] = super()._get_choice_tokens()  # type: ignore[no-untyped-call]
        return tokens


def _rank(title: str, typed: str) -> int:
    """Return 0 if *title* begins with the typed text, 1 if a word in it does, else 2."""
    if title.startswith(typed):
        return 0
    words = "".join(letter if letter.isalnum() else " " for letter in title).split()
    return 1 if any(word.startswith(typed) for word in words) else 2


def pick(
    text: str,
    choices: Sequence[Choice],
    *,
    default: str | None,
    mark: str,
    instruction: str,
    output: Mapping[str, Any],
) -> Question:
    """Return the question *text*, whose answer is the value of one of *choices*; *default* is a value."""
    control = Choices(choices, default, initial_choice=default, use_indicator=False)

    def tokens() -> list[tuple[str, str]]:
        asked = [("class:qmark", mark), ("class:question", f" {text} ")]
        if control.is_answered:
            return [*asked, ("class:answer", str(control.get_pointed_at().title))]
        return [*asked, ("class:instruction", instruction)]

    layout = create_inquirer_layout(control, tokens, **output)
    style = merge_styles_default([None])
    return Question(Application(layout=layout, key_bindings=_keys(control), style=style, **output))


def _keys(control: Choices) -> KeyBindings:
    keys = KeyBindings()

    def search(event: Any) -> None:
        control.add_search_character(event.key_sequence[0].key)

    def answer(event: Any) -> None:
        if control.choice_count:
            control.is_answered = True
            event.app.exit(result=control.get_pointed_at().value)

    def leave(event: Any) -> None:
        event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    for key in (*string.printable, Keys.Backspace):
        keys.add(key, eager=True)(search)
    for up in (Keys.Up, Keys.ControlP):
        keys.add(up, eager=True)(lambda _event: control.move(-1))
    for down in (Keys.Down, Keys.ControlN):
        keys.add(down, eager=True)(lambda _event: control.move(1))
    keys.add(Keys.ControlM, eager=True)(answer)
    for key in (Keys.ControlC, Keys.ControlQ):
        keys.add(key, eager=True)(leave)
    keys.add(Keys.Any)(lambda _event: None)
    return keys
