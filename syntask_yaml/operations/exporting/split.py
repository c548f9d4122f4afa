"""Split an exported project: one file in each folder with flows, and one that includes them.

Either all files are written, or none.
"""

from __future__ import annotations

import contextlib
import glob
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from syntask_yaml.document.layer_nodes import appending_key
from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.files import write_atomically
from syntask_yaml.model.events import Observer, counted, nobody
from syntask_yaml.operations.exporting.defaults import SharedFields, shared_by_all, shared_by_most
from syntask_yaml.operations.exporting.export import Exported, with_shared_pull

_Content: TypeAlias = dict[str, Any]
_HERE = PurePosixPath()


def split(exported: Exported, root: Path, file_name: str) -> dict[PurePosixPath, _Content]:
    """Return the files below *root* with contents, all called *file_name*; the last includes the others.

    Raises UsageError for an entry that would have another meaning in a project of several files.
    """
    for entry in exported.entries:
        _check(entry)
    folders = [_folder(entry["entrypoint"], root) for entry in exported.entries]
    if not any(folder.parts for folder in folders):
        parts = _parts(shared_by_most(exported.entries, {}))
        return {PurePosixPath(file_name): exported.file(parts)}
    everywhere = shared_by_all(exported.entries)
    entries, pull = _with_common_pull(everywhere.entries)
    placed: dict[PurePosixPath, list[Mapping[str, Any]]] = {}
    for folder, entry in zip(folders, entries, strict=True):
        placed.setdefault(folder, []).append(_in_folder(entry, folder))
    own = placed.pop(_HERE, [])
    files = {
        folder / file_name: _parts(shared_by_most(placed[folder], everywhere.defaults))
        for folder in sorted(placed)
    }
    parts = {
        "include": _patterns(list(files), root),
        **pull,
        **_parts(SharedFields(everywhere.defaults, own)),
    }
    return {**files, PurePosixPath(file_name): exported.file(parts)}


def _check(entry: Mapping[str, Any]) -> None:
    if key := appending_key(entry):
        raise UsageError(
            f"`{entry['name']}` has the key `{key}`, which in a project of several files appends to a list.",
            hint="Export without `--split`, or leave out this deployment.",
        )


def _folder(entrypoint: str, root: Path) -> PurePosixPath:
    """Return the folder of a flow's file, if an entry there can refer to it; else the project's folder."""
    path = PurePosixPath(entrypoint.rpartition(":")[0])
    folder = path.parent
    is_plain = str(path) == entrypoint.rpartition(":")[0] and not {"..", "~"} & set(path.parts)
    is_below = path.suffix == ".py" and not path.is_absolute() and "{{" not in entrypoint
    if not (is_plain and is_below) or str(path).startswith("~") or path.name.startswith("~"):
        return _HERE
    return folder if (root / folder).resolve().is_relative_to(root.resolve()) else _HERE


def _in_folder(entry: Mapping[str, Any], folder: PurePosixPath) -> _Content:
    start = len(str(folder)) + 1 if folder.parts else 0
    return {**entry, "entrypoint": entry["entrypoint"][start:]}


def _with_common_pull(entries: Sequence[Mapping[str, Any]]) -> tuple[Sequence[Mapping[str, Any]], _Content]:
    """Return the entries without their common pull steps, and these steps."""
    shared = with_shared_pull(entries)
    return shared["deployments"], {"pull": shared["pull"]} if "pull" in shared else {}


def _parts(shared: SharedFields) -> _Content:
    """Return the keys of a file with these entries."""
    with_pull = {"deployments": list(shared.entries)}
    if all("pull" in entry for entry in shared.entries):
        with_pull = with_shared_pull(shared.entries)
    deployments = with_pull.pop("deployments")
    return {
        **with_pull,
        **({"defaults": shared.defaults} if shared.defaults else {}),
        **({"deployments": deployments} if deployments else {}),
    }


def _patterns(files: Sequence[PurePosixPath], root: Path) -> list[str]:
    """Return the `include` patterns of *files*: a glob for sibling folders if it matches nothing else."""
    sides = Counter(file.parent.parent for file in files)
    return sorted({_pattern(file, files, root, sides[file.parent.parent]) for file in files})


def _pattern(file: PurePosixPath, files: Sequence[PurePosixPath], root: Path, number: int) -> str:
    around = file.parent.parent
    literal = glob.escape(str(around)) if around.parts else ""
    pattern = str(PurePosixPath(literal, "*", file.name))
    is_alone = all(each in files for each in _matching(root, pattern))
    return pattern if number > 1 and is_alone else glob.escape(str(file))


def _matching(root: Path, pattern: str) -> Iterator[PurePosixPath]:
    return (PurePosixPath(each.relative_to(root).as_posix()) for each in root.glob(pattern))


def write_new_files(root: Path, files: Mapping[PurePosixPath, str], *, notify: Observer = nobody) -> None:
    """Write *files* below *root*, in order; an existing file with the same text is kept.

    *notify* gets progress events. Raises FileFailed, and leaves nothing behind, if a file exists with another
    text or cannot be written.
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
    """Return whether a file has this text, as after a killed process."""
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _make_folders(folder: Path, undo: list[Callable[[], None]]) -> None:
    if not folder.exists():
        _make_folders(folder.parent, undo)
        folder.mkdir()
        undo.append(folder.rmdir)
