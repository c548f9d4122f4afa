"""Anchors and aliases: values that appear in several places.

Aliases share what they stand for, and what they stand for is counted, so that a "billion laughs" file
cannot cost more than a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.document.location import Location, start_of
from syntask_yaml.document.node import token
from syntask_yaml.document.problems import Problems

# A file may repeat itself through aliases, but not out of proportion to what it says.
MAX_BORROWED, MAX_BORROWED_PER_VALUE = 1_000_000, 10


class Anchored(NamedTuple):
    """What an anchor stands for: how many values that is, and how deep they are nested."""

    value: Any
    location: Location
    size: int = 1
    height: int = 0


class Anchors:
    """What has been anchored so far, by name."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._known: dict[str, Anchored] = {}
        self._borrowed = 0

    def define(self, name: str, anchored: Anchored) -> None:
        """Let the aliases that follow stand for *anchored*."""
        self._known[name] = anchored

    def borrow(self, name: str, start: int, *, written: int, around: Iterable[str | None]) -> Anchored:
        """Return what the alias at *start* stands for; null, and a problem, where that is nothing.

        *written* is how many values the text has so far, *around* the anchors of what the alias stands in.
        """
        found = self._known.get(name)
        if found is None:
            self._report(name, start, around)
            found = Anchored(None, start)
        self._borrowed += found.size
        if self._borrowed > MAX_BORROWED + MAX_BORROWED_PER_VALUE * written:
            detail = (
                f"Aliases up to here expand to {self._borrowed:,} values, but the file contains only "
                f"{written:,}."
            )
            hint = "Write the values out instead of nesting aliases."
            raise self._problems.fatal("too-many-aliases", detail, hint, start)
        return found

    def _report(self, name: str, start: int, around: Iterable[str | None]) -> None:
        if name in around:
            self._problems.report("undefined-alias", f"`*{name}` is used inside `&{name}` itself.", "", start)
            return
        hint = did_you_mean(name, self._known, otherwise="If the `*` is part of the text, quote the value.")
        detail = f"The anchor `&{name}` is not defined before this alias."
        self._problems.report("undefined-alias", detail, hint, start)


def aliased_key(name: str, found: Anchored, start: int, problems: Problems) -> str:
    """Return the key that the alias *name* stands for."""
    if isinstance(found.value, str):
        return found.value
    detail = f"`*{name}` is used as a key and is not text."
    if isinstance(found.value, (dict, list)):
        raise problems.fatal("key-not-text", detail, "Write the key itself, as text.", start)
    key = token(problems.source, start_of(found.location)).text if found.value is not None else "null"
    problems.report("key-not-text", detail, f'Write `"{key}"`.', start)
    return key
