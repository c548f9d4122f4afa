"""The statements: each is used, and none that is asked often looks at a whole table."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.backend import embedded
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.embedded.statements import SQL

# What lists a whole table on purpose, or stops at the first row. The pool that is deleted is looked for
# in all deployments. What has ended since a worker last looked is few.
LISTS = {
    "deployments_in",
    "deployment_names",
    "deployment_texts",
    "pools",
    "drop_pool",
    "queues",
    "workers",
    "forget_workers",
    "all_deployments",
    "variables",
    "blocks",
    "runs",
    "holds_secrets",
    "automations",
    "ended_runs",
    "concurrency_limits",
    "ledgers",
}
# What is as short as the list of runs that go on, or was given as JSON.
SHORT = re.compile(
    r"SCAN (json_each VIRTUAL TABLE|claim VIRTUAL TABLE|\w+ USING INDEX runs_busy|busy$|at_limit$|CONSTANT)"
)


@pytest.fixture(name="connection")
def _connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    backend = EmbeddedBackend.open(tmp_path / "syntask.db")
    yield backend._store._connection
    backend.close()


def plan(connection: sqlite3.Connection, name: str) -> list[str]:
    values = dict.fromkeys(re.findall(r":(\w+)", SQL[name]))
    places = max(map(int, re.findall(r"\?(\d+)", SQL[name])), default=SQL[name].count("?"))
    arguments = [None] * places if places else values
    return [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {SQL[name]}", arguments)]


@pytest.mark.parametrize("name", sorted(SQL.keys() - LISTS))
def test_no_table_is_scanned(connection: sqlite3.Connection, name: str) -> None:
    """Every row is found by an index."""
    scans = [step for step in plan(connection, name) if "SCAN" in step and not SHORT.match(step)]

    assert scans == []


@pytest.mark.parametrize(
    "name",
    [
        "claim",
        "hold_back",
        "runs",
        "runs_of_deployment",
        "runs_not_completed",
        "coming_runs",
        "coming_runs_of_deployment",
        "last_runs",
        "logs",
        "children",
        "next_due",
    ],
)
def test_nothing_is_sorted(connection: sqlite3.Connection, name: str) -> None:
    """The index has the rows in order, so that the first one is all that is read."""
    assert [step for step in plan(connection, name) if "B-TREE" in step] == []


def test_what_ends_with_its_run_is_found_by_an_index(connection: sqlite3.Connection) -> None:
    """However many children of it have ended before."""
    (text,) = connection.execute(
        "SELECT sql FROM sqlite_schema WHERE name = 'runs_that_end_their_children'"
    ).fetchone()
    update = text[text.index("UPDATE children") : text.index(";\nEND")].replace("NEW.", ":")
    values = dict.fromkeys(("id", "state", "ended"))
    steps = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {update}", values)]

    assert steps == [
        "SEARCH children USING PRIMARY KEY (run_id=? AND number=?)",
        "LIST SUBQUERY 1",
        "SEARCH children USING INDEX children_not_ended (run_id=?)",
    ]


def test_every_statement_is_used() -> None:
    """By its name, somewhere in the package."""
    folder = Path(str(embedded.__file__)).parent
    code = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))

    assert {name for name in SQL if f'"{name}"' not in code} == set()
