"""History: each deploy is kept, and found by any process, the newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.deploy_record import DeployRecord

BEGAN = datetime(2026, 3, 2, 12, 0, 30, 250000, tzinfo=UTC)
KIOSK = DeployRecord(
    project="kiosk:prod ä", began=BEGAN, by="kim", commit="a1" * 20, branch="main", dirty=True
)
MALL = DeployRecord(project="mall", began=BEGAN, by="kim")


def test_a_deploy_is_found_as_it_began_and_as_it_ended(backend: Backend, twin: Backend) -> None:
    """Beside those of others, and under its own id."""
    begun = backend.record_deploy(KIOSK)
    assert list(twin.deploy_records(KIOSK.project)) == [begun]
    assert replace(begun, id="") == KIOSK

    other = twin.record_deploy(MALL)
    ended = replace(
        begun,
        ended=BEGAN + timedelta(seconds=2),
        summary={"created": 1, "failed": 1},
        deployments={"etl/ü": "created", "etl/two": "failed"},
        resources={"work pool small": "created"},
    )
    assert backend.record_deploy(ended) == ended
    assert list(twin.deploy_records(KIOSK.project)) == [ended]
    assert list(twin.deploy_records("kiosk")) == []
    assert list(islice(twin.deploy_records(), 2)) == [other, ended]


def test_deploys_are_read_page_by_page(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    for adapter in "embedded", "prefect":
        monkeypatch.setattr(f"syntask_yaml.backend.{adapter}.history._PAGE_SIZE", 2)
    records = [backend.record_deploy(replace(MALL, project="many", by=str(number))) for number in range(5)]

    assert list(backend.deploy_records("many")) == records[::-1]
