"""Write changes of deployments in order, and detect writes by others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from syntask_yaml.backend.base import Backend, Written
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused, BackendUnreachable
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.events import Applied, Observer
from syntask_yaml.operations.outcome import DONE, FAILED
from syntask_yaml.operations.plan import ignored_fields
from syntask_yaml.plan.changes import Action, Change, Plan
from syntask_yaml.plan.diff import diff


def writes_of(plan: Plan) -> dict[str, Change]:
    """Return the changes to write, by deployment."""
    return {change.deployment: change for change in plan.changes if change.write is not None}


def write_deployments(plan: Plan, backend: Backend, jobs: int, notify: Observer) -> dict[str, Written]:
    """Write the changes. Return the result of each, by deployment."""
    changes = writes_of(plan)
    done: dict[str, Written] = {}
    if not changes:
        return done
    for number, written in enumerate(_write_in_order(changes.values(), backend, jobs), start=1):
        name = written.write.full_name
        done[name] = written
        error = written.error.detail if written.error else ""
        if changes[name].action is Action.UNCHANGED and not error:
            continue
        action = FAILED if error else DONE[changes[name].action]
        notify(Applied(name, action, error, number, len(changes)))
    return done | _overwritten(done, backend)


def _write_in_order(changes: Iterable[Change], backend: Backend, jobs: int) -> Iterator[Written]:
    """Write *changes*: first the remaining deletions of unfinished renames, then the rest.

    The new deployment of an unfinished rename stays paused until the old one is deleted, and is not written
    if that fails.
    """
    left = {each.deployment: each for each in changes if each.replaced_by}
    errors: dict[str, BackendError] = {}
    for written in backend.write(_of(left.values()), jobs=jobs) if left else ():
        if written.error is not None:
            errors[left[written.write.full_name].replaced_by] = written.error
        yield written
    rest = _of(each for each in changes if not each.replaced_by)
    for write in rest:
        if (error := errors.get(write.full_name)) is not None:
            detail = f"It was not written, because the one that it was renamed from remains: {error.detail}"
            yield Written(write, error=BackendRefused(detail, hint=error.hint))
    yield from backend.write([each for each in rest if each.full_name not in errors], jobs=jobs)


def _of(changes: Iterable[Change]) -> list[Write]:
    return [change.write for change in changes if change.write is not None]


def _overwritten(done: Mapping[str, Written], backend: Backend) -> dict[str, Written]:
    """Return the writes in *done* that others overwrote, for backends without atomic writes."""
    is_away = any(isinstance(written.error, BackendUnreachable) for written in done.values())
    good = {name: written for name, written in done.items() if written.error is None}
    if backend.features.is_atomic or is_away or not good:
        return {}
    try:
        lost = _differing([written.write for written in good.values()], backend)
    except BackendError as error:
        detail = f"It was deployed but could not be read back: {error.detail}"
        unread = BackendUnreachable(detail, hint=error.hint)
        return {name: written._replace(error=unread) for name, written in good.items()}
    detail = "Another process changed it during this deploy, and it is not as declared."
    conflict = BackendConflict(detail, hint="Find out what else deploys it, and deploy again.")
    return {name: good[name]._replace(error=conflict) for name in good if name in lost}


def _differing(writes: Sequence[Write], backend: Backend) -> set[str]:
    """Return the names of deployments whose stored state differs from what was written."""
    names = [write.full_name for write in writes]
    stored = {each.deployment.full_name: each for each in backend.deployments(names=names)}
    undeleted = {write.full_name for write in writes if write.after is None and write.full_name in stored}
    wanted = [write.after for write in writes if write.after is not None]
    changes = diff(wanted, stored.values(), ignore=ignored_fields(backend.features))
    return undeleted | {change.deployment for change in changes if change.action is not Action.UNCHANGED}
