"""Convert runs and their logs to and from rows."""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from syntask_yaml.backend.embedded.codec import from_json, from_moment, to_json, to_moment, to_text
from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.run import Cause, CauseKind, LogLine, Run, State, StateType


def run_row(run: Run, *, schedule_id: str | None = None, key: str | None = None) -> dict[str, Any]:
    """Return the values for `insert_run`, unique by *schedule_id* and time or by the idempotency *key*."""
    return {
        "id": run.id,
        "name": run.name,
        "flow": run.flow,
        "deployment": run.deployment or "",
        "deployment_id": run.deployment_id,
        "schedule_id": schedule_id,
        "idempotency_key": key,
        **state_row(run.state),
        "parameters": to_json(run.parameters),
        "job_variables": to_json(run.job_variables),
        "tags": to_json(run.tags),
        "work_pool": run.work_pool,
        "work_queue": run.work_queue,
        "is_scheduled": run.is_scheduled,
        "due": run.scheduled and to_moment(run.scheduled),
        "created": run.created and to_moment(run.created),
    }


def state_row(state: State) -> dict[str, str]:
    return {"state": state.type.value, "state_name": to_text(state.name), "message": to_text(state.message)}


def progress_row(run: Run, *, is_restart: bool = False) -> dict[str, Any]:
    """Return the values for `save_run`: the mutable columns."""
    return {
        "id": run.id,
        **state_row(run.state),
        "cause": run.state.cause and _cause_text(run.state.cause),
        "started": run.started and to_moment(run.started),
        "ended": run.ended and to_moment(run.ended),
        "holds_slot": run.state.type.holds_slot,
        "is_restart": is_restart,
    }


# The columns of `runs`, in order. Reading them by name takes a third longer, and lists have hundreds of runs.
_RunRow = namedtuple(
    "_RunRow",
    "id name flow deployment deployment_id schedule_id idempotency_key state state_name message parameters "
    "job_variables tags work_pool work_queue is_scheduled due created started ended worker token leased_from "
    "leased_until restarts cause",
)
COLUMNS = _RunRow._fields


def run_of(row: sqlite3.Row) -> Run:
    """Return the run in a row that starts with the columns of `runs`."""
    of = _RunRow._make(row[: len(COLUMNS)])
    return Run(
        id=of.id,
        name=of.name,
        flow=of.flow,
        deployment_id=of.deployment_id,
        deployment=of.deployment or None,
        state=_state(of.state, of.state_name, of.message, of.cause),
        parameters=_mapping(of.parameters),
        job_variables=_mapping(of.job_variables),
        tags=tuple(from_json(of.tags)) if of.tags != "[]" else (),
        work_pool=of.work_pool,
        work_queue=of.work_queue,
        is_scheduled=bool(of.is_scheduled),
        scheduled=from_moment(of.due),
        created=from_moment(of.created),
        started=from_moment(of.started),
        ended=from_moment(of.ended),
        worker=of.worker,
        held_until=from_moment(of.leased_until),
    )


@lru_cache(maxsize=64)  # most runs of a list share a few states
def _state(type: str, name: str, message: str, cause: str | None) -> State:
    return State(StateType(type), name, message, _cause(cause) if cause else None)


def _mapping(text: str) -> dict[str, Any]:
    # A fast path: most runs have none.
    values: dict[str, Any] = {} if text == "{}" else from_json(text)
    return values


def _cause_text(cause: Cause) -> str:
    fields = {**asdict(cause), "kind": cause.kind.value, "at": cause.at and to_moment(cause.at)}
    return to_json({key: value for key, value in fields.items() if value not in (None, "")})


def _cause(text: str) -> Cause:
    fields = from_json(text)
    return Cause(**{**fields, "kind": CauseKind(fields["kind"]), "at": from_moment(fields.get("at"))})


def log_row(run_id: str, number: int, line: LogLine) -> tuple[Any, ...]:
    """Return the values for `insert_log`."""
    time, logger, message = to_moment(line.timestamp), to_text(line.logger), to_text(line.message)
    return run_id, number, time, line.level, logger, message, line.task


def log_line(row: sqlite3.Row) -> LogLine:
    return LogLine(from_moment(row["time"]), row["level"], row["message"], row["logger"], row["task_run_id"])


def child_row(run_id: str, number: int, child: ChildRun) -> dict[str, Any]:
    """Return the values for `put_child`."""
    return {
        "run_id": run_id,
        "number": number,
        "id": child.id,
        "parent": child.parent,
        "kind": child.kind,
        "name": to_text(child.name),
        "of": to_text(child.of),
        **state_row(child.state),
        "changed": to_moment(child.changed),
        "started": child.started and to_moment(child.started),
        "ended": child.ended and to_moment(child.ended),
        "attempts": child.attempts,
        "upstream": to_json(child.upstream),
    }


def child_of(row: sqlite3.Row) -> ChildRun:
    return ChildRun(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        of=row["of"],
        state=State(StateType(row["state"]), row["state_name"], row["message"]),
        changed=from_moment(row["changed"]),
        parent=row["parent"],
        started=from_moment(row["started"]),
        ended=from_moment(row["ended"]),
        attempts=row["attempts"],
        upstream=tuple(from_json(row["upstream"])),
    )
