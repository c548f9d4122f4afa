"""What every backend does for commands."""

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

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused, NotFound
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.deployment import (
    CollisionStrategy,
    ConcurrencyLimit,
    Deployment,
    Stored,
    Write,
)
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import RunRequest, StateType
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Json, known

Deploy = Callable[..., list[Stored]]

ETL = Deployment(flow="etl", name="prod", entrypoint="flows/etl.py:etl")
ANCHOR = datetime(2026, 1, 1, 6, tzinfo=UTC)
HOURLY = Schedule(timing=Cron("0 * * * *"))


def schedules(stored: Stored) -> tuple[Schedule, ...]:
    found = known(stored.deployment.schedules)
    assert found is not None
    return found


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
        ({"project": "one"}, ["etl/a"]),
        ({"names": ["etl/b", "etl/nowhere"]}, ["etl/b"]),
        ({"project": "one", "names": ["etl/c"]}, ["etl/a", "etl/c"]),
        ({"names": []}, []),
        ({"project": "nobody"}, []),
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
        ConcurrencyLimit,
        st.integers(1, 10**6),
        st.sampled_from(CollisionStrategy),
        st.integers(60, 86400),
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
    assert [each.active for each in schedules(free)] == [False]
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


ANCHORED = Interval(3600, ANCHOR)


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (Schedule(timing=Cron("0 2 * * *", "UTC")), Schedule(timing=Cron("0 2 * * *", "UTC"))),
        (Schedule(timing=RRule("FREQ=DAILY")), Schedule(timing=RRule("FREQ=DAILY"), parameters={"a": 1})),
        (Schedule(timing=ANCHORED), Schedule(timing=ANCHORED)),
        (Schedule(timing=ANCHORED), Schedule(timing=Interval(3600))),
        (Schedule(timing=ANCHORED, slug="a"), Schedule(timing=Interval(3600), slug="a")),
        (Schedule(timing=ANCHORED, slug="a"), Schedule(timing=Interval(60), slug="a")),
        (Schedule(timing=ANCHORED, slug="a"), Schedule(timing=Cron("0 2 * * *"), slug="b", replaces="a")),
        (Schedule(timing=ANCHORED), Schedule(timing=ANCHORED, slug="new")),
    ],
)
def test_a_schedule_that_is_recognised_keeps_id_and_rest(
    deploy: Deploy, stored: Schedule, wanted: Schedule
) -> None:
    """By slug, by the slug it replaces, or by firing at the same times; and what it does not say stays."""
    (before,) = deploy(replace(ETL, schedules=(replace(stored, active=False),)))
    (after,) = deploy(replace(ETL, schedules=(wanted,)))

    (had,), (has,) = schedules(before), schedules(after)
    assert (had.id, False) == (has.id, has.active)
    assert (wanted.slug, wanted.parameters, None) == (has.slug, has.parameters, has.replaces)


def test_a_schedule_that_loses_its_slug_stays_at_rest(deploy: Deploy) -> None:
    """It still fires at the same times."""
    deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED, slug="old", active=False),)))
    (after,) = deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED),)))

    assert [(has.slug, has.active) for has in schedules(after)] == [(None, False)]


@pytest.mark.own(reason="a server takes no slug from a schedule: it makes another one")
def test_a_schedule_that_loses_its_slug_keeps_its_id(deploy: Deploy) -> None:
    """As any other that stays."""
    (before,) = deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED, slug="old"),)))
    (after,) = deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED),)))

    assert schedules(before)[0].id == schedules(after)[0].id


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (Schedule(timing=Cron("0 2 * * *")), Schedule(timing=Cron("0 3 * * *"))),
        (Schedule(timing=Cron("0 2 * * *")), Schedule(timing=Cron("0 2 * * *", "Asia/Tokyo"))),
        (Schedule(timing=ANCHORED), Schedule(timing=Interval(3600, ANCHOR + timedelta(minutes=1)))),
        (Schedule(timing=HOURLY.timing, slug="a"), Schedule(timing=HOURLY.timing, slug="b")),
    ],
)
def test_another_schedule_is_new_and_active(deploy: Deploy, stored: Schedule, wanted: Schedule) -> None:
    """The old one goes, and with it that it was not active."""
    (before,) = deploy(replace(ETL, schedules=(replace(stored, active=False),)))
    (after,) = deploy(replace(ETL, schedules=(wanted,)))

    (had,), (has,) = schedules(before), schedules(after)
    assert had.id != has.id
    assert has.active is True


