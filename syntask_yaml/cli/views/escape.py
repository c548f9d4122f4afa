"""Escape control characters in names and logs, so that they cannot control the terminal."""

from __future__ import annotations

import re

# Control characters except tabs and newlines, and characters that change the direction of text.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    """Return *text* with control characters escaped, such as `\\x1b`."""
    return text if text.isprintable() else _COMMANDS.sub(lambda found: ascii(found[0])[1:-1], text)


def cut(text: str) -> str:
    """Return *text*, truncated to 99 characters and `…` if it is longer than 100."""
    return text if len(text) <= 100 else f"{text[:99]}…"
