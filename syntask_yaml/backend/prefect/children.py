"""Task runs and subflow runs of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import RUN_ID, Raw, moment
from syntask_yaml.backend.prefect.pages import PAGE
from syntask_yaml.model.child_run import FLOW, TASK, ChildRun
from syntask_yaml.model.run import State, StateType

# The suffix that distinguishes tasks with the same name in keys: `module.task-1a2b3c4d`.
_DIGEST = re.compile(r"-[0-9a-f]{8}$")
_NEVER = datetime.max.replace(tzinfo=UTC)


class PrefectChildren(PrefectBase):
    """Operations on task runs and subflow runs.

    On the server, a subflow is a separate run, and has a task run of its parent as a placeholder.
    """

    def children(self, run_id: str) -> list[ChildRun]:
        found: list[ChildRun] = []
        level = [run_id] if RUN_ID.fullmatch(run_id) else []
        while level:
            tasks = self._read("task_runs", "flow_run_id", level)
            flows = self._read("flow_runs", "parent_flow_run_id", level)
            self._learn_flows(flows)
            found += self._api.parsed(lambda: list(self._children(tasks, flows)))  # noqa: B023  (called here)
            level = [raw["id"] for raw in flows]
        own = (child._replace(parent=None) if child.parent == run_id else child for child in found)
        return sorted(own, key=lambda child: (child.started or _NEVER, child.changed, child.id))

    def _read(self, kind: str, key: str, ids: Sequence[str]) -> list[Raw]:
        """Return all objects of *kind* whose *key* is one of *ids*."""
        parts = [list(ids[start : start + PAGE]) for start in range(0, len(ids), PAGE)]
        asked = ({"sort": "ID_DESC", kind: {key: {"any_": part}}} for part in parts)
        return [raw for body in asked for raw in self._server.every(kind, body)]

    def _children(self, tasks: Sequence[Raw], flows: Sequence[Raw]) -> Iterator[ChildRun]:
        places = {raw.get("parent_task_run_id") for raw in flows}
        parents = {raw["id"]: raw.get("flow_run_id") for raw in tasks}
        for raw in tasks:
            if raw["id"] not in places:
                of = _DIGEST.sub("", raw["task_key"]).rpartition(".")[2]
                yield _child(raw, TASK, of, raw.get("flow_run_id"), _upstream(raw))
        for raw in flows:
            parent = parents.get(raw.get("parent_task_run_id") or "")
            yield _child(raw, FLOW, self._flow_names.get(raw["flow_id"], ""), parent)


def _child(raw: Raw, kind: str, of: str, parent: str | None, upstream: tuple[str, ...] = ()) -> ChildRun:
    state = raw.get("state") or {}
    type_ = StateType(raw.get("state_type") or "PENDING")
    started, ended = moment(raw.get("start_time")), moment(raw.get("end_time"))
    return ChildRun(
        id=raw["id"],
        kind=kind,
        name=raw["name"],
        of=of,
        state=State(type_, raw.get("state_name") or "", state.get("message") or ""),
        changed=moment(state.get("timestamp")) or ended or started or _NEVER,
        parent=parent,
        started=started,
        ended=ended,
        attempts=raw.get("run_count") or 1,
        upstream=upstream,
    )


def _upstream(raw: Raw) -> tuple[str, ...]:
    inputs: Mapping[str, Sequence[Raw]] = raw.get("task_inputs") or {}
    each_input = (each for given in inputs.values() for each in given)
    return tuple(dict.fromkeys(each["id"] for each in each_input if each.get("input_type") == "task_run"))
