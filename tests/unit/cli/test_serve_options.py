"""The options of `serve` and `dev`."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.cli.serve_options import ServeArguments
from syntask_yaml.errors import UsageError

_TYPED: dict[str, Any] = {
    "names": (),
    "all": False,
    "strict": False,
    "allow_unset": False,
    "no_load": True,
    "port": 4281,
    "limit": 3,
}


def test_a_service_is_started_with_what_was_typed_and_whatever_is_wrong() -> None:
    typed = {**_TYPED, "shows_pages": True, "wait_for_runs": None, "start_anyway": False, "install": "cron"}
    arguments = ServeArguments.of(**typed)

    assert arguments.as_service(60) == [
        *("--no-load", "--limit=3", "--wait-for-runs=60s", "--ui", "--port=4281"),
        *("--start-anyway", "--unless-running"),
    ]


def test_dev_shows_pages_and_neither_stops_for_errors_nor_waits_for_runs() -> None:
    arguments = ServeArguments.of_dev(**_TYPED, opens_pages=False)

    assert (arguments.shows_pages, arguments.start_anyway, arguments.wait_for_runs) == (True, True, 0.0)


def test_all_and_names_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="cannot be combined"):
        ServeArguments.of_dev(**{**_TYPED, "opens_pages": False, "names": ("one",), "all": True})
