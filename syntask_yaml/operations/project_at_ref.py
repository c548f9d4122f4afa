"""Open a project as of a commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from syntask_yaml.errors import UsageError
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.project.checkout import checked_out
from syntask_yaml.project.load import Project
from syntask_yaml.project.revisions import history_of


@contextmanager
def project_at_ref(location: ProjectLocation, ref: str) -> Iterator[Project]:
    """Yield the project at *location* as of the commit, branch or tag *ref*, in a temporary checkout.

    Neither the working tree nor its repository is modified. Raises UsageError, RevisionUnavailable, and the
    errors of `open_project`.
    """
    history = history_of(location.directory)
    with checked_out(history, history.commit(ref)) as tree:
        directory, file = _existing(_moved(location.directory, history.tree, tree)), location.file
        if file is not None and file.is_absolute():
            file = _moved(file, history.tree, tree)
        project = open_project(location._replace(directory=directory, file=file))
        yield replace(project, worked_on=_moved(project.root, tree, history.tree))


def _moved(path: Path, source: Path, destination: Path) -> Path:
    """Return *path*, which is inside *source*, at the same place inside *destination*."""
    real = path.resolve()
    if not real.is_relative_to(source):
        raise UsageError(f"`{path}` is not in the repository at `{source}`.", hint="Leave out `--ref`.")
    return destination / real.relative_to(source)


def _existing(folder: Path) -> Path:
    """Return *folder*, or its nearest existing parent: the commit may not have it."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())
