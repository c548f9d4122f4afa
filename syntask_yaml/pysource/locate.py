"""Where Python would find a module, without importing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Located:
    """A module's *file*, None for a folder without `__init__.py`; *folders* hold its submodules."""

    file: Path | None
    folders: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """How to call it in a message."""
        return self.file.name if self.file else str(self.folders[0])


def locate(name: str, search: Sequence[Path]) -> Located | None:
    """The module *name* as the folders of *search* hold it, in the order in which Python looks."""
    found: Located | None = None
    for part in name.split("."):
        if not part.isidentifier():
            return None
        found = _one(part, search if found is None else found.folders)
        if found is None:
            return None
    return found


def _one(part: str, folders: Sequence[Path]) -> Located | None:
    portions: list[Path] = []
    for folder in folders:
        package = folder / part
        if (start := package / "__init__.py").is_file():
            return Located(start, (package,))
        if (file := folder / f"{part}.py").is_file():
            return Located(file)
        if package.is_dir():
            portions.append(package)
    return Located(None, tuple(portions)) if portions else None