def test_an_interval_keeps_the_anchor_it_has(deploy: Deploy) -> None:
    """Deploying again does not move it."""
    (before,) = deploy(replace(ETL, schedules=(Schedule(timing=Interval(3600)),)))
    (after,) = deploy(replace(ETL, schedules=(Schedule(timing=Interval(3600)),)))

    (had,), (has,) = schedules(before), schedules(after)
    assert isinstance(has.timing, Interval)
    assert has.timing.anchor is not None
    assert had == has


def test_replacing_a_slug_twice_is_replacing_it_once(deploy: Deploy) -> None:
    """The same file can be deployed again."""
    renamed = replace(ETL, schedules=(replace(HOURLY, slug="new", replaces="old"),))
    (before,) = deploy(replace(ETL, schedules=(replace(HOURLY, slug="old"),)))
    (once,) = deploy(renamed)
    (twice,) = deploy(renamed)

    assert {schedules(before)[0].id} == {schedules(once)[0].id, schedules(twice)[0].id}
    assert [schedule.slug for schedule in schedules(twice)] == ["new"]


def in_cities(*cities: str) -> Deployment:
    """A deployment that runs in several cities at the same time."""
    timing = Cron("0 6 * * *", "Europe/Rome")
    several = (Schedule(timing=timing, parameters={"city": city}) for city in cities)
    return replace(ETL, schedules=tuple(several))


def ids(stored: Stored) -> dict[Any, str | None]:
    return {each.parameters["city"]: each.id for each in schedules(stored)}


def test_schedules_of_one_timing_are_told_apart_by_their_parameters(deploy: Deploy) -> None:
    """Removing one leaves the other, and another parameter changes one of them in place."""
    (before,) = deploy(in_cities("Rome", "Oslo"))
    (changed,) = deploy(in_cities("Oslo", "Milan"))
    (left,) = deploy(in_cities("Oslo"))

    had, has = ids(before), ids(changed)
    assert (has["Oslo"], has["Milan"]) == (had["Oslo"], had["Rome"])
    assert ids(left) == {"Oslo": had["Oslo"]}


def test_the_schedule_that_was_paused_is_the_one_that_stays_paused(deploy: Deploy) -> None:
    rome, oslo = known(in_cities("Rome", "Oslo").schedules) or ()
    deploy(replace(ETL, schedules=(rome, replace(oslo, active=False))))
    (after,) = deploy(in_cities("Oslo", "Rome"))

    active = {each.parameters["city"]: each.active for each in schedules(after)}
    assert active == {"Oslo": False, "Rome": True}


DAILY, AGAIN = Schedule(timing=Cron("0 2 * * *")), replace(HOURLY, parameters={"again": True})
EXTRA = replace(DAILY, slug="extra")


def test_schedules_are_told_apart_in_any_order(deploy: Deploy) -> None:
    """No schedule is taken for two."""
    (before,) = deploy(replace(ETL, schedules=(HOURLY, DAILY, AGAIN)))
    (after,) = deploy(replace(ETL, schedules=(DAILY, HOURLY, AGAIN, EXTRA)))

    had = {schedule.id for schedule in schedules(before)}
    has = {schedule.id: schedule.slug for schedule in schedules(after)}
    assert (len(has), [has[one] for one in had]) == (4, [None] * 3)


@pytest.mark.own(reason="a server keeps no order")
def test_schedules_stand_in_the_order_in_which_they_are_declared(deploy: Deploy) -> None:
    """Whatever it was before."""
    (before,) = deploy(replace(ETL, schedules=(HOURLY, DAILY, AGAIN)))
    (after,) = deploy(replace(ETL, schedules=(DAILY, HOURLY, AGAIN, EXTRA)))

    first, second, third = (schedule.id for schedule in schedules(before))
    assert [second, first, third] == [schedule.id for schedule in schedules(after)][:3]


def test_no_schedules_are_no_schedules(deploy: Deploy) -> None:
    """An empty list removes."""
    deploy(replace(ETL, schedules=(HOURLY,)))
    (stored,) = deploy(replace(ETL, schedules=()))

    assert stored.deployment.schedules == ()


def test_active_is_set_where_it_is_declared(deploy: Deploy) -> None:
    """What a file says goes over what somebody switched by hand."""
    deploy(replace(ETL, schedules=(replace(HOURLY, active=False),)))
    (stored,) = deploy(replace(ETL, schedules=(replace(HOURLY, active=True),)))

    assert schedules(stored)[0].active is True


