"""What a deploy says of deployments that could not be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from syntask_yaml.backend.base import Written
from syntask_yaml.errors import BackendUnreachable
from syntask_yaml.model.deployment import Write
from tests.support.desk import Desk
from tests.support.memory import MemoryBackend


class Vanishing(MemoryBackend):
    """A backend that is gone from the first write on."""

    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:  # noqa: ARG002
        error = BackendUnreachable("The server did not respond in time.", hint="Try again.")
        for each in writes:
            yield Written(each, error=error)
            error = error.of_the_rest


def test_what_was_not_attempted_is_said_once_with_why(tmp_path: Path) -> None:
    """However many there are: the first one shows the failure, the others are counted."""
    desk = Desk(tmp_path, backend=Vanishing())
    desk.declare(*["tags: [a]"] * 4)

    outcome = desk.deploy()

    unwritten = [each for each in outcome.diagnostics if each.code == "backend-unreachable"]
    assert [(each.detail, each.entries) for each in unwritten] == [
        ("`etl/d0`: The server did not respond in time.", ("etl/d0",)),
        (
            "Not attempted, because the server stopped responding: The server did not respond in time.",
            ("etl/d1", "etl/d2", "etl/d3"),
        ),
    ]
    assert [each.action for each in outcome.results] == ["failed"] * 4
