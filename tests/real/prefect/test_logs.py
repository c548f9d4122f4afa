"""The log of a run on a real server: lines that are on more pages than one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from syntask_yaml.backend.base import LogFilter
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest
from tests.support.prefect_server import PrefectServer

_BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
_LINES = 700


@pytest.fixture(name="run")
def _run(sqlite: PrefectServer) -> Iterator[tuple[PrefectBackend, str]]:
    """A run whose log has so many lines, each tenth of them a warning."""
    sqlite.empty()
    with closing(PrefectBackend.open(sqlite.api, {})) as backend:
        (written,) = backend.write([Write(None, Deployment(flow="etl", name="prod", entrypoint="f.py:etl"))])
        run = backend.create_run(RunRequest(deployment_id=str(written.id))).id
        lines = [
            {
                "name": "flow_run",
                "level": 20 if number % 10 else 30,
                "message": f"line {number}",
                "timestamp": (_BEGIN + timedelta(milliseconds=number)).isoformat(),
                "flow_run_id": run,
            }
            for number in range(_LINES)
        ]
        for at in range(0, _LINES, 100):
            sqlite.request("POST", "/logs/", lines[at : at + 100])
        yield backend, run
    sqlite.empty()


def test_the_last_lines_are_those_whatever_their_number(run: tuple[PrefectBackend, str]) -> None:
    """Also of more than the server gives at once, and of those that are meant."""
    backend, run_id = run
    every, warnings = list(range(_LINES)), list(range(0, _LINES, 10))

    for count in (1, 200, 201, 450, 700, 1000):
        last = backend.logs(run_id, which=LogFilter(limit=count, is_newest=True))
        worse = backend.logs(run_id, which=LogFilter(level=30, limit=count, is_newest=True))

        assert [int(line.message.split()[1]) for line in last] == every[-count:]
        assert [int(line.message.split()[1]) for line in worse] == warnings[-count:]
