"""Find the file of an entrypoint, and the folders that its imports are searched in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.files import kind_of_file
from syntask_yaml.project.flows.files import SUFFIX, python_files
from syntask_yaml.pysource.entrypoint import Entrypoint, FlowNotFound
from syntask_yaml.pysource.locate import locate_anywhere
from syntask_yaml.pysource.module_index import ModuleIndex

# The maximum number of files that are searched for a function.
_MOST_READ = 2_000
_FUNCTION = re.compile(rb"^(?:async )?def ([A-Za-z_]\w*)\(", re.MULTILINE)


class ModuleFile(NamedTuple):
    """A file, imported as *module* if it was named so; imports are searched in *search*."""

    path: Path
    search: tuple[Path, ...]
    module: str | None = None


class ModuleFiles:
    """Finds the files of modules under the root of *index*."""

    def __init__(self, index: ModuleIndex) -> None:
        self._index = index
        self._searches: dict[str, tuple[Path, ...]] = {}

    def find(self, entrypoint: Entrypoint) -> ModuleFile:
        """Return the file of *entrypoint*; raises `FlowNotFound`."""
        if entrypoint.path is not None:
            return self.find_path(entrypoint.path, entrypoint.function)
        return self.find_module(entrypoint.module or "")

    def find_module(self, name: str) -> ModuleFile:
        """Return the file of the module *name*; raises `FlowNotFound`."""
        search = self._index.search_path()
        located = locate_anywhere(name, search)
        if located is None or located.is_compiled:
            raise FlowNotFound(f"The module `{name}` does not exist.", hint=self._near_module(name, search))
        if located.file is None:
            raise FlowNotFound(
                f"`{name}` is a directory without `__init__.py`, so it contains modules but no functions.",
                hint=f"Write `{name}.module:function`.",
            )
        return ModuleFile(located.file, search, name)

    def find_path(self, path: str, function: str = "") -> ModuleFile:
        """Return the file at *path*; raises `FlowNotFound`, with the file that has its *function* instead."""
        file = self._index.root / path
        try:
            if not file.is_file():
                raise self._no_file(path, file, function)
        except OSError as error:
            detail = f"Cannot look up the file of the entrypoint: {error.strerror or error}."
            raise FlowNotFound(detail, hint="Write `path/to/file.py:function`.") from error
        if file.suffix != SUFFIX:
            raise FlowNotFound(f"`{path}` is not a Python file: its name does not end in `{SUFFIX}`.")
        folder = os.path.dirname(file)  # noqa: PTH120  (most files share a few)
        if folder not in self._searches:
            self._searches[folder] = self._index.search_path(file.parent)
        return ModuleFile(file, self._searches[folder])

    def _no_file(self, path: str, file: Path, function: str) -> FlowNotFound:
        if not file.exists():
            return self._missing(path, file, function)
        return FlowNotFound(
            f"`{path}` is a {kind_of_file(file.stat().st_mode)}, not a regular file.",
            hint="Write `path/to/file.py:function`.",
        )

    def _missing(self, path: str, file: Path, function: str) -> FlowNotFound:
        if file.is_symlink():
            detail = f"`{path}` is a link to `{file.readlink()}`, which does not exist or leads back to it."
            return FlowNotFound(detail, hint="Correct the link.")
        return FlowNotFound(f"The file `{path}` does not exist.", hint=self._near_file(path, function))

    def _near_file(self, path: str, function: str) -> str:
        wanted = PurePosixPath(path)
        elsewhere = self._by_name.get(wanted.name, [])
        renamed = self._renamed(function)
        if str(wanted) in elsewhere:
            return " ".join(filter(None, (renamed, _how_to_check_out(wanted))))
        for each in elsewhere:
            folder = path.removesuffix(f"/{each}")
            if each.startswith(f"{folder}/"):  # as in an included file, but relative to the root
                inside = each.removeprefix(f"{folder}/")
                return f"Paths are relative to the file where they stand. From `{folder}`, it is `{inside}`."
        if len(elsewhere) == 1:
            return f"Did you mean `{elsewhere[0]}`?"
        beside = self._by_folder.get(str(wanted.parent), [])
        otherwise = renamed or "Paths are relative to the project root."
        return did_you_mean(path, [*elsewhere, *beside], otherwise=otherwise)

    def _renamed(self, function: str) -> str:
        """Return the only file that defines *function*: the missing file was probably renamed."""
        defining = self._by_function.get(function, [])
        return f"Did you mean `{defining[0]}:{function}`?" if len(defining) == 1 else ""

    def _near_module(self, name: str, search: Sequence[Path]) -> str:
        """Return the module with a name similar to the first missing part of *name*."""
        parts = name.split(".")
        folders, prefix = search, ""
        for number in range(1, len(parts)):
            located = locate_anywhere(".".join(parts[:number]), search)
            if located is None:
                return did_you_mean(
                    ".".join(parts[:number]),
                    [f"{prefix}{module}" for folder in folders for module in _modules(folder)],
                )
            folders, prefix = located.folders, f"{'.'.join(parts[:number])}."
        return did_you_mean(name, [f"{prefix}{module}" for folder in folders for module in _modules(folder)])

    @cached_property
    def _files(self) -> Sequence[str]:
        return python_files(self._index.root)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for file in self._files:
            found.setdefault(file.rpartition("/")[2], []).append(file)
        return found

    @cached_property
    def _by_function(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for file in self._files if len(self._files) <= _MOST_READ else ():
            path = self._index.root / file
            with suppress(OSError):  # git lists it, but it was deleted
                if path.is_file():  # reading a pipe would block
                    for name in set(_FUNCTION.findall(path.read_bytes())):
                        found.setdefault(name.decode(), []).append(file)
        return found

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for file in self._files:
            found.setdefault(file.rpartition("/")[0] or ".", []).append(file)
        return found


def _how_to_check_out(path: PurePosixPath) -> str:
    """Return what to do about a missing file that git lists: it was deleted, or the checkout is sparse."""
    restore = f"Git has it, but it is not checked out. Run `git restore {path}`"
    if path.parent == PurePosixPath():
        return f"{restore}."
    return f"{restore}, or `git sparse-checkout add {path.parent}` in a sparse checkout."


def _modules(folder: Path) -> Iterator[str]:
    try:
        for entry in folder.iterdir():
            if (entry.suffix == SUFFIX and entry.is_file()) or entry.is_dir():
                yield entry.stem
    except OSError:
        return
