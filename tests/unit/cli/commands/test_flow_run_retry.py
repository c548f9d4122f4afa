"""Which runs are retried that nobody named, and what is told of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syntask_yaml.backend import connect
from syntask_yaml.backend.base import RunFilter
from syntask_yaml.cli.commands import flow_run_retry
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.main import cli
from syntask_yaml.errors import BackendUnreachable, NotFound, UsageError
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import Run, RunRequest, State, StateType
from tests.support.memory import MemoryBackend

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Leaving(MemoryBackend):
    """One that is gone once *left* runs were retried, and that never had the run *lost*."""

    left = 1_000
    lost = ""

    def retry(self, run_id: str, *, again: bool = False) -> Run:
        if run_id == self.lost:
            raise NotFound("It was forgotten.")
        if not self.left:
            raise BackendUnreachable("No answer.")
        self.left -= 1
        return super().retry(run_id, again=again)


def failed(*, runs: int) -> Leaving:
    backend = Leaving(clock=lambda: NOW)
    deployment = Deployment(flow="f", name="d", entrypoint="x.py:x", work_pool="default")
    (written,) = backend.write([Write(None, deployment)])
    for _ in range(runs):
        backend.create_run(RunRequest(deployment_id=written.id or "", scheduled=NOW))
        claim = backend.claim("default", worker="w", now=NOW, lease=30)
        assert claim is not None
        assert backend.report(claim, State(StateType.FAILED), NOW)
    return backend


def retried(backend: MemoryBackend, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """What the command says that retries all that failed."""
    monkeypatch.setattr(connect, "OPENERS", {"memory:": lambda *_: backend})
    monkeypatch.setattr(backend, "close", lambda: None)
    context = Context(Path.cwd(), {}, backend_url="memory:", may_prompt=False)
    words = ["--failed", "--since", "2026-01-01", "--yes", *options]
    return CliRunner().invoke(
        flow_run_retry.command, words, obj=context, standalone_mode=False, **cli.context_settings
    )


def test_more_than_can_be_meant_are_none_rather_than_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever retries all that failed believes that nothing is left."""
    monkeypatch.setattr(flow_run_retry, "_MOST", 3)
    assert len(flow_run_retry._failed(failed(runs=3), NOW, None)) == 3
    with pytest.raises(UsageError, match="More than 3 runs failed"):
        flow_run_retry._failed(failed(runs=4), NOW, None)


def test_what_was_done_before_the_server_left_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run each: the ids of the new ones, and which were not attempted."""
    backend = failed(runs=4)
    backend.left = 2
    done = retried(backend, monkeypatch)
    made = {run.id for run in backend.runs(RunFilter(states=frozenset({StateType.SCHEDULED})))}
    assert done.return_value == 1
    assert set(done.stdout.split()) == made
    assert len(made) == 2
    assert done.stderr.count("failed: The run") == 2
    assert done.stderr.count("Not attempted") == 1


def test_a_document_tells_what_was_skipped_from_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = failed(runs=3)
    skipped, backend.lost, _ = (
        run.id for run in backend.runs(RunFilter(states=frozenset({StateType.FAILED})))
    )
    backend.retry(skipped)
    done = retried(backend, monkeypatch, "-o", "json")
    retries = json.loads(done.stdout)["retries"]
    assert sorted(each["action"] for each in retries) == ["failed", "retried", "skipped"]
    assert {each["action"]: each["run"] for each in retries}["failed"] == backend.lost
    assert done.return_value == 1
    assert retried(failed(runs=0), monkeypatch).return_value == 0