def test_there_is_a_process_pool(backend: Backend, pool: str) -> None:
    """It has a template that says what a job of a process is."""
    (found,) = [each for each in backend.pools() if each.name == pool]

    assert (found.type, found.is_paused) == ("process", False)
    template: Mapping[str, Any] = found.base_job_template
    job, variables = template["job_configuration"], template["variables"]
    expected = {"command", "env", "labels", "name", "stream_output", "working_dir"}
    assert expected == job.keys() == variables["properties"].keys()
    assert {f"{{{{ {name} }}}}" for name in expected} == set(job.values())


def test_the_types_of_pools_are_told(backend: Backend) -> None:
    """What our own worker serves is among them everywhere, and a pool of each can be made."""
    types = backend.pool_types()

    assert "process" in types
    assert types == sorted(set(types))
    for kind in types:
        assert backend.create_pool(WorkPool(name=f"of-{kind}", type=kind)).type == kind


def test_a_pool_that_is_made_is_there(backend: Backend) -> None:
    """All of it is read back, by name among the others."""
    template: Mapping[str, Any] = {
        "job_configuration": {"image": "{{ image }}"},
        "variables": {"properties": {"image": {}}},
    }
    wanted = WorkPool(
        name="containers",
        type="process",
        description="ünder",
        base_job_template=template,
        is_paused=True,
        concurrency_limit=3,
    )
    made = backend.create_pool(wanted)

    assert replace(wanted, status="PAUSED") == made
    assert made in backend.pools()
    assert sorted(pool.name for pool in backend.pools()) == [pool.name for pool in backend.pools()]


def test_a_process_pool_has_a_template_even_if_none_is_given(backend: Backend, pool: str) -> None:
    """It is that of every process pool."""
    backend.create_pool(WorkPool(name="other", type="process"))
    templates = {each.name: each.base_job_template for each in backend.pools()}

    assert templates[pool] == templates["other"]


def test_a_pool_is_made_once(backend: Backend, pool: str) -> None:
    """Its name is taken."""
    with pytest.raises(BackendConflict, match=pool):
        backend.create_pool(WorkPool(name=pool, type="process", description="another"))

    assert "another" not in [each.description for each in backend.pools()]


def test_a_pool_is_changed_in_what_is_given(backend: Backend) -> None:
    """All else stays, and a limit can be removed."""
    made = backend.create_pool(
        WorkPool(name="mine", type="process", description="before", concurrency_limit=3)
    )

    paused = backend.update_pool("mine", {"is_paused": True, "concurrency_limit": 0})
    resumed = backend.update_pool("mine", {"is_paused": False, "concurrency_limit": None})

    assert (paused.is_paused, paused.status, paused.concurrency_limit) == (True, "PAUSED", 0)
    assert (resumed.is_paused, resumed.concurrency_limit) == (False, None)
    assert (resumed.description, resumed.base_job_template) == ("before", made.base_job_template)
    assert resumed in backend.pools()


def test_a_pool_that_is_not_there_is_not_changed(backend: Backend) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        backend.update_pool("nowhere", {"is_paused": True})

    assert not backend.delete_pool("nowhere")


def test_a_pool_is_deleted_once_no_deployment_uses_it(backend: Backend, deploy: Deploy) -> None:
    backend.create_pool(WorkPool(name="mine", type="process"))
    [stored] = deploy(replace(ETL, work_pool="mine"))

    with pytest.raises(BackendConflict, match="etl/prod"):
        backend.delete_pool("mine")
    list(backend.write([Write(stored, None)]))

    assert backend.delete_pool("mine")
    assert "mine" not in [each.name for each in backend.pools()]


def test_the_template_of_a_type_is_that_of_a_new_pool(backend: Backend) -> None:
    made = backend.create_pool(WorkPool(name="mine", type="process"))

    assert backend.pool_template("process") == made.base_job_template


@pytest.mark.parametrize("name", ["", "a/b", "100%", "a&b", "<a>"])
def test_a_pool_needs_a_name_that_can_be(backend: Backend, name: str) -> None:
    """Names go into addresses."""
    with pytest.raises(BackendRefused):
        backend.create_pool(WorkPool(name=name, type="process"))


@pytest.mark.own(reason="a server takes numbers of 64 bits")
def test_a_variable_may_be_a_large_number(backend: Backend) -> None:
    """To the last digit."""
    backend.set_variable(Variable("large", 10**30))

    assert [Variable("large", 10**30)] == backend.variables()


