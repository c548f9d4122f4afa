"""What a plan and a server say of mistakes in job variables and work pools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.job_mistakes import MISTAKES, differences, plan_says, server_answers, set_the_scene
from tests.support.prefect_server import PrefectServer


@pytest.fixture(name="desk")
def _desk(empty: PrefectServer, tmp_path: Path) -> Iterator[Desk]:
    yield from set_the_scene(empty, tmp_path)


def test_a_plan_says_what_a_worker_would(desk: Desk, empty: PrefectServer) -> None:
    """Of each mistake; the server is asked for the same deployment, with a schedule."""
    flow = empty.request("POST", "/flows/", {"name": "etl"})["id"]

    said = plan_says(desk, MISTAKES)

    assert differences(MISTAKES, said, [each.plan for each in MISTAKES]) == []
    answers = [each.status_code for each in server_answers(empty, flow, MISTAKES)]
    assert differences(MISTAKES, answers, [each.server for each in MISTAKES]) == []
