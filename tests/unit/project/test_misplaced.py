"""Keys in the wrong place: what is said is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.document.reader import read
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project
from syntask_yaml.project.misplaced import _DEPLOYMENT, _PROJECT, _SCHEDULE, _WORK_POOL
from syntask_yaml.project.schema import project_schema
from syntask_yaml.source import Source
from tests.unit.project.conftest import DIALECTS, hints_of

KEYS = {
    "project": (_PROJECT, set(project_schema()["properties"])),
    **{
        name: (table, set(project_schema()["$defs"][name]["properties"]))
        for name, table in (
            ("deployment", _DEPLOYMENT),
            ("work_pool", _WORK_POOL),
            ("schedule", _SCHEDULE),
        )
    },
}
# Where the key to write is there already.
GIVEN = {
    **{("deployment", key): "entrypoint" for key in ("flow", "flow_location", "flow_path")},
    ("schedule", "schedule"): "cron",
}
CASES = [(place, key) for place, (table, _) in KEYS.items() for key in table]


def project_with(place: str, key: str) -> dict[str, Any]:
    """A sound project with one more key."""
    pool, schedule = {"name": "default"}, {"cron": "0 6 * * *"}
    entry = {"name": "a", "entrypoint": "b.py:c", "work_pool": pool, "schedules": [schedule]}
    project: dict[str, Any] = {"deployments": [entry]}
    targets = {"project": project, "deployment": entry, "work_pool": pool, "schedule": schedule}
    targets[place][key] = "x"
    return project


@pytest.mark.parametrize(("place", "key"), CASES)
def test_the_place_where_a_key_belongs(place: str, key: str) -> None:
    """It is no key where it stands, the one message says so there, and what is named instead exists."""
    text = to_yaml(project_with(place, key))
    project = load_project(read(Source("f", text)), Path(), dialect=Dialect.SYNTASK)

    assert key not in KEYS[place][1]
    assert [problem.code for problem in project.diagnostics] == ["unknown-key"]
    (problem,) = project.diagnostics
    assert problem.span is not None
    assert problem.span.text == key
    given = GIVEN.get((place, key))
    assert problem.hint == (f"Remove it. `{given}` is already set." if given else KEYS[place][0][key])
    known = set.union(*(keys for _, keys in KEYS.values())) | {"definitions", "x-", "git_clone"}
    for named in re.findall(r"`([a-z_-]+):", problem.hint):
        assert named in known | {"job_variables"}, problem.hint


@pytest.mark.parametrize("definition", ["deployment", "work_pool", "schedule", "concurrency_limit"])
def test_a_slip_names_the_key_that_was_meant(definition: str) -> None:
    """For every key of some length, with one letter missing or two exchanged."""
    from syntask_yaml.diagnostics import nearest

    known = list(project_schema()["$defs"][definition]["properties"])
    for key in (each for each in known if len(each) > 4):
        for slip in (
            key[:2] + key[3:],
            key[:2] + key[3] + key[2] + key[4:],
            key.upper(),
            key.replace("_", "-"),
        ):
            assert nearest(slip, known) == key


@DIALECTS
@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("flow_location: ./f.py", "Remove it. `entrypoint` is already set."),
        ("entrypoints: f.py:f", "Did you mean `entrypoint`? It is already set, so keep one of the two."),
        ("is_paused: true\n  paused: true", "Remove it. `paused` is already set."),
        ("is_paused: true", "Write `paused:`."),
    ],
)
def test_no_hint_asks_for_a_second_key_of_a_name_that_is_there(
    entry: str, hint: str, dialect: Dialect
) -> None:
    assert hints_of(entry, dialect) == [hint]


@DIALECTS
def test_the_version_of_a_file_is_not_moved_into_an_entry(dialect: Dialect) -> None:
    (hint,) = hints_of("tags: []", dialect, "version: 1\n")

    assert hint.startswith("Remove it")


@DIALECTS
@pytest.mark.parametrize(
    "entry", ["'<<': {tags: [a]}", "work_pool: {name: p, '<<': {}}", "schedule: {'<<': {}}"]
)
def test_a_merge_in_quotes_is_told_to_lose_them(entry: str, dialect: Dialect) -> None:
    """Editors and scripts that know no merge write it so."""
    assert "Remove its quotes: in quotes, `<<` is a key like others and merges nothing." in hints_of(
        entry, dialect
    )
