"""Copy the current directory to a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.failures import Kind
from syntask_yaml.steps.transfer.copy import Copy, in_bytes, listing, push_all
from syntask_yaml.steps.transfer.failure import StoreFailed
from syntask_yaml.steps.transfer.remote import Info, Remote
from syntask_yaml.steps.transfer.staging import is_staging
from syntask_yaml.steps.transfer.tree import OWN_FILE, files_in, read_patterns


def push(remote: Remote, context: StepContext, *, ignore_file: str) -> None:
    """Copy the current directory to *remote*, without the files that the ignore files exclude.

    Identical files are not copied; other existing files in the store are kept. Raises StepFailed.
    """
    root = context.directory
    is_ignored, names = read_patterns(root, ignore_file)
    if not names:
        context.write(f"Copying all files, because neither `{ignore_file}` nor `{OWN_FILE}` exists.")
    files = [
        Copy(file.name, file.path, file.size)
        for file in files_in(root, is_ignored, context.write_error)
        if not is_staging(file.name)
    ]
    if not files:
        detail = f"No files to copy to `{remote.url}`: `{root}` is empty, or all its files are ignored."
        raise StepFailed(detail, hint=_nothing_left(names))
    _check_names(files, remote)
    there = _listing(remote, context)
    changed = [copy for copy in files if not _is_same(copy, there, remote)]
    size = in_bytes(sum(copy.size for copy in changed))
    context.write(f"Copying {len(changed):,} of {len(files):,} files ({size}) to {remote.url}")
    push_all(changed, remote, context)


def _nothing_left(ignore_files: Sequence[str]) -> str:
    if not ignore_files:
        return "Check that this is the right directory."
    listed = " and ".join(f"`{name}`" for name in ignore_files)
    return f"Check {listed}. `git check-ignore --verbose --no-index FILE` shows which pattern matches a file."


def _check_names(files: Iterable[Copy], remote: Remote) -> None:
    for copy in files:
        if remote.kind.unnameable.search(copy.name):
            detail = f"{copy.name!a} is not a valid file name in `{remote.url}`."
            raise StepFailed(detail, hint=f"Rename it, or exclude it in `{OWN_FILE}`.")


def _listing(remote: Remote, context: StepContext) -> Mapping[str, Info]:
    try:
        return listing(remote, context)
    except StoreFailed as error:
        if error.kind is not Kind.DENIED:
            raise
        context.write_error(f"{error.detail}\nCopying all files, because the folder cannot be listed.")
        return {}


def _is_same(copy: Copy, there: Mapping[str, Info], remote: Remote) -> bool:
    info = there.get(copy.name)
    return info is not None and remote.kind.is_same(copy.path, info)
