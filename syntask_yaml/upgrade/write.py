"""The writes of an upgrade. Each file is written whole or not at all, the project file first.

A record has the writes until they are done, so that the next upgrade finishes one that was killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.files import write_atomically
from syntask_yaml.model.events import Observer, counted, nobody
from syntask_yaml.operations.edit import read_text
from syntask_yaml.operations.init import write_schema
from syntask_yaml.project.repository import uncommitted
from syntask_yaml.upgrade.result import FileChange, Upgrade
from syntask_yaml.upgrade.unfinished import UnfinishedUpgrade

_MAX_NAMED = 5
_HINT = "Commit the files first, so that you can undo the changes, or add `--allow-dirty`."


def check_clean(directory: Path, upgrade: Upgrade) -> None:
    """Raise UsageError unless git has the current content of all files that change."""
    touched = [change for change in upgrade.changes if change.before is not None]
    if not touched:
        return
    dirty = uncommitted(directory, [change.path for change in touched])
    if dirty is None:
        raise UsageError("This is not a git repository, so the changes could not be undone.", hint=_HINT)
    names = [change.shown for change in touched if change.path.resolve() in dirty]
    if names:
        listed = ", ".join(f"`{name}`" for name in names[:_MAX_NAMED])
        more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
        raise UsageError(f"These files have uncommitted changes: {listed}{more}.", hint=_HINT)


def write_upgrade(
    upgrade: Upgrade, *, notify: Observer = nobody, record: UnfinishedUpgrade | None = None
) -> None:
    """Write the changes, and report progress to *notify*. A *record* has them until they are written.

    Raises FileFailed, also for a file that changed since it was read.
    """
    for change in upgrade.changes:
        _check_unchanged(change)
    is_kept = record is not None and bool(upgrade.changes) and _is_kept(record, upgrade.changes)
    _write_all(upgrade, notify)
    if record is not None and is_kept:
        record.end()


def _is_kept(record: UnfinishedUpgrade, changes: Sequence[FileChange]) -> bool:
    try:
        record.begin(changes)
    except FileFailed:  # an upgrade does not need a writable home
        return False
    return True


def _write_all(upgrade: Upgrade, notify: Observer) -> None:
    for change in counted(upgrade.changes, "Writing files", notify):
        try:
            _write(change)
        except OSError as error:
            detail = f"`{change.shown}` cannot be written: {error.strerror or error}."
            hint = "Other files may have been written. Run the command again after fixing this."
            raise FileFailed(detail, hint=hint) from error


def _check_unchanged(change: FileChange) -> None:
    is_same = (
        not change.path.exists()
        if change.before is None
        else change.path.exists() and read_text(change.path) == (change.before, change.encoding)
    )
    if not is_same:
        detail = f"`{change.shown}` was changed by another program in the meantime."
        raise FileFailed(detail, hint="Nothing was written. Run the command again.")


def _write(change: FileChange) -> None:
    if change.after is None:
        change.path.unlink()
        return
    if change.before is None and change.is_project:
        write_schema(change.path.parent)
    change.path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(change.path, change.after, encoding=change.encoding)


def write_report(path: Path, text: str) -> None:
    """Write a report. Raises FileFailed."""
    try:
        write_atomically(path, text)
    except OSError as error:
        raise FileFailed(f"`{path}` cannot be written: {error.strerror or error}.") from error
