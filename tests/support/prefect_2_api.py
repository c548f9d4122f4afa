"""As much of the API of a Prefect 2 server as a switch asks for, in this process: no server is started.

A request that changes schedules deletes the runs that are to come, as servers of 2.17 and later do, and the
parameters of a schedule that it does not send along, as those of 3.8.8 and 3.9.1 do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.http_server import QuietHandler, serving

_ID = "5a734f3a-0d0f-4f78-874c-5487fdf266f7"
_FLOW = {"id": "0f0f0f0f-0d0f-4f78-874c-5487fdf266f7", "name": "load-orders"}


@dataclass
class Prefect2Api:
    """One deployment, `load-orders/often`, with schedules and runs."""

    url: str = ""
    runs: list[dict[str, Any]] = field(default_factory=list)
    deployment: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def schedule(self, *active: bool, paused: bool = False) -> None:
        """Have so many schedules, each active or not, and no runs."""
        schedules = [
            {"id": f"schedule-{number}", "active": each, "schedule": {"cron": "0 6 * * *"}}
            for number, each in enumerate(active)
        ]
        self.deployment = {"id": _ID, "name": "often", "flow_id": _FLOW["id"], "schedules": schedules}
        self.deployment |= {"paused": paused, "work_pool_name": "agents", "tags": [], "parameters": {}}
        self.runs = []

    def run(self, due: datetime, state: str = "SCHEDULED", *, is_scheduled: bool = True) -> dict[str, Any]:
        """Have one more run."""
        made = {
            "id": f"run-{len(self.runs)}",
            "name": "a-run",
            "flow_id": _FLOW["id"],
            "deployment_id": _ID,
            "expected_start_time": due.isoformat(),
            "state_type": state,
            "auto_scheduled": is_scheduled,
        }
        self.runs.append(made)
        return made

    @property
    def active(self) -> list[bool]:
        return [each["active"] for each in self.deployment["schedules"]]

    @property
    def is_on(self) -> bool:
        return not self.deployment["paused"] and any(self.active)

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The JSON of the answer; None for what there is not."""
        self.asked.append(f"{method} {path}")
        for pattern, answer in self._routes().items():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                return answer(found, body)
        return None

    def _routes(self) -> dict[str, Callable[[re.Match[str], Any], Any]]:
        place = f"/deployments/{_ID}"
        return {
            "GET /admin/version": lambda _found, _body: "2.20.25",
            "POST /deployments/filter": lambda _found, body: [] if body["offset"] else [self.deployment],
            "POST /flows/filter": lambda _found, body: [] if body["offset"] else [_FLOW],
            "POST /flow_runs/filter": lambda _found, body: self._filtered(body),
            "POST /(?:work_pools|work_queues|concurrency_limits)/filter": lambda _found, _body: [],
            f"GET {place}": lambda _found, _body: self.deployment,
            f"PATCH {place}": lambda _found, body: self._change(self.deployment, body),
            f"PATCH {place}/schedules/schedule-([0-9])": lambda found, body: self._change(
                self.deployment["schedules"][int(found[1])], {"parameters": {}, **body}
            ),
        }

    def _filtered(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        chosen = body.get("flow_runs", {})
        states = chosen.get("state", {}).get("type", {}).get("any_")
        after = chosen.get("expected_start_time", {}).get("after_", "")
        found = (
            run
            for run in self.runs
            if (states is None or run["state_type"] in states)
            and (not after or _moment(run["expected_start_time"]) >= _moment(after))
        )
        start = body.get("offset", 0)
        return list(found)[start : start + body["limit"]]

    def _change(self, changed: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        changed.update(body)
        self.runs = [
            run for run in self.runs if run["state_type"] != "SCHEDULED" or not run["auto_scheduled"]
        ]
        return {}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@contextmanager
def prefect_2_api() -> Iterator[Prefect2Api]:
    """The API on a free port."""
    api = Prefect2Api()

    class Handler(QuietHandler):
        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0].removeprefix("/api")
            answer = api.answer(self.command, path, json.loads(content) if content else None)
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815

    with serving(Handler) as port:
        api.url = f"http://127.0.0.1:{port}/api"
        yield api
