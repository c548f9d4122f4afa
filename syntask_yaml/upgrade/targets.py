"""The project file for the deployments of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from syntask_yaml.operations.init import FILE_NAME
from syntask_yaml.project.locate import find_project_file


@dataclass
class Targets:
    """The project files of the repository in *directory*, or the one that the user named."""

    directory: Path
    named: Path | None = None
    _nearest: dict[Path, Path | None] = field(default_factory=dict)

    def of(self, path: Path) -> tuple[Path, Path]:
        """Return the project file for the file at *path*, which may not exist yet, and its folder."""
        if self.named is not None:
            return self.directory / self.named, self.directory
        folder = path.parent
        if folder not in self._nearest:
            self._nearest[folder] = find_project_file(folder)
        found = self._nearest[folder] or self.directory / FILE_NAME
        return found, found.parent
