"""Find where an exception was raised, by the traceback in a log."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from logging import ERROR
from pathlib import Path

import syntask_yaml
from syntask_yaml.model.run import LogLine

_BEGINS = "Traceback (most recent call last):"
_FRAME = re.compile(r'^ +File "(?P<file>.+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$', re.MULTILINE)
# Files of Python, of installed packages, and of syntask, rather than the user's.
_LIBRARY = re.compile(r"[/\\](?:site-packages|dist-packages|python3\.\d+)[/\\]|^<")
_OURS = tuple(
    str(Path(syntask_yaml.__file__).parents[1] / name / "") + "/" for name in ("syntask", "syntask_yaml")
)


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as in its traceback, `ValueError: no`, and its location in the user's code."""

    text: str
    file: str = ""
    line: int = 0
    function: str = ""


def raised_in(lines: Sequence[LogLine], *, message: str | None) -> Raised | None:
    """Return the exception of the last traceback in *lines* that ends in *message*; None for any message.

    Of a chain, return the last exception that was raised in the user's code.
    """
    for line in reversed(lines):
        if line.level < ERROR:
            continue
        chain = list(filter(None, map(_parsed, line.message.split(_BEGINS)[1:])))
        if chain and (message is None or any(_short(each.text) in message for each in chain)):
            return next((each for each in reversed(chain) if each.file), chain[-1])
    return None


def _parsed(block: str) -> Raised | None:
    """Parse the exception after the first line of a traceback."""
    frames = list(_FRAME.finditer(block))
    rest = block[frames[-1].end() :].splitlines() if frames else []
    text = next((line for line in rest if line and not line.startswith(" ")), "")
    if not text:
        return None
    user = list(_of_user(frames))
    if not user:
        return Raised(text)
    last = user[-1]
    return Raised(text, last["file"], int(last["line"]), last["function"] or "")


def _of_user(frames: Sequence[re.Match[str]]) -> Iterator[re.Match[str]]:
    return (
        each for each in frames if not _LIBRARY.search(each["file"]) and not each["file"].startswith(_OURS)
    )


def _short(text: str) -> str:
    """Return the exception without the module of its class, as in the message of a state."""
    name, colon, rest = text.partition(":")
    return f"{name.rpartition('.')[2]}{colon}{rest}"
