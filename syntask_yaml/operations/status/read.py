"""Read the status of a backend: running, late, failed and coming runs.

A limited number of runs is read, by an index: the cost for a store with a million runs is that for some
thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.run import BUSY, Run, StateType
from syntask_yaml.model.value import known
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.pools import is_hosted
from syntask_yaml.operations.runs import FAILED
from syntask_yaml.operations.status.coming import coming_runs, coming_times, next_deployments
from syntask_yaml.operations.status.late import MOST_LATE, LateRuns, explain_late, read_late
from syntask_yaml.operations.status.timeline import LaneDrafts, RunTimeline
from syntask_yaml.operations.status.window import Window

# The maximum number of running, failed and coming runs that are read.
MOST_LISTED = 200
# The maximum number of deployments whose schedule times are computed.
_DEPLOYMENTS = 40
Times: TypeAlias = Mapping[str, Collection[datetime]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of past runs that are read for the timeline.

    *latest*: the first page, and a second one if the first does not reach back to the window. If neither
    does, *of each lane* limits the pages of each lane in the same way.
    """

    latest: tuple[int, ...]
    of_lane: tuple[int, ...]


_OWN, _SERVER = Bounds((200, 800), (50, 250, 1200)), Bounds((200, 800), (200,))


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendStatus:
    """The status of a backend at `timeline.window.now`.

    *running* are the running runs, earliest due first; *failed* those that failed or crashed in the window,
    latest first. *coming* are times and `flow/name`, the next one first. *unserved* are the work pools of
    coming runs that no worker serves. *silent* are the ids of running runs whose worker does not respond.
    *half_renamed* are the deployments that a rename left paused. *cut* names the lists that are incomplete.
    """

    running: tuple[Run, ...]
    late: tuple[LateRuns, ...]
    failed: tuple[Run, ...]
    coming: tuple[tuple[datetime, str], ...]
    unserved: tuple[str, ...]
    silent: frozenset[str]
    half_renamed: tuple[Stored, ...]
    timeline: RunTimeline
    cut: frozenset[str]


def read_status(backend: Backend, window: Window, bounds: Bounds | None = None) -> BackendStatus:
    """Return the status of *backend*; *window* limits failed and coming runs, and the timeline."""
    bounds = bounds or (_OWN if backend.features.has_own_worker else _SERVER)
    running, late = _running(backend), read_late(backend, window.now)
    failed = backend.runs(RunFilter(states=FAILED, since=window.since, until=window.now, limit=MOST_LISTED))
    made = coming_runs(backend, window, limit=MOST_LISTED)
    latest, reach = _latest(backend, window, bounds.latest)
    runs = _by_id([*latest, *running, *late, *failed, *made])
    drafts = LaneDrafts(window)
    drafts.add(runs)
    stored = _deployments(backend, window, drafts, made)
    times = coming_times(stored, window)
    drafts.expect(times)
    coming = _next(made, times)
    workers = backend.workers()
    cut = _cut(running=running, late=late, failed=failed, coming=coming, deployments=stored)
    return BackendStatus(
        running=tuple(reversed(running)),
        late=explain_late(backend, late, window.now),
        failed=tuple(sorted(failed, key=lambda run: run.ended or window.now, reverse=True)),
        coming=tuple(coming),
        unserved=_unserved(backend, workers, made, stored, times),
        silent=_silent(backend, workers, running, window.now),
        half_renamed=tuple(backend.half_renamed()),
        timeline=drafts.timeline(is_cut="coming" in cut)
        if reach is None
        else _full_timeline(backend, window, drafts, runs, reach, bounds.of_lane),
        cut=cut,
    )


def _running(backend: Backend) -> list[Run]:
    paused = frozenset[StateType]() if backend.features.has_own_worker else {StateType.PAUSED}
    return backend.runs(RunFilter(states=BUSY | paused, limit=MOST_LISTED))


