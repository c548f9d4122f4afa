"""What is said of each code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """The fixed summary of a message, and a sentence or two for the reference."""

    summary: str
    about: str
