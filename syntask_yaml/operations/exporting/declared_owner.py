"""Whose what is exported is, and how a file declares that: a project, its target, and the preview in it."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.document.layer_nodes import appending_key
from syntask_yaml.errors import UsageError
from syntask_yaml.model.deployment import Deployment, Stored


@dataclass(frozen=True, slots=True)
class DeclaredOwner:
    """An owner as a file declares it: a project *name*, its *target*, and the *prefix* of a preview there.

    What is deployed from such a file has the same owner. All are empty for what nobody owns.
    """

    name: str
    target: str = ""
    prefix: str = ""

    @classmethod
    def of(cls, owner: str) -> DeclaredOwner:
        """Return what the name of an *owner* means, such as `shop`, `shop:prod`, `shop:preview:pr-7-`."""
        return cls(*owner.split(":", 2))

    @property
    def targets(self) -> dict[str, Any]:
        """The content of the key `targets`; empty for a project without."""
        # Only a prefix with a template makes an owner: one that is plain is in no owner's name.
        prefix = {"name_prefix": f"{{{{ {json.dumps(self.prefix)} }}}}"} if self.prefix else {}
        return {self.target: {"default": True, **prefix}} if self.target else {}

    def obstacle(self, deployment: Deployment) -> str:
        """Return why the owner cannot declare *deployment*; empty if it can."""
        if not deployment.name.startswith(self.prefix):
            return f"its name does not begin with `{self.prefix}`, as all names of its target do"
        held = {"parameters": deployment.parameters, "job_variables": deployment.job_variables}
        if self.target and (key := appending_key(held)):
            return f"its key `{key}` would append to a list, as such keys do in a project with targets"
        return ""

    def declared(self, deployment: Deployment) -> Deployment:
        """*deployment* with the name that stands in the file, which the target puts the prefix before."""
        return replace(deployment, name=deployment.name.removeprefix(self.prefix))


def owned_by(found: Sequence[Stored], project: str | None) -> list[Stored]:
    """Those of *found* that *project* owns, or its targets, where it owns none itself; all for None."""
    own = [each for each in found if project in (None, each.deployment.project)]
    return own or [each for each in found if (each.deployment.project or "").startswith(f"{project}:")]


def the_owner(owners: Set[str | None]) -> str | None:
    """Return the one of *owners*; None if there is none. Raises UsageError for several."""
    if len(owners) < 2:
        return next(iter(owners), None)
    named = ", ".join(f"`{owner}`" for owner in sorted(owner for owner in owners if owner))
    nobody = " or to no project" if None in owners else ""
    raise UsageError(
        f"These deployments belong to {named}{nobody}, and a file can declare only one project.",
        hint="Select some with `--project NAME`, or by names and globs.",
    )
