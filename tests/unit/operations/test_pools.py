"""Commands that messages about work pools name."""

from __future__ import annotations

import shlex

import pytest

from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.operations.pools import resumes, start_command, why_run_waits
from tests.support.memory import MemoryBackend


@pytest.mark.parametrize("is_paused", [True, False])
def test_a_command_can_be_pasted_whatever_the_name(is_paused: bool) -> None:
    """A server lets names have spaces."""
    queue = WorkQueue(pool="my pool", name="very high", is_paused=is_paused, concurrency_limit=0)
    command, _ = resumes(queue)
    assert shlex.split(command)[3:6] == ["very high", "--pool", "my pool"]
    command, _ = resumes(WorkPool(name="my pool", type="process", is_paused=is_paused))
    assert shlex.split(command)[3] == "my pool"
    assert shlex.split(start_command("my pool"))[-1] == "my pool"


def test_a_run_without_a_pool_is_said_to_wait() -> None:
    """Also where somebody deleted the pool since."""
    backend = MemoryBackend()

    assert "in no work pool" in why_run_waits(backend, None, "default")[0]
    assert "Run `syntask work-pool create 'my pool'`" in why_run_waits(backend, "my pool", "default")[0]
