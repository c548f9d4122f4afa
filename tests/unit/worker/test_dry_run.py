"""The start of a run, without its flow."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.worker.dry_run import dry_run
from tests.support.memory import MemoryBackend


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"command": "sh 'x"}, "No closing quotation"),
        ({"env": {"A": "x\0y"}}, "null byte"),
        ({"env": {"A=B": "x"}}, "illegal environment variable name"),
        ({"env": ["A=x"]}, "`env` is not a mapping"),
    ],
)
def test_what_no_process_can_be_started_with_is_a_failure(variables: dict[str, Any], said: str) -> None:
    """As it is for a worker."""
    deployment = Deployment(
        flow="f", name="d", entrypoint="x.py:x", work_pool="default", job_variables=variables
    )
    result = dry_run(deployment, MemoryBackend(), environ={}, timeout=20, notify=lambda _event: None)
    assert result.failure is not None
    assert (result.failure.stage, said in result.failure.detail) == ("start", True)
