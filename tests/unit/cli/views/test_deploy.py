"""What a deploy says."""

from __future__ import annotations

import pytest

from syntask_yaml.cli.views.deploy import DeployProgress
from syntask_yaml.model.events import Applied, Waiting


@pytest.mark.parametrize("event", [Applied("etl/a", "created", "", 1, 1), Waiting("somebody deploys")])
def test_what_cannot_be_said_stops_no_write(event: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of a log is full, or its reader has gone."""
    asked = []

    def fail(*words: object, **_options: object) -> None:
        asked.append(words)
        raise BrokenPipeError

    monkeypatch.setattr("click.echo", fail)
    DeployProgress(verbosity=0)(event)  # type: ignore[arg-type]
    assert len(asked) == 1
