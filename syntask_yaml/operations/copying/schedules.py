"""Which schedules go over: those that run on the source, and those of a copy that was interrupted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind
from syntask_yaml.operations.copying.contents import Contents
from syntask_yaml.operations.schedule_sides import is_on

_STAYS = "stay on the source"


def schedule_changes(
    source: Contents, deployments: Mapping[str, CopyChange], moving: Collection[str], *, copies: bool
) -> Iterator[CopyChange]:
    """The change for each deployment whose schedules run on the source, by name.

    *deployments* are the changes of the deployments, which are written along if *copies*. Those that
    are *moving* already go on.
    """
    for name, stored in source.deployments.items():
        if not is_on(stored) and name not in moving:
            continue
        reason, hint = _obstacle(deployments[name].action, copies=copies)
        action = CopyAction.REFUSED if reason else CopyAction.MOVE
        yield CopyChange(kind=CopyKind.SCHEDULES, name=name, action=action, reason=reason, hint=hint)


def _obstacle(action: CopyAction, *, copies: bool) -> tuple[str, str]:
    """Why the schedules of a deployment stay, and what to do about it; nothing if they go over."""
    if action is CopyAction.UNCHANGED or (copies and action.is_write):
        return "", ""
    if action is CopyAction.CREATE:
        return f"{_STAYS}: the destination has no such deployment", "Add `deployments` to `--only`."
    if action is CopyAction.REFUSED:
        return f"{_STAYS}: the deployment cannot be copied", "See the deployment."
    return f"{_STAYS}: the deployment differs on the destination", "Pass `--overwrite`, or deploy it there."
