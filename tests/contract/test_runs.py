"""Runs, as commands make, list and cancel them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from syntask_yaml.backend.base import Backend, LogFilter, RunFilter
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import RunRequest, StateType

Deploy = Callable[..., list[Stored]]

ETL = Deployment(flow="etl", name="prod", entrypoint="flows/etl.py:etl")


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


def test_runs_are_filtered_by_several_deployments_or_pools(
    backend: Backend, deploy: Deploy, etl: Stored, pool: str
) -> None:
    """With states, a time and a limit; a deployment or a pool that is not there has none."""
    backend.create_pool(WorkPool(name="elsewhere", type="process"))
    other, third = deploy(
        replace(ETL, name="other", work_pool="elsewhere"), replace(ETL, name="third", work_pool=pool)
    )
    one, two, three = (
        backend.create_run(RunRequest(deployment_id=each.id, scheduled=datetime(2027, 1, day, tzinfo=UTC))).id
        for day, each in enumerate((etl, other, third), start=1)
    )
    backend.cancel(two)
    nowhere = "0190d0c4-2f3e-7c1e-8a43-3c5f6d3e7a11"

    def found(**which: Any) -> list[str]:
        return [run.id for run in backend.runs(RunFilter(**which))]

    both = frozenset({etl.id, other.id})
    later = datetime(2027, 1, 1, 12, tzinfo=UTC)
    waiting = frozenset({StateType.SCHEDULED})
    assert found(of=both) == [two, one]
    assert found(of=frozenset({third.id, nowhere})) == [three]
    assert found(of=frozenset({nowhere})) == []
    assert found(of=both, states=waiting) == [one]
    assert found(of=both, until=later) == [one]
    assert found(of=both, after=later) == [two]
    assert found(of=frozenset({etl.id, third.id}), limit=1) == [three]
    assert found(pools=frozenset({"elsewhere", "nowhere"})) == [two]
    assert found(pools=frozenset({pool}), states=waiting) == [three, one]
    assert found(pools=frozenset({pool}), after=later) == [three]
    assert found(pools=frozenset({"nowhere"}), of=both) == []


def test_a_run_is_found_by_the_beginning_of_its_id(backend: Backend, etl: Stored) -> None:
    """In any case of letters, also if it is not due yet."""
    for due in (None, datetime.now(UTC) + timedelta(days=1)):
        run = backend.create_run(RunRequest(deployment_id=etl.id, scheduled=due))

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


def test_a_run_is_retried_with_all_that_it_had(backend: Backend, twin: Backend, etl: Stored) -> None:
    """By another run, or on a server by itself; it is due at once."""
    request = RunRequest(
        deployment_id=etl.id, parameters={"a": 2}, job_variables={"env": {"A": "1"}}, tags=("night",)
    )
    run = backend.cancel(backend.create_run(request).id)

    retry = twin.retry(run.id)

    assert (retry.id == run.id) is not backend.features.has_own_worker
    assert retry.state.type is StateType.SCHEDULED
    assert retry.scheduled is not None
    assert (retry.deployment, retry.parameters, retry.job_variables, set(retry.tags)) == (
        run.deployment,
        run.parameters,
        run.job_variables,
        set(run.tags),
    )


def test_what_has_not_ended_is_not_retried(backend: Backend, etl: Stored) -> None:
    with pytest.raises(BackendConflict, match="has not ended"):
        backend.retry(backend.create_run(RunRequest(deployment_id=etl.id)).id)
    with pytest.raises(NotFound, match="nowhere"):
        backend.retry("nowhere")


def test_what_lost_its_deployment_is_not_retried(backend: Backend, etl: Stored) -> None:
    run = backend.cancel(backend.create_run(RunRequest(deployment_id=etl.id)).id)
    list(backend.write([Write(etl, None)]))

    with pytest.raises(BackendConflict, match="was deleted"):
        backend.retry(run.id)


def test_runs_that_ended_before_are_left_out(backend: Backend, deploy: Deploy, etl: Stored) -> None:
    """Those that have not ended are not, and other filters hold as well."""
    other = deploy(replace(ETL, name="other", work_pool="default"))[0]
    ended = backend.cancel(backend.create_run(RunRequest(deployment_id=etl.id)).id)
    waiting = backend.create_run(RunRequest(deployment_id=etl.id, scheduled=datetime(2100, 1, 1, tzinfo=UTC)))
    another = backend.cancel(backend.create_run(RunRequest(deployment_id=other.id)).id)
    assert ended.ended is not None
    before, after = ended.ended - timedelta(seconds=1), ended.ended + timedelta(hours=1)

    def found(**which: Any) -> set[str]:
        return {run.id for run in backend.runs(RunFilter(**which))}

    cancelled = frozenset({StateType.CANCELLED})
    assert found(since=before) == {ended.id, waiting.id, another.id}
    assert found(since=after) == {waiting.id}
    assert found(since=before, states=cancelled) == {ended.id, another.id}
    assert found(since=before, states=cancelled, deployment="etl/prod") == {ended.id}
    assert found(since=after, states=cancelled) == set()
    assert [run.id for run in backend.runs(RunFilter(since=before, limit=1))] == [waiting.id]


def test_a_run_that_waits_has_no_cause(backend: Backend, etl: Stored) -> None:
    run = backend.create_run(RunRequest(deployment_id=etl.id))

    assert backend.cause(run) is None
    last = LogFilter(limit=5, is_newest=True)
    assert [] == backend.logs(run.id, which=last) == backend.logs("nowhere", which=last)


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


def test_the_last_run_of_a_deployment_is_one_that_no_longer_waits(
    backend: Backend, deploy: Deploy, pool: str
) -> None:
    """Of those that were due; a deployment whose runs all wait has none, as one without runs."""
    one, two, three = deploy(*(replace(ETL, name=name, work_pool=pool) for name in ("one", "two", "three")))
    past = datetime(2026, 3, 2, 11, tzinfo=UTC)
    due = [(one, 0), (one, 2), (one, 4), (two, 5)]
    first, last, _, _ = (
        backend.create_run(RunRequest(deployment_id=each.id, scheduled=past + timedelta(minutes=minutes)))
        for each, minutes in due
    )
    for run in (first, last):
        backend.cancel(run.id)

    found = backend.last_runs([one, two, three])

    assert {key: run.id for key, run in found.items()} == {one.id: last.id}
    assert backend.last_runs([]) == {}
