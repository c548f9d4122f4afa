"""The side, old or new, that schedules each deployment of an old server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.prefect.old_deployment import OldDeployment
from syntask_yaml.backend.prefect.old_runs import OldRun, coming_runs, last_runs
from syntask_yaml.backend.prefect.old_schedules import scheduling_of
from syntask_yaml.backend.prefect.old_server import OldServer
from syntask_yaml.model.deployment import Stored
from syntask_yaml.operations.schedule_sides import is_on
from syntask_yaml.upgrade.journal import JournalEntry, Phase
from syntask_yaml.upgrade.server import is_of_agent

_MOST_NEXT = 3


class Where(Enum):
    """The side that schedules."""

    OLD = "old"
    NEW = "new"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Position:
    """A deployment of the old server. *new_name* is its equal on the backend, empty if there is none.

    *next_runs* are the next times on the old server. *phase* is the progress of a switch.
    """

    old_name: str
    new_name: str
    where: Where
    next_runs: tuple[datetime, ...] = ()
    last_run: OldRun | None = None
    phase: Phase | None = None


def positions(server: OldServer, backend: Backend, entries: Iterable[JournalEntry]) -> list[Position]:
    """Return the positions of the server's deployments, sorted by `flow/name`."""
    found = server.deployments()
    switched = {each.old_id: each for each in entries if each.old_url == server.url}
    names = {each.id: switched[each.id].name if each.id in switched else each.full_name for each in found}
    stored = {each.deployment.full_name: each for each in backend.deployments(names=set(names.values()))}
    coming = _by_deployment(coming_runs(server.api))
    last = last_runs(server.api, [each.id for each in found])
    is_same_server = server.url == backend.url
    return list(_positions(found, names, stored, coming, last, switched, is_same_server=is_same_server))


def _positions(
    found: Iterable[OldDeployment],
    names: Mapping[str, str],
    stored: Mapping[str, Stored],
    coming: Mapping[str, Sequence[OldRun]],
    last: Mapping[str, OldRun],
    switched: Mapping[str, JournalEntry],
    *,
    is_same_server: bool,
) -> Iterator[Position]:
    new_ids = {stored[each.name].id for each in switched.values() if each.name in stored}
    for old in found:
        if is_same_server and old.id in new_ids:
            continue  # the new side of a switched deployment
        new = stored.get(names[old.id])
        entry = switched.get(old.id)
        yield Position(
            old_name=old.full_name,
            new_name=new.deployment.full_name if new else "",
            where=_where(old, new, is_same_server=is_same_server),
            next_runs=tuple(run.due for run in coming.get(old.id, ())[:_MOST_NEXT]),
            last_run=last.get(old.id),
            phase=entry.phase if entry else None,
        )


def _where(old: OldDeployment, new: Stored | None, *, is_same_server: bool) -> Where:
    is_old_on = scheduling_of(old.fields).is_on
    if is_same_server and new is not None and new.id == old.id:
        on_side = Where.OLD if is_of_agent(old) else Where.NEW
        return on_side if is_old_on else Where.NEITHER
    is_new_on = new is not None and is_on(new)
    sides = {(True, True): Where.BOTH, (True, False): Where.OLD, (False, True): Where.NEW}
    return sides.get((is_old_on, is_new_on), Where.NEITHER)


def _by_deployment(runs: Iterable[OldRun]) -> dict[str, list[OldRun]]:
    found: dict[str, list[OldRun]] = {}
    for run in runs:
        found.setdefault(run.deployment_id, []).append(run)
    return found
