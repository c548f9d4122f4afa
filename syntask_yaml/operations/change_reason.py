"""The reason why a deployment differs between an earlier commit and now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.project.declaration import Declaration


class ChangedPart(Enum):
    """The part of a deployment that changed."""

    ENTRY = "entry"
    FLOW = "flow"
    MODULE = "module"
    BUILD = "build"


class ChangeReason(NamedTuple):
    """The changed *part* of a deployment, and a clause that describes the change.

    *files* are relative to the project; for a module, the chain of imports that leads to it.
    """

    part: ChangedPart
    text: str
    files: tuple[str, ...] = ()


class ChangedDeployment(NamedTuple):
    """A changed deployment and the reason. *named* returns its label, which reads its flow."""

    named: Callable[[], str]
    reasons: tuple[ChangeReason, ...]

    @property
    def label(self) -> str:
        return self.named()


class ChangedSince(NamedTuple):
    """The changes since *commit*, the merge base of the checkout and *ref*.

    *deployments* are the changed ones, by the paths of their declarations in the file.
    """

    ref: str
    commit: str
    deployments: Mapping[TreePath, ChangedDeployment]

    def has(self, declaration: Declaration) -> bool:
        """Return whether *declaration* changed."""
        return declaration.node.path in self.deployments
