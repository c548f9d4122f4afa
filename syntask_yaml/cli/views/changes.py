"""What changed since a commit, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syntask_yaml.cli.views.output import say

if TYPE_CHECKING:
    from syntask_yaml.operations.change_reason import ChangedSince

_SHORT = 10


def show(changed: ChangedSince | None) -> None:
    """Say on standard error which deployments changed, and why, if that was asked for."""
    if changed is None:
        return
    since = f"`{changed.ref}` ({changed.commit[:_SHORT]})"
    if not changed.deployments:
        say(f"No deployment that is selected changed since {since}.")
        return
    say(f"Changed since {since}:")
    for each in changed.deployments.values():
        say(f"  {each.label}: {'; '.join(reason.text for reason in each.reasons)}")


def as_document(changed: ChangedSince | None) -> dict[str, Any]:
    """The same as a key of a document; no key if it was not asked for."""
    if changed is None:
        return {}
    deployments = [
        {
            "deployment": each.label,
            "reasons": [
                {"part": reason.part.value, "text": reason.text, "files": list(reason.files)}
                for reason in each.reasons
            ],
        }
        for each in changed.deployments.values()
    ]
    return {"changed_since": {"ref": changed.ref, "commit": changed.commit, "deployments": deployments}}
