"""Why a deployment differs between an earlier state of the repository and now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.project.declaration import Declaration


class ChangedPart(Enum):
    """What of a deployment changed."""

    ENTRY = "entry"
    FLOW = "flow"
    MODULE = "module"
    BUILD = "build"


class ChangeReason(NamedTuple):
    """Which *part* of a deployment changed, and a clause that says so.

    *files* are relative to the project. Of a module they are the chain of imports that leads to it.
    """

    part: ChangedPart
    text: str
    files: tuple[str, ...] = ()


class ChangedDeployment(NamedTuple):
    """A deployment that changed, and why. *named* tells its label, for which its flow is read."""

    named: Callable[[], str]
    reasons: tuple[ChangeReason, ...]

    @property
    def label(self) -> str:
        return self.named()


class ChangedSince(NamedTuple):
    """What changed since *commit*, which is where what is checked out and *ref* have parted.

    *deployments* are those that changed, by the paths of their declarations in the file.
    """

    ref: str
    commit: str
    deployments: Mapping[TreePath, ChangedDeployment]

    def has(self, declaration: Declaration) -> bool:
        """Return whether *declaration* changed."""
        return declaration.node.path in self.deployments