@pytest.mark.parametrize("value", [None, True, 10**15, 0.1, "ünïcode 🦊", [], {"a": [1, {"b": None}]}])
def test_a_variable_keeps_its_value(backend: Backend, value: Json) -> None:
    """Any JSON comes back as it was."""
    variable = Variable("threshold", value, ("a", "b"))
    backend.set_variable(variable)

    assert [variable] == backend.variables()


def test_setting_a_variable_again_changes_it(backend: Backend) -> None:
    """The last value counts; variables are read by name."""
    for variable in (Variable("b", 1, ("old",)), Variable("a", 1), Variable("b", 2)):
        backend.set_variable(variable)

    assert [Variable("a", 1), Variable("b", 2)] == backend.variables()


def test_unsetting_a_variable_says_whether_there_was_one(backend: Backend) -> None:
    """And then there is none."""
    backend.set_variable(Variable("a", 1))

    assert [backend.unset_variable("a"), backend.unset_variable("a")] == [True, False]
    assert backend.variables() == []


@pytest.mark.own(reason="a server has no such types, and no half characters")
@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("secret", {"value": Secret("half \ud83d")}),
        ("string", {"value": "plain"}),
        ("json", {"value": {"a": [1, None]}}),
        ("azure-devops-credentials", {"token": Secret("t")}),
    ],
)
def test_a_block_of_our_own_keeps_its_fields(backend: Backend, type: str, data: Mapping[str, Any]) -> None:
    """Of any type, and any text."""
    block = Block(type, "mine", data)

    assert block == backend.create_block(block) == backend.block(type, "mine")


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("secret", {"value": Secret("s3cret ünïcode 🦊")}),
        ("github-credentials", {"token": Secret("t")}),
        ("gitlab-credentials", {"token": Secret("t"), "url": "https://git.example.org"}),
        ("bitbucket-credentials", {"username": "u", "password": Secret("p"), "token": None}),
    ],
)
def test_a_block_keeps_its_fields(backend: Backend, type: str, data: Mapping[str, Any]) -> None:
    """Secrets come back as secrets, all else as it was."""
    block = Block(type, "mine", data)

    assert block == backend.create_block(block)
    assert block == backend.block(type, "mine")
    assert [block] == backend.blocks()


def test_a_secret_field_given_as_text_becomes_a_secret(backend: Backend) -> None:
    """Nobody has to think of wrapping it."""
    backend.create_block(Block("github-credentials", "mine", {"token": "t"}))

    assert Block("github-credentials", "mine", {"token": Secret("t")}) == backend.block(
        "github-credentials", "mine"
    )


@pytest.mark.parametrize(
    ("block", "hint"),
    [
        (Block("gihtub-credentials", "x", {"token": "t"}), "Did you mean `github-credentials`?"),
        (Block("gitlab-credentials", "x", {"tokne": "t"}), "Did you mean `token`?"),
        (Block("secret", "x", {}), "Give `value` a value."),
        (Block("secret", "x", {"value": "a", "colour": "blue"}), "Its fields: `value`."),
    ],
)
def test_a_block_that_fits_no_type_is_refused(backend: Backend, block: Block, hint: str) -> None:
    """An unknown type or field is told with the nearest one."""
    with pytest.raises(BackendRefused) as caught:
        backend.create_block(block)

    assert hint == caught.value.hint
    assert backend.blocks() == []


@pytest.mark.own(reason="a secret of a server may be any JSON")
def test_a_secret_is_a_text(backend: Backend) -> None:
    """Nothing else can be kept secret."""
    with pytest.raises(BackendRefused) as caught:
        backend.create_block(Block("secret", "x", {"value": None}))

    assert caught.value.hint == "Write the value as text."


def test_a_block_is_made_once(backend: Backend) -> None:
    """Type and name together are taken; the name of another type is not."""
    backend.create_block(Block("github-credentials", "a", {"token": "1"}))
    backend.create_block(Block("secret", "a", {"value": "1"}))

    with pytest.raises(BackendConflict, match="github-credentials/a"):
        backend.create_block(Block("github-credentials", "a", {"token": "2"}))
    assert [(block.type, block.name) for block in backend.blocks()] == [
        ("github-credentials", "a"),
        ("secret", "a"),
    ]


