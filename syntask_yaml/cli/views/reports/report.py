"""The report of a command as a value, from which every format is generated."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from syntask_yaml.cli.views.diagnostics import causes
from syntask_yaml.diagnostics import Diagnostic

if TYPE_CHECKING:
    from syntask_yaml.cli.views.markdown import TextLimit

# Environment variables of CI systems with the path of the checkout.
_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


class Case(NamedTuple):
    """The result for one object, such as a deployment: *failure* says why it failed, empty if it did not."""

    name: str
    failure: str = ""
    seconds: float = 0.0
    result: str = "succeeded"


class CommandReport(NamedTuple):
    """The report of *command*.

    *problems* are the diagnostics, *cases* the results for each object. *folder* is the folder of the files
    in problems, relative to the root of the repository. *document* returns the JSON document, *text* prints
    the report for users. *markdown* and *html* return the pages of a command that displays more than its
    problems and cases.
    """

    command: str
    problems: Sequence[Diagnostic]
    cases: Sequence[Case] = ()
    folder: str = ""
    document: Callable[[], Mapping[str, Any]] = dict
    text: Callable[[], None] = lambda: None
    markdown: Callable[[TextLimit], str] | None = None
    html: Callable[[], str] | None = None

    @property
    def causes(self) -> list[Diagnostic]:
        """The problems, merged by cause."""
        return causes(self.problems)

    def path(self, file: str) -> str:
        """Return the path of *file* relative to the root of the repository."""
        return os.path.normpath(Path(self.folder, file)).replace(os.sep, "/")


def repository_folder(environ: Mapping[str, str], directory: Path) -> str:
    """Return the path of *directory* in the checkout of a CI system; empty for its root, or outside."""
    checkout = next((environ[name] for name in _CHECKOUTS if environ.get(name)), None)
    if checkout is None or not directory.is_relative_to(Path(checkout).resolve()):
        return ""
    return str(directory.relative_to(Path(checkout).resolve()))
