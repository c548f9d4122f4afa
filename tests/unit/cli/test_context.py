"""What a command opens for what it is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.cli.context import Context


@pytest.fixture(name="log")
def _log() -> Iterator[logging.Logger]:
    log = logging.getLogger("syntask.backend")
    yield log
    log.setLevel(logging.NOTSET)


@pytest.mark.parametrize(("verbosity", "is_said"), [(-1, False), (0, True), (1, True)])
def test_a_quiet_command_does_not_say_that_it_waits_for_a_server(
    verbosity: int, is_said: bool, log: logging.Logger, tmp_path: Path
) -> None:
    context = Context(tmp_path, {}, backend_url="http://127.0.0.1:1/api", verbosity=verbosity)

    with context.backend():
        assert log.isEnabledFor(logging.WARNING) is is_said
