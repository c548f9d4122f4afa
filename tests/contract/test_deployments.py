"""Deployments: what is written is read back, or refused, or a conflict."""

from __future__ import annotations

from collections import UserList
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule
from syntask_yaml.model.value import Json, known

Deploy = Callable[..., list[Stored]]

ETL = Deployment(flow="etl", name="prod", entrypoint="flows/etl.py:etl")
HOURLY = Schedule(timing=Cron("0 * * * *"))


def errors(backend: Backend, *writes: Write) -> list[type[BackendError] | None]:
    found = [written.error for written in backend.write(writes)]
    return [None if error is None else type(error) for error in found]


def refused(backend: Backend, wanted: Deployment) -> BackendError:
    (written,) = backend.write([Write(None, wanted)])
    assert written.error is not None
    return written.error


def test_a_new_backend_has_no_deployments(backend: Backend) -> None:
    """Nothing is deployed at first."""
    assert backend.deployments() == []


def test_deployments_are_read_by_name(backend: Backend, deploy: Deploy) -> None:
    """The order is that of `flow/name`, whatever the order of writing was."""
    deploy(replace(ETL, name="b"), replace(ETL, flow="a"), replace(ETL, name="a"))

    assert [each.deployment.full_name for each in backend.deployments()] == ["a/prod", "etl/a", "etl/b"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"projects": ["one"]}, ["etl/a"]),
        ({"names": ["etl/b", "etl/nowhere"]}, ["etl/b"]),
        ({"projects": ["one"], "names": ["etl/c"]}, ["etl/a", "etl/c"]),
        ({"names": []}, []),
        ({"projects": ["nobody"]}, []),
        ({"projects": ["one", "two"]}, ["etl/a", "etl/b"]),
    ],
)
def test_a_choice_of_deployments_is_read(
    backend: Backend, deploy: Deploy, choice: Mapping[str, Any], expected: list[str]
) -> None:
    """By project, by names, or what is in either; no names are no deployments."""
    deploy(
        replace(ETL, name="a", project="one"), replace(ETL, name="b", project="two"), replace(ETL, name="c")
    )

    assert expected == [each.deployment.full_name for each in backend.deployments(**choice)]


def test_deployments_are_found_by_a_part_of_what_they_are_known_by(
    backend: Backend, deploy: Deploy, pool: str
) -> None:
    """Of their name, a tag, their work pool or project, whatever its case."""
    deploy(
        replace(ETL, name="a", project="Payments"),
        replace(ETL, name="b", tags=("Nightly-\u00c4",)),
        replace(ETL, flow="x", name="c", work_pool=pool),
    )

    def found(text: str) -> list[str]:
        page = backend.deployment_page(text, limit=10)
        assert page.count == len(page.stored)
        return [each.deployment.full_name for each in page.stored]

    assert sorted(found("")) == ["etl/a", "etl/b", "x/c"]
    assert found("ETL/") == ["etl/a", "etl/b"]
    assert found("payments") == ["etl/a"]
    assert found("nightly-\u00e4") == ["etl/b"]
    assert found(pool) == ["x/c"]
    assert found("nothing of it") == []


@pytest.mark.parametrize("text", ["", "ETL"])
def test_each_deployment_is_on_one_page(backend: Backend, deploy: Deploy, text: str) -> None:
    """Also where many have the same name, and each page says how many there are."""
    made = deploy(*(replace(ETL, flow=f"etl-{number}") for number in range(7)))

    pages = [backend.deployment_page(text, skip=skip, limit=3) for skip in (0, 3, 6, 9)]

    assert [(len(page.stored), page.count) for page in pages] == [(3, 7), (3, 7), (1, 7), (0, 7)]
    ids = [each.id for page in pages for each in page.stored]
    assert sorted(ids) == sorted(each.id for each in made)


JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


OBJECT = st.dictionaries(st.text(), JSON, max_size=3)
NAME = st.text(st.characters(exclude_categories=["C"], exclude_characters="/%&<>"), min_size=1)
ZONE = st.sampled_from([None, "UTC", "Europe/Berlin", "America/New_York"])
MOMENT = st.datetimes(
    datetime(1970, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))]),
)


TIMING = (
    st.builds(Cron, st.sampled_from(["0 2 * * *", "*/5 * 1 * MON-FRI", "@daily"]), ZONE, st.booleans())
    | st.builds(Interval, st.floats(1, 1e9) | st.integers(1, 10**9), MOMENT, ZONE)
    | st.builds(RRule, st.sampled_from(["FREQ=DAILY", "RRULE:FREQ=WEEKLY;COUNT=3"]), ZONE)
)


SCHEDULE = st.builds(
    Schedule,
    timing=TIMING,
    active=st.booleans(),
    parameters=OBJECT,
    slug=st.none() | NAME,
    replaces=st.none(),
    id=st.none(),
)


