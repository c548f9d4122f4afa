"""The types of work pools are those that the server tells."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.pool import WorkPool
from tests.support.prefect_server import PrefectServer


@pytest.fixture(name="backend")
def _backend(sqlite: PrefectServer) -> Iterator[PrefectBackend]:
    sqlite.empty()
    with closing(PrefectBackend.open(sqlite.api, {})) as backend:
        yield backend


def test_every_type_that_the_server_tells_can_be_made(backend: PrefectBackend, sqlite: PrefectServer) -> None:
    """Each with the template of its worker."""
    told = sqlite.request("GET", "/collections/views/aggregate-worker-metadata")
    workers = {name: worker for collection in told.values() for name, worker in collection.items()}

    assert backend.pool_types() == sorted(workers)
    assert {"process", "docker", "kubernetes"} <= workers.keys()
    for kind, worker in workers.items():
        made = backend.create_pool(WorkPool(name=f"of-{kind}", type=kind))
        assert made.type == kind
        assert made.base_job_template == worker["default_base_job_configuration"]


def test_a_pool_is_as_prefect_makes_it(backend: PrefectBackend, sqlite: PrefectServer) -> None:
    """Of a type whose worker is not installed here: of one that is, Prefect takes that worker's template."""
    program = [sqlite.program, "work-pool", "create", "theirs", "--type", "vertex-ai"]
    subprocess.run(program, env=sqlite.client_environ, check=True, capture_output=True, timeout=120)
    backend.create_pool(WorkPool(name="ours", type="vertex-ai"))

    ours, theirs = backend.pools()

    assert (ours.type, ours.base_job_template) == (theirs.type, theirs.base_job_template)


def test_a_type_that_the_server_does_not_know(backend: PrefectBackend) -> None:
    with pytest.raises(BackendRefused) as caught:
        backend.create_pool(WorkPool(name="boxes", type="dokcer"))

    assert caught.value.hint == "Did you mean `docker`?"
    assert backend.pools() == []


def test_the_wizard_names_the_types_that_are_told(
    sqlite: PrefectServer, backend: PrefectBackend, tmp_path: Path
) -> None:
    """Where nobody can be asked, `--pool-type` is needed, and makes the pool with its worker's template."""
    (tmp_path / "flows.py").write_text(
        "from prefect import flow\n\n\n@flow\ndef load(): ...\n", encoding="utf-8"
    )
    words = ("deployment", "add", "flows.py:load", "-n", "n", "--pool", "boxes")

    wrong = _syntask(sqlite, tmp_path, *words, "--pool-type", "nothing")
    right = _syntask(
        sqlite, tmp_path, *words, "--pool-type", "vertex-ai", "--image", "pool", "--code", "image"
    )

    assert wrong.returncode == 64
    assert all(f"`{kind}`" in wrong.stderr for kind in backend.pool_types())
    assert right.returncode == 0, right.stderr
    (pool,) = sqlite.every("work_pools")
    assert (pool["name"], pool["type"]) == ("boxes", "vertex-ai")
    assert "image" in pool["base_job_template"]["variables"]["properties"]


def _syntask(server: PrefectServer, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("syntask"))
    return subprocess.run(
        [program, *words],
        cwd=folder,
        env=server.client_environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
