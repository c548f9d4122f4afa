"""Detect commands of automations in which the text of a run would choose what is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.automation import EVENT_NAMES
from syntask_yaml.template import parse

_SHELLS = frozenset({"ash", "bash", "dash", "fish", "ksh", "sh", "zsh"})
_OPTION = re.compile(r"[-+]\w+")
# A name of the event, rather than an attribute or a variable of the same name.
_OF_EVENT = re.compile(rf"(?<![\w.$])(?:{'|'.join(sorted(EVENT_NAMES))})\b")


def check_command(action: Node) -> Iterator[Diagnostic]:
    """Yield a warning for each executed word of the command that a run can influence."""
    command = action.get("command")
    words = tuple(command.children()) if command is not None else ()
    if not words or not all(isinstance(each.value, str) for each in words):
        return
    for word, detail, hint in (
        (words[0], "The program that is run depends on the run.", "Name it here."),
        (
            _script(words),
            "The shell would execute text of the run as part of this script.",
            'Use variables such as `"$SYNTASK_FLOW_RUN_NAME"`, or read the JSON document on standard input.',
        ),
    ):
        if word is not None and _has_fact(word.value):
            yield word.problem("command-injection", detail, hint).as_warning()


def _script(words: tuple[Node, ...]) -> Node | None:
    """Return the word that a shell takes as its script: the one after `-c` and other options."""
    rest = iter(words)
    if not any(PurePath(each.value).name in _SHELLS for each in rest):
        return None
    has_option = False
    for each in rest:
        if not _OPTION.fullmatch(each.value):
            return each if has_option else None
        has_option = has_option or ("c" in each.value and each.value.startswith("-"))
    return None


def _has_fact(text: str) -> bool:
    return any(_OF_EVENT.search(each.text) for each in parse(text).placeholders)
