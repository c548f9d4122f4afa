"""Real Prefect servers in turn. Tests name their things so that they do not meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.prefect_server import PrefectServer
from tests.support.server_fixtures import SERVERS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.real)


@pytest.fixture(name="server", scope="session", params=SERVERS)
def _server(request: pytest.FixtureRequest) -> PrefectServer:
    """A server on SQLite, one on PostgreSQL, and one of the newer Prefect, in turn."""
    found: PrefectServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture(name="empty", params=["sqlite", "newer"])
def _empty(request: pytest.FixtureRequest) -> PrefectServer:
    """A server that has nothing but a pool."""
    server: PrefectServer = request.getfixturevalue(request.param)
    server.empty()
    server.create_pool("default")
    return server
