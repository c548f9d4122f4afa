"""Containers that go on by themselves."""

from __future__ import annotations

import pytest

from syntask_yaml.steps.docker.containers import Container


@pytest.mark.parametrize("status", ["exited", "stopped"])
def test_a_container_that_ended_also_has_for_podman(status: str) -> None:
    container = Container("a1", {}, status)
    assert container.has_begun
    assert container.has_ended


def test_a_container_that_runs_has_not_ended() -> None:
    assert not Container("a1", {}, "running").has_ended
