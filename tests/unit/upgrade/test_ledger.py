"""Whatever fields a deployment has, each has one outcome, and the entry is one that the checker takes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.document.location import AliasLocation, Location, MappingLocation
from syntask_yaml.document.node import Node
from syntask_yaml.upgrade.infrastructure import INFRASTRUCTURE
from syntask_yaml.upgrade.ledger import FieldOutcomeKind
from syntask_yaml.upgrade.result import Status
from syntask_yaml.upgrade.storages import STORAGES
from tests.support.upgrading import FLOW, OldRepository

words = st.text("abcxyz-_ {}$:#'\"\\.", min_size=1, max_size=8)
scalars = st.none() | st.booleans() | st.integers(-5, 5000) | st.floats(0.5, 9000, width=16) | words
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3)
)
cron = st.fixed_dictionaries(
    {"cron": st.sampled_from(["0 6 * * *", "*/15 * * * *"])},
    optional={"timezone": st.sampled_from([None, "UTC", "Europe/Paris"]), "day_or": st.booleans()},
)
interval = st.fixed_dictionaries({"interval": st.sampled_from([60.0, 0.5, 3600])})
rule = st.fixed_dictionaries({"rrule": st.just("FREQ=DAILY")})
schedule = cron | interval | rule
scheduled = st.fixed_dictionaries(
    {"schedule": schedule},
    optional={"active": st.booleans(), "max_active_runs": st.none() | st.integers(1, 3)},
)
bookkeeping = {
    "_block_document_name": st.sampled_from(["prod", "anonymous-12", "my block"]),
    "_is_anonymous": st.booleans(),
    "_block_document_id": st.just("5a734f3a-0d0f-4f78-874c-5487fdf266f7"),
}


def blocks(slugs: list[str], fields: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {**bookkeeping, **dict.fromkeys(fields, anything)}
    return st.fixed_dictionaries({"_block_type_slug": st.sampled_from(slugs)}, optional=optional)


VARIABLES = sorted(
    {name for kind in INFRASTRUCTURE.values() for name in (*kind.variables, *kind.in_template)}
)
STORED = sorted({name for kind in STORAGES.values() for name in kind.fields})
deployments = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["nightly", "a b", "hourly"]),
        "entrypoint": st.sampled_from(["flows.py:load_orders", "other.py:load", "flows\\x.py:f", "a.b.c"]),
        "work_queue_name": st.sampled_from(["default", "fast", None]),
        "infra_overrides": st.none()
        | st.dictionaries(words | st.sampled_from(VARIABLES), anything, max_size=3),
    },
    optional={
        "flow_name": st.sampled_from(["load-orders", "other", None]),
        "description": st.none() | words,
        "version": st.none() | words | st.just("e159b2819c14bf5f4b70ece5e35a0dc2") | st.integers(0, 9),
        "work_pool_name": st.sampled_from([None, "default-agent-pool", "wp"]),
        "tags": st.lists(words, max_size=2),
        "parameters": st.dictionaries(st.sampled_from(["source", "limit", "password"]), anything, max_size=3),
        "schedule": st.none() | schedule,
        "schedules": st.lists(scheduled | schedule, max_size=2),
        "is_schedule_active": st.none() | st.booleans(),
        "job_variables": st.dictionaries(words, scalars, max_size=2),
        "infrastructure": st.none() | blocks([*INFRASTRUCTURE, "nomad"], VARIABLES),
        "storage": st.none() | blocks([*STORAGES, "local-file-system", "smb"], STORED),
        "manifest_path": st.none() | words,
        "path": st.sampled_from([None, "", ".", "/srv/x", "C:\\x", "/home/nobody-here/x", "team", "../x"]),
        "parameter_openapi_schema": st.dictionaries(words, scalars, max_size=2),
        "timestamp": st.just("2024-05-02T08:00:00+00:00"),
        "triggers": st.just([]),
        "enforce_parameter_schema": st.none() | st.booleans(),
        "strange": anything,
    },
)


def leaves(node: Node) -> set[tuple[Any, ...]]:
    """The paths of everything under a node, and of what is around it."""
    found = {node.path}
    for child in node.children():
        found |= leaves(child)
    return found


@settings(max_examples=150)
@given(deployments)
def test_every_field_has_one_outcome(fields: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        old = OldRepository(Path(folder))
        old.write("flows.py", FLOW)
        old.write("old.yaml", yaml.safe_dump(fields, sort_keys=False, allow_unicode=True))

        upgrade = old.upgrade()

        (result,) = upgrade.results
        paths = [outcome.path for outcome in result.converted.outcomes]
        assert len(set(paths)) == len(paths)
        for path in leaves(result.converted.source.root) - {()}:
            above = sum(path[: len(each)] == each for each in paths)
            below = any(each[: len(path)] == path for each in paths)
            assert above + below == 1 or (path in paths and above == 1), (path, paths)
        reported = {
            outcome.note for outcome in result.converted.outcomes if outcome.kind is FieldOutcomeKind.REPORTED
        }
        assert reported <= {problem.code for problem in result.problems}
        if result.status is not Status.LEFT:
            old.written()
            assert old.upgrade().is_empty


def kinds(location: Location) -> str:
    return "alias" if isinstance(location, AliasLocation) else type(location).__name__


def test_a_merged_and_an_aliased_field_have_outcomes_too(tmp_path: Path) -> None:
    old = OldRepository(tmp_path)
    old.write("flows.py", FLOW)
    old.write(
        "old.yaml",
        """\
name: a
entrypoint: flows.py:load_orders
work_queue_name: default
storage: null
infrastructure:
  <<: {env: &env {A: b}}
  _block_type_slug: process
infra_overrides: {env: *env}
parameters: {}
""",
    )

    (result,) = old.upgrade().results

    assert result.entry["work_pool"]["job_variables"] == {"env": {"A": "b"}}
    assert isinstance(result.converted.source.root.location, MappingLocation)
