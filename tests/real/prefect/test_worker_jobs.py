"""What real workers make of mistakes in job variables and work pools, beside what a plan says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pytest

from tests.support import container_engine
from tests.support.job_mistakes import (
    MISTAKES,
    QUEUE,
    TAKES,
    Mistake,
    differences,
    plan_says,
    server_answers,
    set_the_scene,
)
from tests.support.old_prefect import old_python
from tests.support.prefect_server import PrefectServer, version_of
from tests.support.worker_jobs import worker_verdicts

# The environment with the packages for clouds and clusters takes minutes to install.
pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(bool(container_engine.MISSING), reason=container_engine.MISSING),
]

# The kind of a server, and the environment that has the workers of its Prefect.
_WORKERS = (("sqlite", "3-workers"), ("newer", "3.9-workers"))
_LONG_AGO = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2026-01-01T00:00:00Z"}}
# Names that a cluster refuses, by checks that the schema of its API does not have.
_BEYOND_THE_SCHEMA = ({"namespace": "No_Such"}, {"service_account_name": "Bad Name!"})


@dataclass(frozen=True)
class Outcome:
    """What became of a mistake. *is_refused*: by the server, which deploys it or makes a run of it."""

    mistake: Mistake
    plan: str
    is_refused: bool
    worker: str
    why: str

    @property
    def runs(self) -> bool:
        is_beyond = self.mistake.variables in _BEYOND_THE_SCHEMA
        return self.worker == TAKES and not self.is_refused and not is_beyond


@pytest.fixture(name="outcomes", scope="module", params=_WORKERS, ids=itemgetter(0))
def _outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Outcome]]:
    """With the workers of the Prefect of our own environment, and of the newer one, each with its server."""
    kind, version = request.param
    python = old_python(version)
    server: PrefectServer = request.getfixturevalue(kind)
    server.empty()
    for desk in set_the_scene(server, tmp_path_factory.mktemp("mistakes")):
        plans = plan_says(desk, MISTAKES)
        flow = server.request("POST", "/flows/", {"name": "etl"})["id"]
        deployments = [
            answer.json()["id"] if answer.status_code == 201 else None
            for answer in server_answers(server, flow, MISTAKES)
        ]
        refused = [each is None or not _is_run_by_hand(server, each) for each in deployments]
        verdicts = _verdicts(python, server, flow, deployments)
        rows = zip(MISTAKES, plans, refused, verdicts, strict=True)
        yield [Outcome(mistake, plan, is_refused, *verdict) for mistake, plan, is_refused, verdict in rows]


def _is_run_by_hand(server: PrefectServer, deployment: str) -> bool:
    return server.answer("POST", f"/deployments/{deployment}/create_flow_run", {}).status_code == 201


def _verdicts(
    python: str, server: PrefectServer, flow: str, deployments: list[str | None]
) -> list[tuple[str, str]]:
    rows = []
    for number, (mistake, deployment) in enumerate(zip(MISTAKES, deployments, strict=True)):
        row = {
            "name": str(number),
            "pool": mistake.pool_name,
            "type": server.request("GET", f"/work_pools/{mistake.pool_name}")["type"],
            "variables": mistake.prefect_variables,
            "run": _scheduled_run(server, flow, mistake, deployment) if deployment else None,
        }
        rows.append(row)
    with container_engine.container_engine() as engine:
        for image in (f"prefecthq/prefect:{version_of(python)}-python3.11", "debian:12"):
            engine.add(image)
        found = worker_verdicts(python, rows, flow=flow, PREFECT_API_URL=server.api, DOCKER_HOST=engine.url)
    return [found[row["name"]] for row in rows]


def _scheduled_run(server: PrefectServer, flow: str, mistake: Mistake, deployment: str) -> str:
    """A run that is due, as the server makes it of a schedule: without a look at its variables."""
    where = {"work_pool_name": mistake.pool_name, "work_queue_name": mistake.queue}
    what: dict[str, Any] = {"flow_id": flow, "deployment_id": deployment, "name": "run", "state": _LONG_AGO}
    made: str = server.request("POST", "/flow_runs/", {**what, **where})["id"]
    return made


def test_workers_do_what_the_table_says(outcomes: list[Outcome]) -> None:
    assert differences(MISTAKES, [each.worker for each in outcomes], [each.worker for each in MISTAKES]) == []


def test_a_plan_is_silent_about_what_runs_and_about_nothing_else(outcomes: list[Outcome]) -> None:
    """An error is never in the way of what a worker would run as written, and nothing is lost unsaid."""
    wrong = [each for each in outcomes if (each.plan in ("", QUEUE)) != each.runs]

    assert wrong == []
