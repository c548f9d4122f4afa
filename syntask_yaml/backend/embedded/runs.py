"""Runs, as commands see them."""

from __future__ import annotations

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import to_json, to_moment
from syntask_yaml.backend.embedded.deployment_rows import stored_deployments
from syntask_yaml.backend.embedded.run_rows import log_line, progress_row, run_of, run_row
from syntask_yaml.backend.run_states import (
    CANDIDATES,
    cancelled,
    no_such_deployment,
    no_such_run,
    only_one,
    requested_run,
    seen,
)
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.run import LogLine, Run, RunRequest

# By whether runs of one deployment are asked for, and whether those that are due later.
_STATEMENTS = {
    (False, False): "runs",
    (False, True): "coming_runs",
    (True, False): "runs_of_deployment",
    (True, True): "coming_runs_of_deployment",
}


class EmbeddedRuns(EmbeddedBase):
    """The verbs about runs."""

    def create_run(self, request: RunRequest) -> Run:
        with self._store.transaction():
            stored = self._deployment(request.deployment_id)
            key = request.idempotency_key
            if key and (row := self._store.one("run_by_key", deployment_id=stored.id, idempotency_key=key)):
                return run_of(row)
            run = requested_run(request, stored, self._clock())
            self._store.change("insert_run", **run_row(run, key=key))
        return run

    def _deployment(self, id: str) -> Stored:
        for stored in stored_deployments(self._store.all("deployment", id=id)):
            return stored
        raise no_such_deployment(id)

    def runs(self, which: RunFilter) -> list[Run]:
        values = {
            "states": to_json([state.value for state in which.states]) if which.states else None,
            "until": None if which.until is None else to_moment(which.until),
            "after": None if which.after is None else to_moment(which.after),
            "deployment": which.deployment,
            "limit": which.limit,
        }
        statement = _STATEMENTS[which.deployment is not None, which.after is not None]
        rows = self._store.all(statement, **values)
        now = self._clock()
        return [seen(run_of(row), now) for row in rows]

    def run(self, id: str) -> Run | None:
        found = self._store.all("runs_by_prefix", prefix=id.lower(), limit=CANDIDATES + 1) if id else []
        run = only_one(id, [run_of(row) for row in found])
        return run and seen(run, self._clock())

    def logs(self, run_id: str, *, after: int = 0) -> list[LogLine]:
        return [log_line(row) for row in self._store.all("logs", run_id=run_id, after=after)]

    def cancel(self, run_id: str) -> Run:
        with self._store.transaction():
            row = self._store.one("run", id=run_id)
            if row is None:
                raise no_such_run(run_id)
            run = cancelled(run_of(row), self._clock())
            self._store.change("save_run", **progress_row(run))
        return run