def test_a_block_that_is_not_there(backend: Backend) -> None:
    """It reads as None, and deleting says so."""
    backend.create_block(Block("github-credentials", "a", {"token": "1"}))

    assert backend.block("github-credentials", "b") is None
    assert [
        backend.delete_block("github-credentials", "a"),
        backend.delete_block("github-credentials", "a"),
    ] == [True, False]
    assert backend.blocks() == []


@pytest.fixture(name="etl")
def _etl(deploy: Deploy, pool: str) -> Stored:
    wanted = replace(ETL, parameters={"a": 1, "b": {"c": 1}}, tags=("x", "y"), work_pool=pool)
    return deploy(wanted)[0]


def test_a_run_takes_from_request_and_deployment(backend: Backend, etl: Stored) -> None:
    """Parameters of the request go over the deployment's, tags are united."""
    request = RunRequest(
        deployment_id=etl.id,
        parameters={"b": 2},
        job_variables={"env": {"A": "1"}},
        tags=("y", "z"),
        name="mine",
    )
    run = backend.create_run(request)

    assert ("mine", "etl", "etl/prod", etl.id) == (run.name, run.flow, run.deployment, run.deployment_id)
    assert (run.parameters, run.job_variables) == ({"a": 1, "b": 2}, {"env": {"A": "1"}})
    assert ({"x", "y", "z"}, False) == (set(run.tags), run.is_scheduled)
    assert (run.state.type, run.state.name) == (StateType.SCHEDULED, "Scheduled")
    assert run == backend.run(run.id)


def test_a_run_has_a_name_of_two_words(backend: Backend, etl: Stored) -> None:
    """Where the request has none."""
    words = backend.create_run(RunRequest(deployment_id=etl.id)).name.split("-")

    assert [word.isalpha() for word in words] == [True, True]


