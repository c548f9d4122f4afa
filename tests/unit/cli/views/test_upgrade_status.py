"""What is printed of switches: where each deployment schedules, and what needs somebody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import click
import pytest

from syntask_yaml.backend.prefect.old_schedules import Scheduling
from syntask_yaml.cli.views import upgrade_status as view
from syntask_yaml.upgrade.journal import JournalEntry, Phase
from syntask_yaml.upgrade.status import Position, Where
from syntask_yaml.upgrade.switch import Switched

DUE = datetime(2026, 1, 1, 6, tzinfo=UTC)
OLD, NEW = "http://old.example/api", "embedded:/srv/store.db"
POSITION = Position("load-orders/nightly", "load-orders/nightly", Where.OLD, next_runs=(DUE,))
ENTRY = JournalEntry(
    name="load-orders/nightly",
    old_name="load-orders/night",
    old_id="id",
    old_url=OLD,
    new_url=NEW,
    former=Scheduling(paused=False, active={"a": True}),
    phase=Phase.SWITCHED,
    began=DUE,
)


@pytest.fixture(autouse=True)
def _command() -> Iterator[None]:
    """A command that is running, which says whether to print in colors."""
    with click.Context(click.Command("status")):
        yield


def test_both_is_shown_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    view.show([replace(POSITION, where=Where.BOTH, old_name="load-orders/night")], OLD, NEW)

    said = capsys.readouterr()
    assert "load-orders/night -> load-orders/nightly" in said.out
    assert "error: `load-orders/night` schedules on both servers" in said.err
    assert "`syntask upgrade switch load-orders/nightly --old load-orders/night`" in said.err


@pytest.mark.parametrize("phase", [Phase.SWITCHING, Phase.GOING_BACK])
def test_a_switch_that_was_interrupted_is_shown(phase: Phase, capsys: pytest.CaptureFixture[str]) -> None:
    view.show([replace(POSITION, phase=phase)], OLD, NEW)

    assert f"was interrupted while {phase.value}" in capsys.readouterr().err


def test_what_is_as_it_should_be_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    view.show([replace(POSITION, phase=Phase.SWITCHED)], OLD, NEW)

    said = capsys.readouterr()
    assert "load-orders/nightly  old           2026-01-01 06:00:00Z" in said.out
    assert said.err == ""


def test_a_document_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    view.print_document([POSITION], OLD, NEW)

    assert json.loads(capsys.readouterr().out) == {
        "format": "syntask.upgrade-status/1",
        "old": OLD,
        "new": NEW,
        "deployments": [
            {
                "deployment": "load-orders/nightly",
                "new_deployment": "load-orders/nightly",
                "schedules_on": "old",
                "switch": None,
                "next_runs": ["2026-01-01T06:00:00+00:00"],
                "last_run": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("is_back", "command"),
    [
        (False, "`syntask deployment run load-orders/nightly`"),
        (True, f"`PREFECT_API_URL={OLD} prefect deployment run load-orders/night`"),
    ],
)
def test_runs_that_nobody_has_are_named(
    capsys: pytest.CaptureFixture[str], *, is_back: bool, command: str
) -> None:
    """The first ones, with the command that runs one."""
    missed = tuple(DUE + timedelta(hours=hours) for hours in range(7))

    view.show_switched(Switched(ENTRY, is_done=True, missed=missed), is_back=is_back)

    said = capsys.readouterr()
    assert "2026-01-01 10:00:00Z and 2 more." in said.err
    assert command in said.err
