"""Every code block of the guides that concerns deployments, on the embedded backend.

`tests/real/prefect/test_guides.py` has them on a server, where a stock worker executes the runs.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from syntask_yaml import api
from syntask_yaml.errors import NotFound, SyntaskError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.secret import Secret
from syntask_yaml.sdk.failures import DeployError
from tests.support.guides import BLOCKS, BY_ID, Block, write_block

# What runs to its end; `_ELSEWHERE` has the others.
_HERE = (
    "no-blocks-before",
    "local-file",
    "storage-before",
    "storage-after-deploy",
    "infrastructure-after-block",
    "infrastructure-after-url",
)
# Blocks that the embedded backend cannot do, and what it says.
_ELSEWHERE: dict[str, tuple[type[SyntaskError], str, str]] = {
    "publish": (NotFound, "kubernetes-job/my-k8s-job", "PREFECT_API_URL"),
    "infrastructure-before": (NotFound, "kubernetes-job/my-k8s-job", "PREFECT_API_URL"),
    "infrastructure-before-at-the-top": (NotFound, "kubernetes-job/my-k8s-job", "PREFECT_API_URL"),
    "image": (DeployError, "engine", ""),  # no engine answers here
}
_PULLED = {
    "no-blocks-before": "set_working_directory",
    "local-file": "set_working_directory",
    "storage-before": "git_clone",
    "storage-after-deploy": "git_clone",
    "infrastructure-after-block": "pull_with_block",
    "infrastructure-after-url": "git_clone",
}


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside the repository of the guides, on a backend with their pools and blocks."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'none.sock'}")
    with api.open_backend() as backend:
        backend.create_pool(WorkPool(name="local", type="process"))
        # The embedded backend serves no Kubernetes; containers take the same job variables.
        backend.create_pool(WorkPool(name="my-k8s-job", type="docker"))
        url = f"file://{tmp_path / 'myrepo.git'}"
        backend.create_block(api.Block("github-repository", "demo-repo", {"repository_url": url}))
        backend.create_block(api.Block("secret", "my-github-pat", {"value": Secret("hush-hush")}))
    return folder


@pytest.mark.parametrize("name", _HERE)
def test_a_block_deploys(name: str, folder: Path) -> None:
    runpy.run_path(str(write_block(BY_ID[name], folder)), run_name="__main__")

    (stored,) = api.deployments()
    deployment = stored.deployment
    assert deployment.full_name == "my-flow/my-deployment"
    assert deployment.entrypoint == "example.py:my_flow"
    assert deployment.parameters == {"name": "Marvin"}
    assert [next(iter(step)).rpartition(".")[2] for step in deployment.pull_steps] == [_PULLED[name]]
    assert (deployment.work_pool == "my-k8s-job") == (
        deployment.job_variables == {"image_pull_policy": "Never"}
    )
    assert "hush-hush" not in repr(deployment)


@pytest.mark.parametrize("name", _ELSEWHERE)
def test_a_block_says_what_is_missing(name: str, folder: Path) -> None:
    error, detail, hint = _ELSEWHERE[name]
    with pytest.raises(error, match=detail) as caught:
        runpy.run_path(str(write_block(BY_ID[name], folder)), run_name="__main__")

    assert hint in caught.value.hint
    assert api.deployments() == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.serves], ids=lambda block: block.id)
def test_a_block_serves(block: Block, folder: Path) -> None:
    """And a run of it reaches the flow, wherever the code is."""
    log = folder / "log"
    with log.open("w") as output:
        argv = [sys.executable, str(write_block(block, folder))]
        process = subprocess.Popen(argv, cwd=folder, env=os.environ, stdout=output, stderr=output)
    try:
        until = time.monotonic() + 120
        while "Serving" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        run = api.wait(api.run("my-flow/my-deployment"), timeout=120)
        assert "Good morning, Marvin." in [line.message for line in api.logs(run)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def test_every_block_is_tried() -> None:
    served = {block.id for block in BLOCKS if block.serves}
    assert {*_HERE, *_ELSEWHERE, *served} == set(BY_ID)
