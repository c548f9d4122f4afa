"""Which files a build can see: the patterns of `.dockerignore`, as the engine reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from docker.utils.build import Pattern
from docker.utils.fnmatch import translate

IGNORE_FILE = ".dockerignore"

# What the patterns say of a directory holds for all in it, unless a later one says otherwise.
_Matches: TypeAlias = tuple[bool, ...]


class Patterns:
    """The patterns of an ignore file, in their order; the last one that matches decides."""

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
        found = [Pattern(line) for line in lines if line and not line.startswith("#")]
        # docker-py's own matching takes no notice of case; the engine's does.
        self._patterns = [
            (re.compile(translate(each.cleaned_pattern)), each.exclusion) for each in found if each.dirs
        ]
        self._has_exceptions = any(is_exception for _, is_exception in self._patterns)

    @classmethod
    def read(cls, path: Path) -> Patterns:
        """The patterns in a file; none where there is no file."""
        return cls(path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "")

    @property
    def start(self) -> _Matches:
        """What matches the root."""
        return (False,) * len(self._patterns)

    def match(self, path: str, above: _Matches) -> _Matches:
        """Which patterns match *path*, given those that match its directory."""
        if not self._patterns:
            return above
        return tuple(
            known or pattern.match(path) is not None
            for known, (pattern, _) in zip(above, self._patterns, strict=True)
        )

    def is_ignored(self, matches: _Matches) -> bool:
        """Whether what *matches* is left out."""
        return next(
            (
                not is_exception
                for match, (_, is_exception) in zip(reversed(matches), reversed(self._patterns), strict=True)
                if match
            ),
            False,
        )

    def hides_all(self, matches: _Matches) -> bool:
        """Whether nothing in a directory that *matches* can be seen."""
        return self.is_ignored(matches) and not self._has_exceptions


def lines_of(text: str) -> Iterator[str]:
    """The patterns of an ignore file as they were written."""
    return (line for line in text.splitlines() if line.strip())
