"""The commands that run a script which deploys: `python deploy.py`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# The verb of such a command.
RUN = "python"

_PYTHON = r"(?:[\w./-]*/)?python[\d.]*"
_FLAGS = r"-[uBEIsS]+"


@dataclass(frozen=True)
class DeployScripts:
    """The scripts of a repository that build deployments, or did before they were converted."""

    paths: frozenset[Path] = frozenset()

    @cached_property
    def _names(self) -> tuple[bytes, ...]:
        return tuple(sorted({os.fsencode(path.name) for path in self.paths}))

    def may_be_in(self, content: bytes) -> bool:
        """Whether a file names one of them."""
        return any(name in content for name in self._names)

    def find(self, folder: Path, written: str) -> Path | None:
        """The script that a file in *folder* means, seen from there or from a folder above."""
        places = ((each / written).resolve() for each in (folder, *folder.parents))
        return next((place for place in places if place in self.paths), None)

    def runs(self, text: str) -> Iterator[re.Match[str]]:
        """Where a shell runs one of them: up to the name of the script."""
        yield from self._pattern.finditer(text) if self.paths else ()

    def listed(self, text: str) -> Iterator[re.Match[str]]:
        """The same as a list of words, with their `quote` and the `rest` of them."""
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
