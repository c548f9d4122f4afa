"""What deployments are called in results and hints: the name of the flow, a slash, their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.model.value import known
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import Action
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


@pytest.mark.parametrize("text", ["default", "load-orders/default"])
def test_a_name_in_the_place_of_an_entrypoint_has_a_hint(desk: Desk, text: str) -> None:
    """Also one with its flow, which looks like a path."""
    with pytest.raises(UsageError) as raised:
        make_plan(desk.context, Request(selection=Selection(entrypoint=text)))

    assert raised.value.hint == f"Did you mean `-n {text}`?"


@pytest.mark.parametrize("name", ["syntask.yaml", "prefect.yaml"])
def test_a_list_under_schedule_is_read_as_schedules(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path)
    desk.declare("schedule: [{cron: '0 2 * * *'}, {interval: 60}]", "schedules: [{interval: 60}]", name=name)
    desk.deploy()

    assert [len(known(desk.deployed(each).schedules) or ()) for each in ("d0", "d1")] == [2, 1]


def test_a_project_of_resources_alone_is_meant_as_a_whole(desk: Desk) -> None:
    """A project that declares neither is told so."""
    whole = Request(selection=Selection())
    desk.write("name: platform\nresources: {variables: {region: north}}\n")
    (variable,) = make_plan(desk.context, whole).plan.resources
    assert (variable.full_name, variable.action) == ("variable region", Action.CREATE)

    # What is to be overridden is not there.
    with pytest.raises(UsageError, match="`--tag` can override only one deployment, and 0 are selected"):
        make_plan(desk.context, replace(whole, overrides=Overrides(tags=("x",))))

    desk.write("name: platform\nresources: {}\n")
    with pytest.raises(NotFound, match="declares neither deployments nor resources"):
        make_plan(desk.context, whole)
