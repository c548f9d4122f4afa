"""Operations on runs for commands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from syntask_yaml.backend.base import ALL_LINES, LogFilter, RunFilter
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import to_json, to_moment
from syntask_yaml.backend.embedded.deployment_rows import stored_deployments
from syntask_yaml.backend.embedded.run_rows import child_of, log_line, progress_row, run_of, run_row
from syntask_yaml.backend.leases import this_process
from syntask_yaml.backend.run_states import (
    CANDIDATES,
    cancelled,
    child_seen,
    no_such_deployment,
    no_such_run,
    only_one,
    requested_run,
    retried,
    retried_already,
    seen,
)
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.run import Cause, LogLine, Run, RunRequest, StateType

# The largest integer of SQLite, later than any due time.
_NEVER = 2**63 - 1
# By whether the filter has a deployment, and whether it has `after`.
_STATEMENTS = {
    (False, False): "runs",
    (False, True): "coming_runs",
    (True, False): "runs_of_deployment",
    (True, True): "coming_runs_of_deployment",
}


class EmbeddedRuns(EmbeddedBase):
    """Operations on runs."""

    def create_run(self, request: RunRequest) -> Run:
        with self._store.transaction():
            key = request.idempotency_key
            return (key and self._run_by_key(request.deployment_id, key)) or self._made(request)

    def _run_by_key(self, deployment_id: str, key: str) -> Run | None:
        row = self._store.one("run_by_key", deployment_id=deployment_id, idempotency_key=key)
        return None if row is None else run_of(row)

    def _made(self, request: RunRequest) -> Run:
        stored = self._deployment(request.deployment_id)
        run = requested_run(request, stored, self._clock())
        self._store.change("insert_run", **run_row(run, key=request.idempotency_key))
        return run

    def _deployment(self, id: str) -> Stored:
        for stored in stored_deployments(self._store.all("deployment", id=id)):
            return stored
        raise no_such_deployment(id)

    def runs(self, which: RunFilter) -> list[Run]:
        values = {
            "states": to_json([state.value for state in which.states]) if which.states else None,
            "until": _NEVER if which.until is None else to_moment(which.until),
            "after": None if which.after is None else to_moment(which.after),
            "since": None if which.since is None else to_moment(which.since),
            "deployment": which.deployment,
            "of": to_json(sorted(which.of)) if which.of else None,
            "pools": to_json(sorted(which.pools)) if which.pools else None,
            "limit": which.limit,
        }
        rows = self._store.all(_statement(which), **values)
        now = self._clock()
        return [seen(run_of(row), now) for row in rows]

    def last_runs(self, deployments: Collection[Stored]) -> dict[str, Run]:
        now = self._clock()
        names = to_json([each.deployment.full_name for each in deployments])
        runs = [run_of(row) for row in self._store.all("last_runs", deployments=names, now=to_moment(now))]
        return {run.deployment_id: seen(run, now) for run in runs if run.deployment_id is not None}

    def run(self, id: str) -> Run | None:
        found = self._store.all("runs_by_prefix", prefix=id.lower(), limit=CANDIDATES + 1) if id else []
        run = only_one(id, [run_of(row) for row in found])
        return run and seen(run, self._clock())

    def logs(self, run_id: str, *, after: int = 0, which: LogFilter = ALL_LINES) -> list[LogLine]:
        values = {"run_id": run_id, "limit": -1 if which.limit is None else which.limit}
        chosen = {
            "level": which.level,
            "since": which.since and to_moment(which.since),
            "tasks": to_json(which.tasks) if which.tasks else None,
        }
        if which.is_newest:
            rows = self._store.all("last_logs", **values, **chosen)[::-1]
        elif which._replace(limit=None) == ALL_LINES:
            rows = self._store.all("logs", **values, after=after)
        else:
            rows = self._store.all("some_logs", **values, **chosen, after=after)
        return [log_line(row) for row in rows]

    def children(self, run_id: str) -> list[ChildRun]:
        children = [child_of(row) for row in self._store.all("children", run_id=run_id)]
        row = self._store.one("run", id=run_id)
        run = row and seen(run_of(row), self._clock())
        return [child_seen(child, run) for child in children] if run else children

    def cause(self, run: Run) -> Cause | None:
        return run.state.cause

    def cancel(self, run_id: str) -> Run:
        with self._store.transaction():
            stored, now = self._stored(run_id), self._clock()
            run = cancelled(seen(stored, now), now, by=this_process().name)
            self._store.change("save_run", **progress_row(run))
        return run

    def retry(self, run_id: str, *, again: bool = False) -> Run:
        with self._store.transaction():
            run = self._stored(run_id)
            request = retried(seen(run, self._clock()))
            before = self._run_by_key(request.deployment_id, request.idempotency_key or "")
            if before is not None and not again:
                raise retried_already(run, before)
            return self._made(request if before is None else replace(request, idempotency_key=None))

    def _stored(self, run_id: str) -> Run:
        """Return the stored run. Raises NotFound."""
        row = self._store.one("run", id=run_id)
        if row is None:
            raise no_such_run(run_id)
        return run_of(row)


def _statement(which: RunFilter) -> str:
    """Return the statement for *which*. Few runs hold slots or did not complete: these have an index."""
    if which.states and which.deployment is None and which.after is None:
        if all(state.holds_slot for state in which.states):
            return "busy_runs"
        if StateType.COMPLETED not in which.states:
            return "runs_not_completed"
    return _STATEMENTS[which.deployment is not None, which.after is not None]
