"""Real Prefect servers as fixtures, one of each kind in a session: contract tests and others share them.

Tests name their things so that they do not meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import postgres as pg
from tests.support.prefect_server import (
    NEWER,
    PYTHON,
    PrefectServer,
    migrated_by,
    missing,
    postgres_server,
    sqlite_server,
)

# The kinds of servers. The first and the last have both versions and both databases: another pair takes long.
SERVERS = ("sqlite", pytest.param("postgres", marks=pytest.mark.torture), "newer")


@pytest.fixture(name="migrated", scope="session")
def _migrated(pytestconfig: pytest.Config) -> Path:
    """A SQLite file that a server has made ready, kept from one session to the next."""
    return migrated_by(PYTHON, pytestconfig)


@pytest.fixture(name="sqlite", scope="session")
def _sqlite(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server on SQLite."""
    with sqlite_server(tmp_path_factory.mktemp("prefect-sqlite"), migrated=migrated) as server:
        yield server


@pytest.fixture(name="database", scope="session")
def _database() -> Iterator[pg.Postgres]:
    """A PostgreSQL cluster."""
    if reason := missing(postgres=True):
        pytest.skip(reason)
    with pg.postgres() as cluster:
        yield cluster


@pytest.fixture(name="postgres", scope="session")
def _postgres(database: pg.Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server on PostgreSQL."""
    url = database.create_database("prefect")
    with postgres_server(tmp_path_factory.mktemp("prefect-postgres"), url) as server:
        yield server


@pytest.fixture(name="newer", scope="session")
def _newer(database: pg.Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server of the newer Prefect, on PostgreSQL."""
    if reason := missing(NEWER, postgres=True):
        pytest.skip(reason)
    url = database.create_database("newer")
    with postgres_server(tmp_path_factory.mktemp("prefect-newer"), url, python=NEWER) as server:
        yield server