DEPLOYMENT = st.builds(
    Deployment,
    flow=st.just("etl"),
    name=st.just("prod"),
    entrypoint=st.none() | st.text(),
    description=st.none() | st.text(),
    version=st.text(),
    version_info=st.none() | OBJECT,
    tags=st.lists(st.text(), max_size=3).map(tuple),
    parameters=OBJECT,
    parameter_schema=st.none() | OBJECT,
    enforce_parameter_schema=st.booleans(),
    schedules=st.lists(SCHEDULE, max_size=3, unique_by=lambda each: each.slug or object()).map(tuple),
    paused=st.booleans(),
    concurrency_limit=st.none()
    | st.builds(
        ConcurrencyLimit, st.integers(1, 10**6), st.sampled_from(CollisionStrategy), st.integers(60, 86400)
    ),
    work_pool=st.sampled_from([None, "default"]),
    work_queue=st.none() | NAME,
    job_variables=OBJECT,
    pull_steps=st.lists(OBJECT, max_size=2).map(tuple),
    triggers=st.lists(OBJECT, max_size=2).map(tuple),
    sla=st.lists(OBJECT, max_size=2).map(tuple),
    project=st.none() | NAME,
)


@pytest.mark.own(reason="a server takes less than any JSON: tests/real/prefect/test_backend_fields.py")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(wanted=DEPLOYMENT)
def test_what_is_written_is_read_back(backend: Backend, deploy: Deploy, wanted: Deployment) -> None:
    """Every field that is declared comes back equal, whether it is new or written over another deployment."""
    (stored,) = deploy(wanted)

    assert wanted == stored.deployment
    assert wanted.version_info == stored.deployment.version_info


def test_what_is_left_open_gets_a_value(deploy: Deploy) -> None:
    """A stored deployment says whether it is paused, and has schedules, if only none."""
    (stored,) = deploy(ETL)

    assert replace(ETL, paused=False, schedules=()) == stored.deployment


@pytest.mark.parametrize("field", ["version", "sla", "paused", "schedules"])
def test_what_is_not_declared_stays(deploy: Deploy, field: str) -> None:
    """None leaves what is there."""
    (before,) = deploy(replace(ETL, version="1", sla=({"name": "soon"},), paused=True, schedules=(HOURLY,)))
    undeclared: dict[str, Any] = {field: None}
    (after,) = deploy(replace(before.deployment, **undeclared))

    assert before.deployment == after.deployment


def test_a_grace_period_that_is_not_declared_stays(deploy: Deploy) -> None:
    """It does when the limit changes, and when the project takes the deployment over; not without a limit."""
    deploy(replace(ETL, concurrency_limit=ConcurrencyLimit(2, grace_period_seconds=90)))
    wanted = ConcurrencyLimit(3, CollisionStrategy.CANCEL_NEW)
    (changed,) = deploy(replace(ETL, concurrency_limit=wanted))
    (taken,) = deploy(replace(ETL, concurrency_limit=wanted, project="shop"))
    (declared,) = deploy(replace(ETL, concurrency_limit=replace(wanted, grace_period_seconds=60)))
    (without,) = deploy(ETL)

    assert changed.deployment.concurrency_limit == replace(wanted, grace_period_seconds=90)
    assert taken.deployment.concurrency_limit == replace(wanted, grace_period_seconds=90)
    assert declared.deployment.concurrency_limit == replace(wanted, grace_period_seconds=60)
    assert without.deployment.concurrency_limit is None


def test_mappings_and_lists_of_any_kind_are_stored(deploy: Deploy) -> None:
    """A value need not be a dict or a list."""
    values = MappingProxyType({"a": MappingProxyType({"b": (1, 2), "c": UserList([3])})})
    (stored,) = deploy(replace(ETL, parameters=values))

    assert [list(each) for each in stored.deployment.parameters["a"].values()] == [[1, 2], [3]]


def test_each_write_is_answered_in_order(backend: Backend) -> None:
    """The answers carry the ids under which the deployments are found."""
    names = ["c", "a", "b"]
    answers = list(backend.write([Write(None, replace(ETL, name=name)) for name in names]))

    found = {each.deployment.name: each.id for each in backend.deployments()}
    assert [found[name] for name in names] == [answer.id for answer in answers]
    assert names == [answer.write.after.name for answer in answers if answer.write.after]


def test_one_failure_stops_no_other(backend: Backend) -> None:
    """What can be written is written."""
    bad = replace(ETL, name="bad", work_pool="nowhere")
    writes = [Write(None, replace(ETL, name="a")), Write(None, bad), Write(None, replace(ETL, name="b"))]

    assert [None, BackendRefused, None] == errors(backend, *writes)
    assert [each.deployment.full_name for each in backend.deployments()] == ["etl/a", "etl/b"]