def _latest(
    backend: Backend, window: Window, limits: Sequence[int], deployment: str | None = None
) -> tuple[list[Run], datetime | None]:
    """Return the latest runs, of *deployment* or of all, and the time since when they are complete.

    None: since the start of the window. A second page is read if the first does not reach back to it.
    """
    runs: list[Run] = []
    reach = window.now
    for limit in limits:
        # Runs that were due at the same time as the last one are read again.
        read = backend.runs(RunFilter(deployment=deployment, until=reach, limit=limit))
        runs = _by_id([*runs, *read])
        first = read[-1].scheduled if len(read) == limit else None
        if first is None or first < window.since:
            return runs, None
        reach = first
    return runs, reach


def _deployments(
    backend: Backend, window: Window, drafts: LaneDrafts, made: Sequence[Run]
) -> Sequence[Stored]:
    """Return the most important deployments: those of runs, or the next ones if no run was *made*.

    On our own backend, runs are created only if a worker runs, and then long before they are due.
    """
    if not made and backend.features.has_own_worker:
        later = backend.runs(RunFilter(after=window.until, limit=1))
        return [] if later else next_deployments(backend, window, limit=_DEPLOYMENTS)
    return backend.deployments(names=drafts.leading(_DEPLOYMENTS))


def _full_timeline(
    backend: Backend,
    window: Window,
    drafts: LaneDrafts,
    runs: Iterable[Run],
    reach: datetime,
    limits: Sequence[int],
) -> RunTimeline:
    """Return the timeline of *runs*, complete since *reach*, with earlier ones of each lane."""
    reaches: dict[str, datetime | None] = {}
    known = {run.id for run in runs}
    for name in drafts.leading():
        if "/" in name:
            found, reaches[name] = _latest(backend, window, limits, name)
            drafts.add(run for run in found if run.id not in known)
    return drafts.timeline(reach=reach, reaches=reaches)


def _by_id(runs: Iterable[Run]) -> list[Run]:
    return list({run.id: run for run in runs}.values())


def _next(made: Iterable[Run], times: Times) -> list[tuple[datetime, str]]:
    of_runs = ((run.scheduled, run.deployment or run.flow) for run in made)
    of_schedules = ((time, name) for name, each in times.items() for time in each)
    return sorted({*((time, name) for time, name in of_runs if time), *of_schedules})[:MOST_LISTED]


def _unserved(
    backend: Backend,
    workers: Sequence[ServingWorker],
    made: Iterable[Run],
    stored: Iterable[Stored],
    times: Times,
) -> tuple[str, ...]:
    """Return the work pools of coming runs that need a worker and have none."""
    due = (known(each.deployment.work_pool) for each in stored if times[each.deployment.full_name])
    used = {*(run.work_pool for run in made), *due}
    online = {worker.pool for worker in workers if worker.is_online}
    idle = [pool for pool in backend.pools() if pool.name in used - online]
    return tuple(pool.name for pool in idle if not is_hosted(pool))


def _silent(
    backend: Backend, workers: Sequence[ServingWorker], running: Sequence[Run], now: datetime
) -> frozenset[str]:
    """Return the running runs whose lease has expired; on a server, those of an offline worker."""
    if backend.features.has_own_worker:
        return frozenset(run.id for run in running if run.held_until is not None and run.held_until < now)
    online = {worker.name for worker in workers if worker.is_online}
    gone = {worker.name for worker in workers} - online
    return frozenset(run.id for run in running if run.worker in gone)


def _cut(
    *, deployments: Sequence[Stored], coming: Sequence[object], late: Sequence[Run], **runs: Sequence[Run]
) -> frozenset[str]:
    """Return the names of incomplete lists; for very many deployments, not all times are known."""
    is_cut = {name: len(each) == MOST_LISTED for name, each in runs.items()}
    is_cut["late"] = len(late) == MOST_LATE
    # One lane stands for all deployments beyond the limit.
    is_cut["coming"] = len(coming) == MOST_LISTED or len(deployments) >= _DEPLOYMENTS - 1
    return frozenset(name for name, each in is_cut.items() if each)
