"""Operations on runs for commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from syntask_yaml.backend.base import LogFilter, RunFilter
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.leases import this_process
from syntask_yaml.backend.prefect.bodies import RUN_ID, Raw, moment
from syntask_yaml.backend.prefect.causes import asked_by, cause_of_end, cause_of_stop
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.logs import PrefectLogs
from syntask_yaml.backend.prefect.pages import PAGE
from syntask_yaml.backend.prefect.shapes import TEXT, Shape
from syntask_yaml.backend.run_states import cancelled, no_such_deployment, no_such_run, only_one, retried
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.run import Cause, Run, RunRequest, State, StateType

_ID_PREFIX = re.compile(r"[0-9a-f-]{1,36}")
# The number of runs searched for a prefix of an id, which the API cannot filter by.
_MAX_SEARCHED = 1000
# The number of deployments per request, and the maximal number of pages of the last runs.
_BATCH_SIZE, _MAX_PAGES = 500, 25
# The filter for runs that are not waiting.
BEGUN: Raw = {
    "state": {
        "type": {"any_": sorted(state.value for state in StateType if state is not StateType.SCHEDULED)}
    }
}
_TICK = timedelta(microseconds=1)
_STATE: Shape = {"type": str, "message": TEXT, "timestamp": TEXT}
LATEST_FIRST, NEXT_FIRST = "EXPECTED_START_TIME_DESC", "EXPECTED_START_TIME_ASC"


class PrefectRuns(PrefectLogs):
    """Operations on runs. The cause of a failed run is in its logs."""

    def create_run(self, request: RunRequest) -> Run:
        when = {"scheduled_time": request.scheduled.isoformat()} if request.scheduled else {}
        # The keys of all deployments of a flow share one namespace. A key makes the request idempotent.
        key = f"{request.deployment_id}:{request.idempotency_key}" if request.idempotency_key else new_id()
        body: dict[str, Any] = {
            "state": {"type": "SCHEDULED", "state_details": when},
            "parameters": request.parameters,
            "job_variables": self._api.dialect.references(request.job_variables),
            "tags": list(request.tags),
            "idempotency_key": key,
        }
        if request.name is not None:
            body["name"] = request.name
        place = f"/deployments/{part(request.deployment_id)}/create_flow_run"
        try:
            raw = self._server.made(place, body, "flow_runs")
        except Refused as error:
            raise no_such_deployment(request.deployment_id) if error.status == 404 else error from error
        return self._runs([raw])[0]

    def runs(self, which: RunFilter) -> list[Run]:
        parts = list(_parts(which))
        raws = [raw for part in parts for raw in self._chosen(part)]
        if len(parts) > 1:
            is_reversed = which.after is None
            raws.sort(key=lambda raw: str(raw.get("expected_start_time") or ""), reverse=is_reversed)
        return self._runs(raws[: which.limit])

    def _chosen(self, which: RunFilter) -> list[Raw]:
        """Return the runs that match one part of a filter."""
        chosen: dict[str, Any] = {}
        if which.states:
            chosen["state"] = {"type": {"any_": sorted(state.value for state in which.states)}}
        if which.of:
            chosen["deployment_id"] = {"any_": sorted(which.of)}
        if which.since is not None:
            chosen["end_time"] = {"after_": which.since.isoformat()}
        # `after_` is inclusive.
        bounds = {"before_": which.until, "after_": which.after and which.after + _TICK}
        if due := {key: bound.isoformat() for key, bound in bounds.items() if bound is not None}:
            chosen["expected_start_time"] = due
        order = LATEST_FIRST if which.after is None else NEXT_FIRST
        body: dict[str, Any] = {"sort": order}
        if which.deployment is not None:
            flow, _, name = which.deployment.partition("/")
            body |= {"flows": {"name": {"any_": [flow]}}, "deployments": {"name": {"any_": [name]}}}
        if which.pools:
            body["work_pools"] = {"name": {"any_": sorted(which.pools)}}
        return self._first(chosen, which.limit, **body)

    def last_runs(self, deployments: Collection[Stored]) -> dict[str, Run]:
        def read(ids: Sequence[str]) -> list[Raw]:
            return self._first({**BEGUN, "deployment_id": {"any_": ids}}, PAGE)

        return self._first_of_each([stored.id for stored in deployments], "deployment_id", read)

    def _first_of_each(
        self, ids: Sequence[str], key: str, read: Callable[[Sequence[str]], list[Raw]]
    ) -> dict[str, Run]:
        """Return the first run of each of *ids*, the values of *key*, in the order of *read*.

        Each page has runs of at least one id that the previous pages did not have.
        """
        left, found = list(ids), dict[str, Raw]()
        for _ in range(_MAX_PAGES):
            asked = left[:_BATCH_SIZE]
            raws = read(asked) if asked else []
            for raw in raws:
                found.setdefault(str(raw.get(key)), raw)
            is_all = len(raws) < PAGE
            left = [each for each in left[_BATCH_SIZE if is_all else 0 :] if each not in found]
        return dict(zip(found, self._runs(list(found.values())), strict=True))

    def _first(self, chosen: Raw, limit: int, *, sort: str = LATEST_FIRST, **body: Any) -> list[Raw]:
        """Return the first *limit* runs that match *chosen*. Each page starts at the last time before."""
        bound = "before_" if sort == LATEST_FIRST else "after_"
        found: dict[str, Raw] = {}
        while True:
            size = min(PAGE, limit - len(found))
            asked = {**body, "flow_runs": chosen, "sort": sort, "limit": size}
            page = self._server.listed("/flow_runs/filter", "flow_runs", asked)
            known = len(found)
            found.update((raw["id"], raw) for raw in page)
            if len(page) < size or len(found) in (limit, known):
                return list(found.values())
            due = page[-1].get("expected_start_time")
            same = [raw["id"] for raw in found.values() if raw.get("expected_start_time") == due]
            times = {**chosen.get("expected_start_time", {}), **({bound: due} if due else {})}
            chosen = {**chosen, "expected_start_time": times, "id": {"not_any_": same}}

    def run(self, id: str) -> Run | None:
        known = id.lower()
        if RUN_ID.fullmatch(known):
            raw = self._server.get(f"/flow_runs/{known}", "flow_runs")
            return None if raw is None else self._runs([raw])[0]
        if not _ID_PREFIX.fullmatch(known):
            return None
        now = self._clock().isoformat()
        # Search both directions: the latest runs could all be future ones.
        for bound, order in (("before_", LATEST_FIRST), ("after_", NEXT_FIRST)):
            read = self._first({"expected_start_time": {bound: now}}, _MAX_SEARCHED, sort=order)
            if found := [raw for raw in read if raw["id"].startswith(known)]:
                return only_one(id, self._runs(found))
        return None

    def cause(self, run: Run) -> Cause | None:
        if run.state.type in (StateType.CRASHED, StateType.FAILED):
            return cause_of_end(run, self.logs(run.id, which=LogFilter(limit=PAGE, is_newest=True)))
        if run.state.type in (StateType.CANCELLING, StateType.CANCELLED):
            return cause_of_stop(self._states(run.id))
        return None

    def _states(self, run_id: str) -> list[Raw]:
        """Return the history of the states of a run, oldest first."""
        answer = self._api.call("GET", "/flow_run_states/", query={"flow_run_id": run_id})
        self._api.check_shape(answer, [_STATE])
        return list(answer or [])

    def _existing(self, run_id: str) -> Run:
        """Return the run with that full id. Raises NotFound."""
        run = self.run(run_id) if RUN_ID.fullmatch(run_id.lower()) else None
        if run is None:
            raise no_such_run(run_id)
        return run

    def cancel(self, run_id: str) -> Run:
        run = self._existing(run_id)
        by = this_process().name
        cancelled(run, self._clock(), by=by)  # raises if it has ended
        state = {"type": "CANCELLING", "name": "Cancelling", "message": asked_by(by)}
        self._api.post(f"/flow_runs/{part(run.id)}/set_state", {"state": state, "force": False})
        return self.run(run.id) or run

    def retry(self, run_id: str, *, again: bool = False) -> Run:  # noqa: ARG002  (it is the same run)
        run = self._existing(run_id)
        # A run keeps the id of its deleted deployment, but no worker claims it.
        deployment = run.deployment_id and self._api.get(f"/deployments/{part(run.deployment_id)}")
        retried(run if deployment else replace(run, deployment_id=None))  # raises if it cannot be retried
        state = {"type": "SCHEDULED", "message": f"Retried by {this_process().name} with syntask."}
        # Without force, the server rejects it for completed runs.
        self._api.post(f"/flow_runs/{part(run.id)}/set_state", {"state": state, "force": True})
        return self.run(run.id) or run

    def _runs(self, raws: Sequence[Raw]) -> list[Run]:
        self._learn_flows(raws)
        self._look_up_deployments(raws)
        return self._api.parsed(lambda: [self._run(raw) for raw in raws])

    def _look_up_deployments(self, raws: Sequence[Raw]) -> None:
        ids = {str(raw["deployment_id"]) for raw in raws if raw.get("deployment_id")}
        ids -= self._deployment_names.keys()
        if ids:
            chosen = {"deployments": {"id": {"any_": sorted(ids)}}}
            found = self._api.every("deployments", chosen, expected=len(ids))
            self._deployment_names.update((raw["id"], raw["name"]) for raw in found)

    def _run(self, raw: Raw) -> Run:
        flow = self._flow_names.get(raw["flow_id"], "")
        name = self._deployment_names.get(raw.get("deployment_id") or "")
        state = raw.get("state") or {}
        details = state.get("state_details") or {}
        return Run(
            id=raw["id"],
            name=raw["name"],
            flow=flow,
            deployment_id=raw.get("deployment_id"),
            deployment=f"{flow}/{name}" if name is not None else None,
            state=_state(raw, state),
            parameters=raw.get("parameters") or {},
            job_variables=raw.get("job_variables") or {},
            tags=tuple(raw.get("tags") or ()),
            work_pool=raw.get("work_pool_name"),
            work_queue=raw.get("work_queue_name"),
            is_scheduled=raw.get("auto_scheduled", False),
            scheduled=moment(raw.get("expected_start_time") or details.get("scheduled_time")),
            created=moment(raw.get("created")),
            started=moment(raw.get("start_time")),
            ended=moment(raw.get("end_time")),
            worker=(raw.get("labels") or {}).get("prefect.worker.name"),
        )


def _parts(which: RunFilter) -> Iterator[RunFilter]:
    """Split a filter into parts for separate requests: by deployments, and for `since` by ended runs.

    The API combines filters by conjunction only, and runs that have not ended have no end time.
    """
    ids = sorted(which.of)
    for start in range(0, len(ids), _BATCH_SIZE) if ids else (0,):
        part = which._replace(of=frozenset(ids[start : start + _BATCH_SIZE]))
        if which.since is None:
            yield part
            continue
        wanted = which.states or frozenset(StateType)
        ended = frozenset(state for state in wanted if state.is_final)
        if ended:
            yield part._replace(states=ended)
        if wanted - ended:
            yield part._replace(states=wanted - ended, since=None)


def _state(raw: Raw, state: Raw) -> State:
    """Return the state of a run; SCHEDULED if it has none yet."""
    kind = StateType(raw.get("state_type") or "SCHEDULED")
    return State(kind, raw.get("state_name") or "", state.get("message") or "")
