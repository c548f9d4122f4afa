"""What deployments are called in results and hints: the name of the flow, a slash, their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.errors import NotFound
from syntask_yaml.model.value import known
from tests.support.desk import Desk

FLOWS = """\
from syntask import flow


@flow
def load_orders(source: str = "s3") -> None: ...


@flow(name="monthly report")
def make_report(source: str = "s3") -> None: ...
"""
ENTRIES = """\
deployments:
  - {name: default, entrypoint: "flows.py:load_orders", work_pool: {name: absent}}
  - {name: default, entrypoint: "flows.py:make_report", tags: ["{{ $ABSENT }}"]}
  - {name: "{{ $STAGE }}", entrypoint: "flows.py:make_report", parameters: {typo: 1}}
  - {name: default, entrypoint: "flows.py:load_itemz"}
"""


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, environ={"STAGE": "dev"})
    desk.write(FLOWS, "flows.py")
    desk.write(ENTRIES)
    return desk


def test_entries_that_fail_are_called_as_they_would_be_deployed(desk: Desk) -> None:
    """With the name of the flow, or where only the function is known, the one that it would have."""
    outcome = desk.deploy(keep_going=True)

    assert [(each.deployment, each.action) for each in outcome.results] == [
        ("load-orders/default", "failed"),
        ("monthly report/default", "failed"),
        ("monthly report/dev", "failed"),
        ("load-itemz/default", "failed"),
    ]


def test_a_name_that_means_nothing_lists_the_names_that_there_are(desk: Desk) -> None:
    with pytest.raises(NotFound) as raised:
        desk.plan("something-else")

    names = ("load-orders/default", "monthly report/default", "monthly report/dev", "load-itemz/default")
    assert raised.value.hint == f"Available deployments: {', '.join(f'`{name}`' for name in names)}."


@pytest.mark.parametrize("name", ["syntask.yaml", "prefect.yaml"])
def test_a_list_under_schedule_is_read_as_schedules(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path)
    desk.declare("schedule: [{cron: '0 2 * * *'}, {interval: 60}]", "schedules: [{interval: 60}]", name=name)
    desk.deploy()

    assert [len(known(desk.deployed(each).schedules) or ()) for each in ("d0", "d1")] == [2, 1]
