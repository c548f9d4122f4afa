"""The servers that the other tests need are there, and go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.prefect_server import PrefectServer


def test_a_server_answers_and_can_be_emptied(server: PrefectServer) -> None:
    """Pools, flows and deployments come and go."""
    server.empty()
    server.create_pool("own")
    flow = server.request("POST", "/flows/", {"name": "own-flow"})
    body = {"name": "one", "flow_id": flow["id"], "work_pool_name": "own", "entrypoint": "f.py:f"}
    server.request("POST", "/deployments/", body)
    assert [each["name"] for each in server.every("deployments")] == ["one"]

    server.empty()

    assert (server.every("deployments"), server.every("work_pools")) == ([], [])


@pytest.mark.torture
def test_a_killed_server_starts_again(tmp_path: Path, migrated: Path) -> None:
    """What it had is there again, at the same address."""
    import shutil

    server = PrefectServer(tmp_path / "server")
    shutil.copyfile(migrated, server.file)
    try:
        server.start().create_pool("kept")
        server.kill()
        assert [each["name"] for each in server.start().every("work_pools")] == ["kept"]
    finally:
        server.stop()
