"""What a command found and did, as a value that every format is made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from syntask_yaml.cli.views.diagnostics import causes
from syntask_yaml.diagnostics import Diagnostic

if TYPE_CHECKING:
    from syntask_yaml.cli.views.markdown import TextLimit

# Where the checkout of the repository is, in the environment of a CI system.
_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


class Case(NamedTuple):
    """The result for one object, such as a deployment: *failure* says why it failed, empty if it did not."""

    name: str
    failure: str = ""
    seconds: float = 0.0
    result: str = "succeeded"


class CommandReport(NamedTuple):
    """The report of *command*.

    *problems* are what was found, *cases* what became of each thing. *folder* is where the files of the
    problems are, from the root of the repository. *document* makes the JSON document, *text* prints the
    report for people. *markdown* and *html* make the pages of a command that has more to show than its
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
        """The problems, those with one cause as one."""
        return causes(self.problems)

    def path(self, file: str) -> str:
        """*file* as CI systems call it: from the root of the repository."""
        return os.path.normpath(Path(self.folder, file)).replace(os.sep, "/")


def repository_folder(environ: Mapping[str, str], directory: Path) -> str:
    """Return where *directory* is in the checkout of a CI system; empty for its root, and outside of one."""
    checkout = next((environ[name] for name in _CHECKOUTS if environ.get(name)), None)
    if checkout is None or not directory.is_relative_to(Path(checkout).resolve()):
        return ""
    return str(directory.relative_to(Path(checkout).resolve()))
