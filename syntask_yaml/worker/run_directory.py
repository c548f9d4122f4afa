"""The directory of a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def working_directory(configured: Any, own: Path) -> Iterator[Path]:
    """Yield the working directory: the *configured* one or, newly created, the run's *own*.

    The latter is removed if the body raises.
    """
    if configured:
        yield Path(str(configured))
        return
    remove_directory(own)  # left by a killed worker
    own.mkdir(parents=True)
    try:
        yield own
    except BaseException:
        remove_directory(own)
        raise


def own_directory(run_id: str, home: Path) -> Path:
    """Return the directory that belongs to a run."""
    return home / "runs" / run_id


def runs_with_directory(home: Path) -> list[str]:
    """Return the ids of the runs, of any store, that have a directory."""
    folder = home / "runs"
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def remove_directory(directory: Path) -> None:
    """Remove *directory* and its contents, as far as possible."""
    shutil.rmtree(directory, ignore_errors=True)
