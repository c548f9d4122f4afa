"""Work pools as stores of earlier versions hold them."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def keep_pool(home: Path, name: str, type: str) -> None:
    """Write a pool of any *type* into the store below the user's *home*, which no command creates today."""
    with sqlite3.connect(home / ".syntask" / "syntask.db") as store:
        store.execute(
            "INSERT INTO pools VALUES (?, ?, ?, NULL, '{}', 0, NULL)", (name, f"id-of-{name}", type)
        )
        store.execute("INSERT INTO queues (pool, name, priority) VALUES (?, 'default', 1)", (name,))
    store.close()
