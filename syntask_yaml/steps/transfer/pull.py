"""Copy a folder of a store to a directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.transfer.copy import Copy, in_bytes, listing, pull_all
from syntask_yaml.steps.transfer.failure import failure_of
from syntask_yaml.steps.transfer.remote import Info, Remote
from syntask_yaml.steps.transfer.staging import staging


def pull(remote: Remote, target: Path, context: StepContext) -> None:
    """Copy the files of *remote* to *target*, and replace those with the same names.

    Identical files are not copied; other existing files are kept. All files are downloaded before the first
    one is replaced, so that no file is ever incomplete. Raises StepFailed.
    """
    entries = _without_markers(listing(remote, context))
    if not entries:
        hint = "Check the name of the folder, and that files were pushed to it."
        raise StepFailed(f"`{remote.url}` contains no files.", hint=hint)
    copies = [Copy(name, _place(target, name, remote), int(info["size"])) for name, info in entries.items()]
    try:
        _check_places(target, copies, remote)
        changed = [copy for copy in copies if not _is_same(copy, entries[copy.name], remote)]
        size = in_bytes(sum(copy.size for copy in changed))
        context.write(f"Copying {len(changed):,} of {len(copies):,} files ({size}) from {remote.url}")
        _bring(changed, target, remote, context)
    except OSError as error:
        raise failure_of(error, remote) from error


def _without_markers(found: Mapping[str, Info]) -> dict[str, Info]:
    """Return the files without the empty ones that some tools create to represent directories."""
    folders = {str(parent) for name in found for parent in PurePosixPath(name).parents}
    return {
        name: info
        for name, info in found.items()
        if not name.endswith("/") and not (name in folders and not info["size"])
    }


def _place(target: Path, name: str, remote: Remote) -> Path:
    parts = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise StepFailed(
            f"`{remote.url}` contains {name!a}, which is not a valid relative path.",
            hint="Remove it from the store, or rename it.",
        )
    return target.joinpath(*parts)


def _check_places(target: Path, copies: Iterable[Copy], remote: Remote) -> None:
    """Raise StepFailed if a link would redirect a copy, or a file blocks one."""
    root = target.resolve()
    for folder in {copy.path.parent for copy in copies}:
        if not folder.resolve().is_relative_to(root):
            detail = f"`{folder.relative_to(target)}` is a link to outside `{target}`."
            raise StepFailed(
                detail, hint=f"Remove it, so that the files of `{remote.url}` can be written there."
            )
    folders = {parent for copy in copies for parent in copy.path.parents}
    for copy in copies:
        if copy.path in folders or copy.path.is_dir():
            detail = f"`{copy.name}` of `{remote.url}` conflicts with a folder of the same name."
            raise StepFailed(detail, hint="Remove or rename one of them.")


def _is_same(copy: Copy, info: Info, remote: Remote) -> bool:
    return copy.path.is_file() and not copy.path.is_symlink() and remote.kind.is_same(copy.path, info)


def _bring(copies: list[Copy], target: Path, remote: Remote, context: StepContext) -> None:
    with staging(target) as directory:
        drafts = [replace(copy, path=directory / str(index)) for index, copy in enumerate(copies)]
        pull_all(drafts, remote, context)
        for copy, draft in zip(copies, drafts, strict=True):
            copy.path.parent.mkdir(parents=True, exist_ok=True)
            draft.path.replace(copy.path)
