"""New files of a project, written together: all of them, or none."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from syntask_yaml.errors import FileFailed
from syntask_yaml.files import write_atomically
from syntask_yaml.model.events import Observer, counted, nobody


def write_new_files(root: Path, files: Mapping[PurePosixPath, str], *, notify: Observer = nobody) -> None:
    """Write *files* below *root*, in order; one that is there already with the same text stays.

    *notify* gets progress events.

    Raises FileFailed, and leaves nothing behind, where one is there with another text, or cannot be written.
    """
    others = [path for path, text in files.items() if (root / path).exists() and not _says(root / path, text)]
    if others:
        what = "already exists" if len(others) == 1 else "already exist"
        detail = f"{', '.join(f'`{path}`' for path in others)} {what}, and nothing was written."
        raise FileFailed(detail, hint="Move it away, or choose another file.")
    undo: list[Callable[[], None]] = []
    for path, text in counted(files.items(), "Writing files", notify):
        if (root / path).exists():
            continue
        try:
            _make_folders((root / path).parent, undo)
            write_atomically(root / path, text)
        except OSError as error:
            for each in reversed(undo):
                with contextlib.suppress(OSError):
                    each()
            raise FileFailed.unwritten(path, error) from error
        undo.append((root / path).unlink)


def _says(path: Path, text: str) -> bool:
    """Whether a file has this text, as after a process that was killed."""
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _make_folders(folder: Path, undo: list[Callable[[], None]]) -> None:
    if not folder.exists():
        _make_folders(folder.parent, undo)
        folder.mkdir()
        undo.append(folder.rmdir)
