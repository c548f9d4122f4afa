"""A record comes back as it was kept, and what is none is not taken for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from syntask_yaml.model.deploy_record import DONE, FAILED, NOT_FINISHED, DeployRecord

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
RECORD = DeployRecord(project="shop", began=BEGAN, by="kim", id="1")


def test_a_record_says_how_the_deploy_ended() -> None:
    ended = replace(RECORD, ended=BEGAN, deployments={"etl/one": "created"})

    assert (RECORD.result, ended.result) == (NOT_FINISHED, DONE)
    assert replace(ended, resources={"variable region": "failed"}).result == FAILED
    assert DeployRecord.from_json("1", ended.as_json()) == ended


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {**RECORD.as_json(), "began": "soon"},
        {**RECORD.as_json(), "deployments": 5},
        {"other": 1},
    ],
)
def test_what_somebody_else_wrote_is_no_record(content: Any) -> None:
    assert DeployRecord.from_json("1", content) is None


def test_a_time_without_a_zone_is_no_time_of_a_record() -> None:
    assert DeployRecord.from_json("1", {**RECORD.as_json(), "began": "2026-03-02T00:00:00"}) is None
