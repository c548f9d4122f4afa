"""Determine whether the files used by build and push steps of a deployment have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from posixpath import dirname
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.step import Step
from syntask_yaml.operations.change_reason import ChangedPart, ChangeReason
from syntask_yaml.project.changed_files import ChangedFiles
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.template import is_template

_IMAGE = "build_docker_image"

# The built-in steps that upload or copy a folder, and the input with its path.
_FOLDERS: Mapping[str, str] = {
    _IMAGE: "path",
    "push_to_s3": "folder",
    "push_to_gcs": "folder",
    "push_to_azure_blob_storage": "folder",
}


class ChangedBuilds:
    """The folders used by steps of the project at *root*, with the changed *files*."""

    def __init__(self, root: Path, files: ChangedFiles) -> None:
        self._root, self._files = root, files
        self._known: dict[tuple[str, bool], list[str]] = {}

    def reason(self, declaration: Declaration) -> ChangeReason | None:
        """Return why the files that *declaration* builds or pushes changed; None if they did not."""
        for step in (*declaration.build, *declaration.push):
            if changed := self._changed(step):
                more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
                text = f"`{step.name.rpartition('.')[2]}` takes `{changed[0]}`{more} along, which changed"
                return ChangeReason(ChangedPart.BUILD, text, tuple(changed))
        return None

    def _changed(self, step: Step) -> list[str]:
        builtin: Any = builtin_of(step.name)
        key = _FOLDERS.get(builtin.name) if builtin is not None else None
        if key is None:
            return []
        folder = step.inputs.get(key) or "."
        # A folder that depends on the environment of the deploy may be any folder of the project.
        place = (str(folder) if not is_template(folder) else ".", builtin.name == _IMAGE)
        if place not in self._known:
            self._known[place] = list(self._below(*place))
        return self._known[place]

    def _below(self, folder: str, has_patterns: bool) -> Iterator[str]:
        from syntask_yaml.steps.docker.patterns import IGNORE_FILE, Patterns  # few projects build images

        prefix = "" if folder in (".", "./") else f"{folder.removeprefix('./').rstrip('/')}/"
        patterns = Patterns("")
        with suppress(StepFailed):  # reported by the check of the step
            patterns = Patterns.read(self._root / folder / IGNORE_FILE) if has_patterns else patterns
        for name in self._files.below(self._root / folder):
            if not patterns.is_ignored(name, patterns.inside(dirname(name))):
                yield f"{prefix}{name}"
