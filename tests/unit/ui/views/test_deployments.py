"""The list of deployments: every one of them is on a page, with its last and its next run."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Schedule
from tests.support.hostile_store import NOW
from tests.support.pages import served

_ROW = re.compile(r"<tr>(<td>.*?</td>)</tr>", re.DOTALL)
_NEXT = re.compile(r'rel="next" href="([^"]*)"')


def test_each_deployment_is_on_one_page(tmp_path: Path) -> None:
    """Also of those that are searched for, from the first page to the last one and back."""
    names = [f"n{number:03}" for number in range(250)]
    found: dict[str, list[str]] = {}
    with closing(EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)) as backend:
        made = [
            Deployment(flow="etl", name=name, tags=("even",) * (int(name[1:]) % 2 == 0)) for name in names
        ]
        assert all(not each.error for each in backend.write([Write(None, each) for each in made]))
        with served(backend, clock=lambda: NOW) as client:
            for first in ("/deployments", "/deployments?search=EVEN"):
                place: str | None = first
                found[first] = []
                while place:
                    page = client.get(place.replace("&amp;", "&")).raise_for_status().text
                    found[first] += re.findall(r'href="/deployment\?name=etl%2F(\w+)"', page)
                    following = _NEXT.search(page)
                    place = following and following[1]
            last = client.get("/deployments?skip=200").text
            beyond = client.get("/deployments?skip=5000").text

    assert found == {"/deployments": names, "/deployments?search=EVEN": names[::2]}
    assert "201 to 250 of 250 found." in last
    assert 'rel="prev" href="/deployments?skip=100"' in last
    assert "There are no more deployments." in beyond


def test_a_row_has_the_last_and_the_next_run(tmp_path: Path) -> None:
    with closing(EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)) as backend:
        daily = Schedule(timing=Cron("0 6 * * *"))
        deployment = Deployment(flow="etl", name="daily", work_pool="default", schedules=(daily,))
        (written,) = backend.write([Write(None, deployment)])
        backend.create_run(RunRequest(deployment_id=str(written.id)))
        claim = backend.claim("default", worker="w", now=NOW, lease=60)
        assert claim is not None
        backend.report(claim, State(StateType.RUNNING), NOW)
        backend.report(claim, State(StateType.FAILED), NOW + timedelta(seconds=90))
        with served(backend, clock=lambda: NOW) as client:
            (row,) = _ROW.findall(client.get("/deployments").text)
            (listed,) = client.get("/api/deployments").json()["deployments"]

    assert "2026-03-03T06:00:00" in row
    assert f"/runs/{claim.run.id}" in row
    assert "Failed" in row
    assert "1 min 30 s" in row
    assert (listed["last_run"]["id"], listed["next_run"][:16]) == (claim.run.id, "2026-03-03T06:00")
