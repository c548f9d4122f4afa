"""The changes since a commit, as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syntask_yaml.cli.views.output import say

if TYPE_CHECKING:
    from syntask_yaml.operations.change_reason import ChangedDeployment, ChangedSince

_SHORT = 10


def show(*changed: ChangedSince | None) -> None:
    """Print to standard error which deployments changed, and why, if that was requested.

    Changes common to several targets are printed once.
    """
    asked = [each for each in changed if each is not None]
    if not asked:
        return
    since = f"`{asked[0].ref}` ({asked[0].commit[:_SHORT]})"
    lines = dict.fromkeys(_line(each) for one in asked for each in one.deployments.values())
    say(f"Changed since {since}:" if lines else f"No deployment that is selected changed since {since}.")
    for line in lines:
        say(line)


def _line(changed: ChangedDeployment) -> str:
    return f"  {changed.label}: {'; '.join(reason.text for reason in changed.reasons)}"


def as_document(changed: ChangedSince | None) -> dict[str, Any]:
    """Return the changes as a key of a document; empty if they were not requested."""
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
