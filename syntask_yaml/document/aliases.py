"""Anchors and aliases: values that appear in several places.

Aliases share the anchored value, and its size is counted, so that a "billion laughs" file cannot take more
than a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.document.location import Location, start_of
from syntask_yaml.document.node import token
from syntask_yaml.document.problems import Problems

# The limit for values repeated by aliases: in total, and for each value in the text.
MAX_BORROWED, MAX_BORROWED_PER_VALUE = 1_000_000, 10


class Anchored(NamedTuple):
    """An anchored value: the number of its values, and their depth."""

    value: Any
    location: Location
    size: int = 1
    height: int = 0


class Anchors:
    """The anchors so far, by name."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._known: dict[str, Anchored] = {}
        self._borrowed = 0

    def define(self, name: str, anchored: Anchored) -> None:
        """Set the anchor that later aliases refer to."""
        self._known[name] = anchored

    def borrow(self, name: str, start: int, *, written: int, around: Iterable[str | None]) -> Anchored:
        """Return the anchored value of the alias at *start*; null, and a problem, if there is none.

        *written* is the number of values in the text so far, *around* the anchors that contain the alias.
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
    """Return the key that the alias *name* refers to."""
    if isinstance(found.value, str):
        return found.value
    detail = f"`*{name}` is used as a key and is not text."
    if isinstance(found.value, (dict, list)):
        raise problems.fatal("key-not-text", detail, "Write the key itself, as text.", start)
    key = token(problems.source, start_of(found.location)).text if found.value is not None else "null"
    problems.report("key-not-text", detail, f'Write `"{key}"`.', start)
    return key
