"""Commands that run a deploying script: `python deploy.py`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# The verb of these commands.
RUN = "python"

_PYTHON = r"(?:[\w./-]*/)?python[\d.]*"
_FLAGS = r"-[uBEIsS]+"


@dataclass(frozen=True)
class DeployScripts:
    """The scripts of a repository that build deployments, or did so before they were converted."""

    paths: frozenset[Path] = frozenset()

    @cached_property
    def _names(self) -> tuple[bytes, ...]:
        return tuple(sorted({os.fsencode(path.name) for path in self.paths}))

    def may_be_in(self, content: bytes) -> bool:
        """Return whether a file mentions one of them."""
        return any(name in content for name in self._names)

    def find(self, folder: Path, written: str) -> Path | None:
        """Return the script that a file in *folder* refers to, relative to it or to a parent folder."""
        places = ((each / written).resolve() for each in (folder, *folder.parents))
        return next((place for place in places if place in self.paths), None)

    def runs(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the shell commands that run one of them, up to the name of the script."""
        yield from self._pattern.finditer(text) if self.paths else ()

    def listed(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the commands in the form of a list of words, with the `quote` and the `rest` of the words."""
        yield from self._list.finditer(text) if self.paths else ()

    @cached_property
    def _alternatives(self) -> str:
        return "|".join(re.escape(os.fsdecode(name)) for name in self._names)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        script = rf"(?:[\w./-]*/)?(?:{self._alternatives})(?![\w./-])"
        return re.compile(rf"(?<![\w./$-]){_PYTHON}(?:[ \t]+{_FLAGS})*(?=[ \t]+{script})")

    @cached_property
    def _list(self) -> re.Pattern[str]:
        comma = r"(?P=quote)[ \t]*,[ \t]*(?P=quote)"
        return re.compile(
            rf"""(?P<quote>["']){_PYTHON}{comma}(?:{_FLAGS}{comma})*"""
            rf"""(?P<script>(?:[\w./-]*/)?(?:{self._alternatives}))(?P=quote)(?P<rest>[^\]\n]*)"""
        )