def test_an_unknown_pool_is_told_with_the_nearest_one(backend: Backend) -> None:
    """The hint offers the name that was probably meant."""
    backend.create_pool(WorkPool(name="nightly", type="process"))

    assert refused(backend, replace(ETL, work_pool="nihgtly")).hint == "Did you mean `nightly`?"


def test_making_what_is_there_is_a_conflict(backend: Backend, deploy: Deploy) -> None:
    """Somebody else may have made it since the plan; theirs stays."""
    (stored,) = deploy(ETL)

    assert [BackendConflict] == errors(backend, Write(None, replace(ETL, description="mine")))
    assert [stored] == backend.deployments()


def test_making_the_same_twice_in_one_call_is_a_conflict(backend: Backend) -> None:
    """The first of two wins."""
    assert [None, BackendConflict] == errors(backend, Write(None, ETL), Write(None, ETL))


def test_changing_what_has_changed_is_a_conflict(backend: Backend, deploy: Deploy) -> None:
    """A write over a deployment that somebody changed meanwhile is not done, even if it says the same."""
    (old,) = deploy(ETL)
    (new,) = deploy(ETL)

    assert [BackendConflict] == errors(backend, Write(old, replace(ETL, description="mine")))
    assert [BackendConflict] == errors(backend, Write(old, None))
    assert [new] == backend.deployments()


def test_changing_the_same_twice_in_one_call_is_a_conflict(backend: Backend, deploy: Deploy) -> None:
    """The second one did not know of the first."""
    (stored,) = deploy(ETL)
    writes = [Write(stored, replace(ETL, version=version)) for version in "12"]

    assert [None, BackendConflict] == errors(backend, *writes)
    assert backend.deployments()[0].deployment.version == "1"


def test_changing_or_deleting_what_was_deleted_is_a_conflict(backend: Backend, deploy: Deploy) -> None:
    """A deployment that is gone does not come back by a change."""
    (stored,) = deploy(ETL)

    assert errors(backend, Write(stored, None)) == [None]
    assert [BackendConflict, BackendConflict] == errors(backend, Write(stored, ETL), Write(stored, None))
    assert backend.deployments() == []


def test_a_name_that_was_freed_can_be_taken_in_the_same_call(backend: Backend, deploy: Deploy) -> None:
    """Deleting and making are done in order."""
    (stored,) = deploy(ETL)

    assert errors(backend, Write(stored, None), Write(None, ETL)) == [None, None]
    assert stored.id != backend.deployments()[0].id


def test_a_deployment_that_gets_another_name_keeps_what_was_paused(backend: Backend, deploy: Deploy) -> None:
    """Nothing is left under the old name; one that is taken is a conflict."""
    paused = replace(ETL, paused=True, schedules=(replace(HOURLY, active=False),))
    stored, _ = deploy(paused, replace(ETL, name="taken"))
    open_again = replace(ETL, schedules=(HOURLY,), paused=None)
    to_taken, to_free = (Write(stored, replace(open_again, name=name)) for name in ("taken", "free"))

    assert [BackendConflict] == errors(backend, to_taken)
    assert errors(backend, to_free) == [None]

    free, taken = backend.deployments()
    assert (free.deployment.name, taken.deployment.name) == ("free", "taken")
    assert free.deployment.paused is True
    assert [each.active for each in known(free.deployment.schedules) or ()] == [False]
    assert [BackendConflict] == errors(backend, to_free)


def test_writing_nothing_is_answered_with_nothing(backend: Backend) -> None:
    """No writes, no answers; and from nothing to nothing is no change."""
    assert errors(backend, Write(None, None)) == [None]
    assert list(backend.write([])) == []


@pytest.mark.parametrize(
    "wanted",
    [
        replace(ETL, name="a/b"),
        replace(ETL, name=""),
        replace(ETL, flow="50%"),
        replace(ETL, name="half \ud83d"),
        replace(ETL, concurrency_limit=ConcurrencyLimit(0)),
        replace(ETL, schedules=(Schedule(timing=Cron("61 * * * *")),)),
        replace(ETL, schedules=(Schedule(timing=Cron("0 * * * *", "Mars/Base")),)),
        replace(ETL, schedules=(Schedule(timing=RRule("FREQ=SOMETIMES")),)),
        replace(ETL, schedules=(Schedule(timing=Interval(0)),)),
        replace(ETL, schedules=(replace(HOURLY, slug="a"), replace(HOURLY, slug="a"))),
    ],
    ids=lambda wanted: repr(wanted.schedules or wanted.concurrency_limit or wanted.full_name)[:60],
)
def test_what_cannot_be_is_refused(backend: Backend, wanted: Deployment) -> None:
    """Names, limits and schedules that make no sense never get in."""
    error = refused(backend, wanted)

    assert isinstance(error, BackendRefused)
    assert error.hint
    assert backend.deployments() == []
