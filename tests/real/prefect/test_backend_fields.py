"""Whatever a deployment holds: written to a server and compared, nothing is left to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.plan.changes import Action
from syntask_yaml.plan.diff import diff
from tests.support.deployments import POOL, deployments, said
from tests.support.prefect_server import PrefectServer

# A pool that takes any job variable.
FREE: dict[str, Any] = {
    "job_configuration": {"command": "{{ command }}"},
    "variables": {"type": "object", "properties": {"command": {}}},
}
# No such event ever comes: a trigger that its own runs set off would never end.
NAME = st.text("abc.", max_size=6).map(lambda text: f"never.{text}")
DURATION = st.integers(0, 3600) | st.sampled_from([0.5, "PT1M", "00:00:30", "15"])
SCHEMA = {"title": "Parameters", "type": "object", "properties": {"a": {"title": "a", "position": 0}}}


def _one_of(
    needed: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed, optional=optional)


_event = _one_of(
    {"expect": st.lists(NAME, min_size=1, max_size=3) | NAME},
    type=st.just("event"),
    after=st.lists(NAME, max_size=2),
    for_each=st.lists(NAME, max_size=2),
    match=st.dictionaries(NAME, NAME | st.lists(NAME, min_size=1, max_size=2), max_size=2),
    match_related=st.dictionaries(NAME, NAME, max_size=2)
    | st.lists(st.dictionaries(NAME, NAME, min_size=1, max_size=1), min_size=1, max_size=2),
    threshold=st.integers(1, 5),
    within=DURATION,
)
_absence = _event.map(lambda event: {**event, "posture": "Proactive", "within": 86_000})
_several = st.lists(_event, min_size=1, max_size=2).flatmap(
    lambda inner: st.fixed_dictionaries(
        {"triggers": st.just(inner)},
        optional={"require": st.sampled_from(["any", "all", 1]), "within": st.integers(1, 60)},
    )
)
_common = _one_of(
    {},
    name=said.filter(lambda name: not any(character in "/%&<>" for character in name)),
    description=st.text("ab \n", max_size=5),
    enabled=st.booleans(),
    parameters=st.dictionaries(st.sampled_from("ab"), st.integers() | st.just("{{ event.id }}"), max_size=2),
    job_variables=st.dictionaries(st.sampled_from("ab"), st.text("xy", max_size=2), max_size=2),
    schedule_after=DURATION,
)
TRIGGER = st.tuples(_event | _absence | _several, _common).map(lambda parts: {**parts[0], **parts[1]})
WANTED = st.builds(
    lambda wanted, triggers, schema, paused: replace(
        wanted,
        triggers=tuple(triggers),
        parameter_schema=schema,
        paused=paused,
        enforce_parameter_schema=wanted.enforce_parameter_schema and schema is None,
    ),
    deployments(project="shop"),
    st.lists(TRIGGER, max_size=2),
    st.sampled_from([None, SCHEMA]),
    st.none() | st.booleans(),
)


@pytest.fixture(name="backend")
def _backend(server: PrefectServer) -> Iterator[PrefectBackend]:
    backend = PrefectBackend.open(server.api, {})
    if POOL not in {pool.name for pool in backend.pools()}:
        backend.create_pool(WorkPool(name=POOL, type="process", base_job_template=FREE))
    yield backend
    backend.close()


def deploy(backend: PrefectBackend, wanted: Deployment) -> None:
    before = backend.deployments(names=[wanted.full_name])
    (written,) = backend.write([Write(before[0] if before else None, wanted)])
    assert written.error is None, written.error.detail


@given(first=WANTED, second=WANTED)
@settings(
    max_examples=int(os.environ.get("SYNTASK_TORTURE_FIELDS", "8")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_written_plans_to_nothing(
    backend: PrefectBackend, first: Deployment, second: Deployment
) -> None:
    """New, and over another deployment of the same name."""
    name = first.full_name
    for wanted in (first, replace(second, flow=first.flow, name=first.name)):
        deploy(backend, wanted)
        (change,) = diff([wanted], backend.deployments(names=[name]))
        assert (change.action, change.fields) == (Action.UNCHANGED, ())
    list(backend.write([Write(stored, None) for stored in backend.deployments(names=[name])]))
