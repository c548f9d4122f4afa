"""The owner of exported objects, as a file declares it: a project, its target, and a preview in it."""

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

    A deploy of that file has the same owner. All are empty for objects without an owner.
    """

    name: str
    target: str = ""
    prefix: str = ""

    @classmethod
    def of(cls, owner: str) -> DeclaredOwner:
        """Parse the name of an *owner*, such as `shop`, `shop:prod`, `shop:preview:pr-7-`."""
        return cls(*owner.split(":", 2))

    @property
    def targets(self) -> dict[str, Any]:
        """The content of the key `targets`; empty for a project without targets."""
        # Only a prefix with a template becomes part of the owner's name.
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
        """Return *deployment* with the name in the file, to which the target adds the prefix."""
        return replace(deployment, name=deployment.name.removeprefix(self.prefix))


def owned_by(found: Sequence[Stored], project: str | None) -> list[Stored]:
    """Return those of *found* that *project* owns, or else its targets; all for None."""
    own = [each for each in found if project in (None, each.deployment.project)]
    return own or [each for each in found if (each.deployment.project or "").startswith(f"{project}:")]


def the_owner(owners: Set[str | None]) -> str | None:
    """Return the only one of *owners*; None if there is none. Raises UsageError for several."""
    if len(owners) < 2:
        return next(iter(owners), None)
    named = ", ".join(f"`{owner}`" for owner in sorted(owner for owner in owners if owner))
    nobody = " or to no project" if None in owners else ""
    raise UsageError(
        f"These deployments belong to {named}{nobody}, and a file can declare only one project.",
        hint="Select some with `--project NAME`, or by names and globs.",
    )
