"""Read deployments, and write many of them in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from syntask_yaml.backend.apply_write import WriteResult, outcome, refusal
from syntask_yaml.backend.base import Written
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, to_json, to_moment
from syntask_yaml.backend.embedded.deployment_rows import (
    changed_row,
    new_row,
    schedule_rows,
    stored_deployments,
)
from syntask_yaml.backend.embedded.run_rows import state_row
from syntask_yaml.backend.embedded.store import Arguments
from syntask_yaml.backend.run_states import ORPHANED
from syntask_yaml.model.deployment import Deployment, DeploymentPage, Stored, Write, is_in
from syntask_yaml.model.pool import DEFAULT_QUEUE

# The number of writes converted to rows at a time, a compromise between speed and memory.
_BATCH_SIZE = 500

# A placeholder for a written deployment, so that a second write of its name conflicts.
_WRITTEN = Stored("", Deployment(flow="", name=""))


@dataclass(slots=True)
class _Batch:
    """The changes of a sequence of writes."""

    written: list[Written] = field(default_factory=list)
    made: list[WriteResult] = field(default_factory=list)
    changed: list[WriteResult] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)

    def take(self, after: Deployment | None, before: Stored | None, now: datetime) -> str | None:
        """Add the change from *before* to *after*. Return the id of the deployment."""
        if after is not None:
            done = outcome(after, before, now)
            (self.made if before is None else self.changed).append(done)
            return done.id
        if before is not None:
            self.deleted.append(before.id)
            return before.id
        return None


def _stored(rows: Iterable[sqlite3.Row]) -> list[Stored]:
    return list(stored_deployments(rows))


class Deployments(EmbeddedBase):
    """Operations on deployments."""

    def deployments(
        self, *, projects: Collection[str] = (), names: Collection[str] | None = None
    ) -> list[Stored]:
        if not projects and names is None:
            return self._store.read("all_deployments", _stored)
        chosen = {"projects": to_json(list(projects)), "names": to_json(list(names or ()))}
        return self._store.read("some_deployments", _stored, **chosen)

    def deployment_page(self, text: str = "", *, skip: int = 0, limit: int) -> DeploymentPage:
        names = self._names(text)
        return DeploymentPage(tuple(self.deployments(names=names[skip : skip + limit])), len(names))

    def _names(self, text: str) -> list[str]:
        if not text:
            return [name for (name,) in self._store.all("deployment_names")]
        rows = self._store.all("deployment_texts")
        return [
            name
            for name, pool, project, tags in rows
            if is_in(text, name, pool, project, *(from_json(tags) if tags else ()))
        ]

    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:  # noqa: ARG002
        parts = (writes[at : at + _BATCH_SIZE] for at in range(0, len(writes), _BATCH_SIZE))
        with self._store.transaction():
            now = self._clock()
            return iter([written for part in parts for written in self._write(part, now)])

    def _write(self, writes: Sequence[Write], now: datetime) -> list[Written]:
        batch = self._checked(writes, now)
        # Delete first: a later write may use the name again.
        if batch.deleted:
            self._delete(batch.deleted, now)
        if batch.renamed:
            self._store.change_each("rename_deployment", batch.renamed)
            self._store.change_each("rename_runs", batch.renamed)
        if batch.changed:
            self._change(batch.changed, now)
        if batch.made:
            self._put(batch.made, "insert_deployment", map(new_row, batch.made))
        return batch.written

    def _checked(self, writes: Sequence[Write], now: datetime) -> _Batch:
        batch = _Batch()
        names = [write.full_name for write in writes]
        looked_up = {*names, *(write.old_name for write in writes if write.old_name)}
        stored = {each.deployment.full_name: each for each in self.deployments(names=looked_up)}
        pools = {row["name"] for row in self._store.all("pools")}
        for write, name in zip(writes, names, strict=True):
            old_name = write.old_name or name
            is_rename = old_name != name
            before = stored.get(old_name)
            is_taken = is_rename and name in stored
            if error := refusal(write, before, pools, is_taken=is_taken):
                batch.written.append(Written(write, error=error))
                continue
            batch.written.append(Written(write, batch.take(write.after, before, now)))
            if is_rename and before is not None and write.after is not None:
                batch.renamed.append((write.after.flow, write.after.name, before.id))
            if write.after is None or is_rename:
                stored.pop(old_name, None)
            if write.after is not None:
                stored[name] = _WRITTEN
        return batch

    def _delete(self, ids: Sequence[str], now: datetime) -> None:
        deleted = to_json(ids)
        self._store.change("drop_scheduled_runs", deployments=deleted)
        self._store.change("end_waiting_runs", deployments=deleted, now=to_moment(now), **state_row(ORPHANED))
        self._store.change("drop_deployments", deployments=deleted)

    def _change(self, changed: Sequence[WriteResult], now: datetime) -> None:
        ids = to_json([done.id for done in changed])
        self._store.change("drop_schedules", deployments=ids)
        self._put(changed, "update_deployment", map(changed_row, changed))
        self._store.change("drop_unfit_runs", deployments=ids, now=to_moment(now))

    def _put(self, put: Sequence[WriteResult], statement: str, rows: Iterable[Arguments]) -> None:
        queues = ((done.deployment.work_pool, done.deployment.work_queue) for done in put)
        for pool, queue in dict.fromkeys(queues):
            if pool is not None:
                self._store.change("add_queue", pool=pool, name=queue or DEFAULT_QUEUE)
        self._store.change_each(statement, rows)
        self._store.change_each("insert_schedule", chain.from_iterable(map(schedule_rows, put)))
