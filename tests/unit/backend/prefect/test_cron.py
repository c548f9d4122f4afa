"""Which cron expressions servers do not read as we do."""

from __future__ import annotations

import pytest

from syntask_yaml.backend.prefect.cron import cron_refusal, cron_risk
from syntask_yaml.model.cron import cron_problem

LINES = (
    "* * * * *",
    "0 6 * * mon-fri",
    "0 0 L * *",
    "0 0 * * L5",
    "0 0 * * 5#2",
    "0 0 ? * *",
    "@daily",
    "*/5 8-18 * jan,jul 1-5 30",
    "0 0 15W * *",
    "0 0 w1 * *",
    "0 0 1 1 * 0 2027",
)


@pytest.mark.parametrize("line", LINES)
def test_what_a_servers_croniter_does_not_read_is_told(line: str) -> None:
    """All of these are read here."""
    croniter = pytest.importorskip("prefect._vendor.croniter").croniter

    assert cron_problem(line) is None
    assert (cron_refusal(line) is None) is croniter.is_valid(line)


def test_years_are_a_risk() -> None:
    assert [line for line in LINES if cron_risk(line)] == ["0 0 1 1 * 0 2027"]
