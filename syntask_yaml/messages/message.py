"""The entry of a message table."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """The fixed summary of a message, and a sentence or two for the reference."""

    summary: str
    about: str
