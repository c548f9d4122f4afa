"""The code blocks of the guides that deploy to a real server, where a stock worker executes the runs."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml import api
from tests.support.guides import BLOCKS, BY_ID, Block, create_old_block, write_block
from tests.support.prefect_server import PrefectServer, stock_worker
from tests.support.served import messages

pytestmark = pytest.mark.torture

# What deploys, and the work pool that its runs are in. `publish` and `image` are tested with what they make.
_POOLS = {
    "no-blocks-before": "default",
    "storage-before": "default",
    "local-file": "local",
    "storage-after-deploy": "local",
    "infrastructure-before": "my-k8s-job",
    "infrastructure-before-at-the-top": "my-k8s-job",
    "infrastructure-after-block": "my-k8s-job",
    "infrastructure-after-url": "my-k8s-job",
}
_SAID = "Good morning, Marvin."
_PATIENCE = 400.0


@pytest.fixture(name="folder")
def _folder(sqlite: PrefectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder beside the repository of the guides, on a server that has their pools and blocks meanwhile."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, value in sqlite.client_environ.items():
        monkeypatch.setenv(name, value)
    _clear(sqlite)
    sqlite.create_pool("default")
    sqlite.create_pool("local")
    sqlite.create_pool("my-k8s-job", base_job_template=_with_kubernetes_variables(sqlite))
    create_old_block(sqlite, "kubernetes-job", "my-k8s-job", {"namespace": "flows"})
    create_old_block(sqlite, "github", "demo-repo", {"repository": f"file://{tmp_path / 'myrepo.git'}"})
    with api.open_backend() as backend:
        backend.create_block(api.Block("secret", "my-github-pat", {"value": "hush-hush"}))
    yield folder
    _clear(sqlite)


def _clear(server: PrefectServer) -> None:
    server.empty()
    for block in server.every("block_documents"):
        server.request("DELETE", f"/block_documents/{block['id']}")


def _with_kubernetes_variables(server: PrefectServer) -> Any:
    """What a process worker takes, and what the blocks say of a Kubernetes job, which nobody starts here."""
    template = server.template("process")
    kubernetes = server.template("kubernetes")["variables"]["properties"]
    template["variables"]["properties"] = {**kubernetes, **template["variables"]["properties"]}
    return template


def _has_said(run: api.Run) -> bool:
    """Whether the run logged what it has to. Prefect sends lines up to two seconds after the end of a run."""
    until = time.monotonic() + _PATIENCE
    while _SAID not in messages(run):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("pool", sorted(set(_POOLS.values())))
def test_a_stock_worker_executes_what_the_blocks_deploy(
    pool: str, sqlite: PrefectServer, folder: Path
) -> None:
    with stock_worker(sqlite, pool, folder.parent / "worker") as log:
        for name in (each for each in _POOLS if _POOLS[each] == pool):
            runpy.run_path(str(write_block(BY_ID[name], folder)), run_name="__main__")
            (stored,) = api.deployments(["my-flow/my-deployment"])
            assert stored.deployment.work_pool == pool, name
            run = api.wait(api.run("my-flow/my-deployment"), timeout=_PATIENCE)
            assert _has_said(run), (name, messages(run), log.read_text())


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.serves], ids=lambda block: block.id)
def test_a_stock_worker_executes_what_the_blocks_serve(block: Block, folder: Path) -> None:
    log = folder / "log"
    with log.open("w") as output:
        argv = [sys.executable, str(write_block(block, folder))]
        process = subprocess.Popen(argv, cwd=folder, env=os.environ, stdout=output, stderr=output)
    try:
        until = time.monotonic() + _PATIENCE
        while "Serving" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        run = api.wait(api.run("my-flow/my-deployment"), timeout=_PATIENCE)
        assert _has_said(run), log.read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PATIENCE) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def test_every_block_is_tried() -> None:
    served = {block.id for block in BLOCKS if block.serves}
    assert {*_POOLS, *served} | {"publish", "image"} == set(BY_ID)
