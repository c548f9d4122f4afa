"""The runner for containers, without an engine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from syntask_yaml.backend.queue import Claim
from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.worker.runner.base import Legacy
from syntask_yaml.worker.runner.docker import adopt_container, find_engine
from tests.support.memory import MemoryBackend


def test_a_worker_whose_folder_was_replaced_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` runs in the folder of the project, and somebody may replace that as a whole."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.rmtree(folder)
    environ = {"DOCKER_HOST": f"unix://{tmp_path / 'nobody.sock'}"}

    with pytest.raises(EngineFailed):
        find_engine(environ)
    run = Run(
        id="0" * 8,
        name="run",
        flow="f",
        deployment_id=None,
        deployment=None,
        state=State(StateType.RUNNING),
    )
    legacy = Legacy(
        claim=Claim(run=run, token="t", pool_type="docker"),
        backend=MemoryBackend(),
        environ=environ,
        directory=tmp_path / "run",
    )
    running = adopt_container(legacy)
    running.let_go()
    running.life.join(5)
