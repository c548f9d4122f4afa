"""The SQL statements of `queries.sql`, by name."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent


def _by_name(text: str) -> Mapping[str, str]:
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


SQL = _by_name((_FOLDER / "queries.sql").read_text(encoding="utf-8"))


def script(name: str) -> Iterator[str]:
    """Yield the statements of the file *name*: `executescript` would commit the transaction."""
    statement = ""
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
