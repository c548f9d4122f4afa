"""Logs of runs."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from syntask_yaml.backend.base import ALL_LINES, LogFilter
from syntask_yaml.backend.clock import Clock
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import RUN_ID, Raw, moment
from syntask_yaml.backend.prefect.pages import OVERLAP, PAGE
from syntask_yaml.model.run import LogLine

# The number of logs whose position is cached.
_MOST_FOLLOWED = 50


class PrefectLogs(PrefectBase):
    """Operations on logs. Ids of read lines are cached, for clients that poll the log of a run."""

    def __init__(self, api: Api, clock: Clock) -> None:
        super().__init__(api, clock)
        self._shown: dict[tuple[str, LogFilter], tuple[int, Mapping[str, Raw]]] = {}
        self._lock = Lock()

    def logs(self, run_id: str, *, after: int = 0, which: LogFilter = ALL_LINES) -> list[LogLine]:
        if not RUN_ID.fullmatch(run_id.lower()):
            return []
        raws = self._last(run_id, which) if which.is_newest else self._next(run_id, after, which)
        return self._api.parsed(lambda: [_line(raw) for raw in raws])

    def _last(self, run_id: str, which: LogFilter) -> list[Raw]:
        body = {"logs": _logs(run_id, which), "sort": "TIMESTAMP_DESC"}
        if which.limit is not None and which.limit <= PAGE:  # one page needs no overlap
            return self._server.listed("/logs/filter", "logs", {**body, "limit": which.limit})[::-1]
        return self._server.pages("logs", body).all(enough=which.limit)[: which.limit][::-1]

    def _next(self, run_id: str, after: int, which: LogFilter) -> list[Raw]:
        shown = self._shown_of(run_id, which, after)
        start = max(0, after - OVERLAP) if shown else after
        known = dict(shown)
        body = {"logs": _logs(run_id, which), "sort": "TIMESTAMP_ASC"}
        enough = None if which.limit is None else len(shown) + which.limit
        self._server.pages("logs", body, known).all(start=start, enough=enough)
        new = list(known.values())[len(shown) : enough]
        self._keep(run_id, which, after + len(new), {**shown, **{raw["id"]: {} for raw in new}})
        return new

    def _shown_of(self, run_id: str, which: LogFilter, after: int) -> Mapping[str, Raw]:
        """Return the ids of the lines read, if there were *after* of them; empty otherwise."""
        with self._lock:
            position, shown = self._shown.get((run_id, which), (0, {}))
        return shown if position == after else {}

    def _keep(self, run_id: str, which: LogFilter, position: int, shown: Mapping[str, Raw]) -> None:
        """Cache the lines read, and drop the oldest log. *shown* is shared, and must not change."""
        with self._lock:
            self._shown.pop((run_id, which), None)
            self._shown[run_id, which] = position, shown
            if len(self._shown) > _MOST_FOLLOWED:
                del self._shown[next(iter(self._shown))]


def _logs(run_id: str, which: LogFilter) -> Raw:
    """Return *which* as a filter of the API."""
    chosen: dict[str, Any] = {"flow_run_id": {"any_": [run_id]}, "level": {"ge_": which.level}}
    if which.since is not None:
        chosen["timestamp"] = {"after_": which.since.isoformat()}
    if which.tasks:
        chosen["task_run_id"] = {"any_": list(which.tasks)}
    return chosen


def _line(raw: Raw) -> LogLine:
    timestamp = moment(raw["timestamp"])
    if timestamp is None:
        raise ValueError("a line has no timestamp")
    return LogLine(timestamp, raw["level"], raw["message"], raw["name"], raw.get("task_run_id"))
