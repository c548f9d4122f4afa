"""Discovery of files in a repository that may need an upgrade."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from syntask_yaml.errors import NotFound
from syntask_yaml.files import shown_path
from syntask_yaml.project.flows.files import ENVIRONMENT, SKIPPED
from syntask_yaml.project.locate import FILE_NAMES

_YAML = (".yaml", ".yml")
_PYTHON = ".py"
_NOTEBOOK = ".ipynb"
_SCRIPTS = (
    *("*.sh", "*.bash", "*.zsh", "*.bat", "*.cmd", "*.ps1", "*.service", "*.tf", "*.tpl", "*.mk"),
    *("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Procfile"),
    *("Dockerfile*", "*.Dockerfile", "Containerfile*"),
)
# Hidden folders with commands of tools.
_HIDDEN = frozenset({".github", ".gitlab", ".circleci", ".devcontainer", ".buildkite"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A candidate file, and its displayed name. *is_named*: the user named it."""

    path: Path
    shown: str
    is_named: bool = False

    @property
    def is_yaml(self) -> bool:
        return self.path.suffix.lower() in _YAML

    @property
    def is_python(self) -> bool:
        return self.path.suffix.lower() == _PYTHON

    @property
    def is_notebook(self) -> bool:
        return self.path.suffix.lower() == _NOTEBOOK


def find_files(directory: Path, paths: Sequence[Path]) -> Iterator[FoundFile]:
    """Yield the files at *paths*, or below *directory*, sorted and without duplicates.

    Links are not followed; other repositories and submodules are skipped. Raises NotFound for a path that
    does not exist.
    """
    seen: set[Path] = set()
    for start in paths or (Path(),):
        place = directory / start
        if not place.exists():
            raise NotFound(
                f"`{start}` does not exist.", hint="Specify files or directories of the repository."
            )
        for path, resolved in [(place, place.resolve())] if place.is_file() else _below(place):
            if resolved not in seen:
                seen.add(resolved)
                yield FoundFile(path, shown_path(Path(os.path.normpath(path)), directory), place.is_file())


def _below(start: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the candidates below a folder, with resolved paths. Links are skipped."""
    for folder, inner, names in os.walk(start):
        here = Path(folder)
        resolved = here.resolve()
        inner[:] = sorted(name for name in inner if _is_searched(here, name))
        for name in sorted(names):
            path = here / name
            if _is_candidate(name) and not path.is_symlink() and path.is_file():
                yield path, resolved / name


def _is_searched(folder: Path, name: str) -> bool:
    if name in SKIPPED or (name.startswith(".") and name not in _HIDDEN):
        return False
    path = folder / name
    return not (path.is_symlink() or (path / ".git").exists() or (path / ENVIRONMENT).exists())


def _is_candidate(name: str) -> bool:
    if name in FILE_NAMES:
        return False
    return name.lower().endswith((*_YAML, _PYTHON, _NOTEBOOK)) or any(
        fnmatch(name, pattern) for pattern in _SCRIPTS
    )
