"""Migrations of the store."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from syntask_yaml.backend.embedded.codec import to_json
from syntask_yaml.backend.embedded.statements import script
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.pools import DEFAULT_POOL
from syntask_yaml.errors import BackendRefused, BackendUnreachable

# The n-th migrates to version n. Released migrations never change.
MIGRATIONS = (
    "migrations/0001_initial.sql",
    "migrations/0002_leases.sql",
    "migrations/0003_work_queues.sql",
    "migrations/0004_workers.sql",
    "migrations/0005_causes.sql",
    "migrations/0006_automations.sql",
    "migrations/0007_runs_not_completed.sql",
    "migrations/0008_children.sql",
    "migrations/0009_concurrency_limits.sql",
    "migrations/0010_ledgers.sql",
    "migrations/0011_deploys.sql",
    "migrations/0012_kept.sql",
    "migrations/0013_alike.sql",
)

_APPLICATION_ID = 0x53594E54


def check_is_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Raise an error unless the database is empty or a store of a known version.

    Raises BackendUnreachable, BackendRefused.
    """
    connection.execute("BEGIN")
    owner, version = _number(connection, "application_id"), _number(connection, "user_version")
    is_empty = connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is None
    connection.execute("COMMIT")
    if owner != _APPLICATION_ID and not is_empty:
        raise BackendUnreachable(
            f"`{path}` is not a store: it is an SQLite database of another program.", hint="Use another path."
        )
    if version > len(MIGRATIONS):
        raise BackendRefused(
            f"The store `{path}` has version {version}; this syntask supports up to {len(MIGRATIONS)}.",
            hint="A newer syntask created it. Run `pip install --upgrade syntask-yaml`.",
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Migrate a store to the newest version, with one transaction per version."""
    while (version := _number(connection, "user_version")) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated it in the meantime.
            if _number(connection, "user_version") == version:
                _change(connection, version)
            connection.execute("COMMIT")
        except BaseException:
            # An interrupt just after the commit leaves no transaction.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _change(connection: sqlite3.Connection, version: int) -> None:
    # Values for the default pool, which a migration creates.
    values = {
        "id": new_id(),
        "description": DEFAULT_POOL.description,
        "base_job_template": to_json(DEFAULT_POOL.base_job_template),
    }
    for statement in script(MIGRATIONS[version]):
        connection.execute(statement, values)
    connection.execute(f"PRAGMA user_version = {version + 1}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
