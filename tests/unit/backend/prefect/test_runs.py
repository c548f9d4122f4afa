"""Runs of a server that has made very many ahead of time."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from syntask_yaml.backend.prefect.backend import PrefectBackend
from tests.support.http_server import QuietHandler, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAST, NEXT, LAST = (f"{number:08x}-0000-4000-a000-000000000000" for number in (7, 8, 9))


def run(id: str, minutes: float) -> dict[str, Any]:
    return {
        "id": id,
        "name": "run",
        "flow_id": "f",
        "deployment_id": None,
        "state": {"type": "SCHEDULED"},
        "expected_start_time": (NOW + timedelta(minutes=minutes)).isoformat(),
    }


MADE = [run(f"{number:08x}-0000-4000-a000-000000000000", number) for number in range(1000, 2500)]
RUNS = [run(PAST, -5), run(NEXT, 1), *MADE, run(LAST, 9999)]


class Handler(QuietHandler):
    """A server that filters and sorts runs by when they are due."""

    def do_POST(self) -> None:  # noqa: N802
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chosen = asked.get("flow_runs", {})
        due = chosen.get("expected_start_time", {})
        seen = set(chosen.get("id", {}).get("not_any_", ()))
        fitting = [
            each
            for each in RUNS
            if each["id"] not in seen
            and due.get("after_", "") <= each["expected_start_time"] <= due.get("before_", "9")
        ]
        is_last_first = asked.get("sort") == "EXPECTED_START_TIME_DESC"
        fitting.sort(key=lambda each: each["expected_start_time"], reverse=is_last_first)
        self._say(200, fitting[: asked["limit"]] if self.path == "/api/flow_runs/filter" else [])

    def do_GET(self) -> None:  # noqa: N802
        self._say(404, {"detail": "Not found"})

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def test_a_past_run_is_found_by_its_beginning_however_many_are_to_come() -> None:
    """So is the next one; one that is far off is not among those that are looked at."""
    with serving(Handler) as port:
        backend = PrefectBackend.open(f"http://127.0.0.1:{port}/api", {}, clock=lambda: NOW)
        with closing(backend):
            for id_ in (PAST, NEXT):
                found = backend.run(id_[:8])
                assert found is not None
                assert found.id == id_
            assert backend.run(LAST[:8]) is None