def test_a_run_may_be_due_later(backend: Backend, etl: Stored) -> None:
    """At the time that was asked for, to the microsecond and in any zone."""
    later = datetime(2027, 6, 1, 8, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    run = backend.create_run(RunRequest(deployment_id=etl.id, scheduled=later))

    assert later == run.scheduled
    assert [run] == backend.runs(RunFilter())


def test_runs_that_are_due_later_can_be_left_out(backend: Backend, etl: Stored) -> None:
    """`until` keeps what is due at that time, and before."""
    first, second = datetime(2027, 6, 1, 8, tzinfo=UTC), datetime(2027, 6, 1, 9, tzinfo=UTC)
    run = backend.create_run(RunRequest(deployment_id=etl.id, scheduled=first))
    backend.create_run(RunRequest(deployment_id=etl.id, scheduled=second))

    assert [run] == backend.runs(RunFilter(until=first))


def test_an_idempotency_key_makes_one_run(backend: Backend, deploy: Deploy, etl: Stored) -> None:
    """The second request gets the first run; another deployment has keys of its own."""
    (other,) = deploy(replace(ETL, name="other"))
    first, second = (
        backend.create_run(RunRequest(deployment_id=etl.id, idempotency_key="k", parameters={"a": value}))
        for value in (1, 2)
    )
    third = backend.create_run(RunRequest(deployment_id=other.id, idempotency_key="k"))

    assert first == second
    assert {first.id, third.id} == {run.id for run in backend.runs(RunFilter())}


def test_a_run_needs_a_deployment(backend: Backend) -> None:
    """The id must stand for one."""
    with pytest.raises(NotFound, match="nowhere"):
        backend.create_run(RunRequest(deployment_id="nowhere"))


def test_runs_are_listed_the_latest_first(backend: Backend, etl: Stored) -> None:
    """The order is by the time they are due, and a limit keeps the latest."""
    made = [
        backend.create_run(RunRequest(deployment_id=etl.id, scheduled=datetime(2026, 1, day, tzinfo=UTC)))
        for day in (2, 3, 1)
    ]

    expected = [made[1].id, made[0].id, made[2].id]
    assert expected == [run.id for run in backend.runs(RunFilter())]
    assert expected[:2] == [run.id for run in backend.runs(RunFilter(limit=2))]


def test_runs_to_come_are_listed_the_next_first(backend: Backend, etl: Stored) -> None:
    """`after` leaves out those that are due, and a limit keeps the next ones."""
    made = [
        backend.create_run(RunRequest(deployment_id=etl.id, scheduled=datetime(2097, 1, day, tzinfo=UTC)))
        for day in (2, 3, 1, 4)
    ]

    def coming(**which: Any) -> list[str]:
        found = backend.runs(RunFilter(after=datetime(2097, 1, 1, tzinfo=UTC), **which))
        return [run.id for run in found]

    assert coming() == [made[0].id, made[1].id, made[3].id]
    assert coming(limit=2, deployment="etl/prod") == [made[0].id, made[1].id]


def test_runs_are_filtered(backend: Backend, deploy: Deploy, etl: Stored) -> None:
    """By deployment, by states, and by both."""
    (other,) = deploy(replace(ETL, name="other"))
    one, two, three = (backend.create_run(RunRequest(deployment_id=each.id)) for each in (etl, etl, other))
    backend.cancel(two.id)
    backend.cancel(three.id)

    def found(**which: Any) -> set[str]:
        return {run.id for run in backend.runs(RunFilter(**which))}

    cancelled = frozenset({StateType.CANCELLED})
    assert {one.id, two.id} == found(deployment="etl/prod")
    assert {two.id, three.id} == found(states=cancelled)
    assert {two.id} == found(deployment="etl/prod", states=cancelled)
    assert set() == found(deployment="etl/nowhere")


def test_a_run_is_found_by_the_beginning_of_its_id(backend: Backend, etl: Stored) -> None:
    """In any case of letters."""
    run = backend.create_run(RunRequest(deployment_id=etl.id))

    assert run == backend.run(run.id[:8]) == backend.run(run.id.upper())


@pytest.mark.parametrize("id", ["", "no-such-run", "00000000-0000-4000-a000-000000000000"])
def test_a_run_that_is_not_there_reads_as_none(backend: Backend, etl: Stored, id: str) -> None:
    """So does no id at all."""
    backend.create_run(RunRequest(deployment_id=etl.id))

    assert backend.run(id) is None


def test_a_beginning_that_fits_several_runs_is_refused(backend: Backend, etl: Stored) -> None:
    """The candidates are named."""
    runs = [backend.create_run(RunRequest(deployment_id=etl.id)) for _ in range(17)]
    first = [run.id[0] for run in runs]
    prefix = max(first, key=first.count)

    with pytest.raises(BackendRefused) as caught:
        backend.run(prefix)
    assert any(run.id in caught.value.detail for run in runs if run.id.startswith(prefix))


def test_a_run_that_has_not_begun_is_cancelled_at_once(backend: Backend, etl: Stored) -> None:
    """And it has an end."""
    run = backend.cancel(backend.create_run(RunRequest(deployment_id=etl.id)).id)

    assert StateType.CANCELLED is run.state.type
    assert run.ended is not None
    assert run == backend.run(run.id)


def test_a_run_that_has_ended_cannot_be_cancelled(backend: Backend, etl: Stored) -> None:
    """It says what the run is."""
    run = backend.cancel(backend.create_run(RunRequest(deployment_id=etl.id)).id)

    with pytest.raises(BackendConflict, match="Cancelled"):
        backend.cancel(run.id)


def test_cancelling_needs_a_run(backend: Backend) -> None:
    """The id must stand for one."""
    with pytest.raises(NotFound, match="nowhere"):
        backend.cancel("nowhere")


def test_a_run_that_wrote_nothing_has_no_lines(backend: Backend, etl: Stored) -> None:
    """Nor has one that is not there."""
    run = backend.create_run(RunRequest(deployment_id=etl.id))

    assert [] == backend.logs(run.id) == backend.logs("nowhere")


def test_a_run_that_has_ended_outlives_its_deployment(backend: Backend, etl: Stored) -> None:
    """What became of it stays to be read."""
    done = backend.cancel(backend.create_run(RunRequest(deployment_id=etl.id)).id)
    list(backend.write([Write(etl, None)]))

    found = backend.run(done.id)
    assert found is not None
    assert (found.flow, found.state) == ("etl", done.state)


@pytest.mark.own(reason="a server deletes what waits, and forgets the name of what is deleted")
def test_runs_outlive_their_deployment(backend: Backend, etl: Stored) -> None:
    """Their names stay; those that waited are cancelled, as there is nothing left to run."""
    done = backend.cancel(backend.create_run(RunRequest(deployment_id=etl.id)).id)
    waiting = backend.create_run(RunRequest(deployment_id=etl.id))
    list(backend.write([Write(etl, None)]))

    found = {run.id: run for run in backend.runs(RunFilter(deployment="etl/prod"))}
    assert replace(done, deployment_id=None) == found[done.id]
    ended = found[waiting.id]
    assert (ended.deployment_id, ended.state.type) == (None, StateType.CANCELLED)
    assert "deleted" in ended.state.message
