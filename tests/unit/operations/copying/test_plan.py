"""What a copy would do: what is missing is created, what differs is left, what cannot be is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import UsageError
from syntask_yaml.model.automation import Automation, AutomationWrite
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit, SlotRequest
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.operations.copying.changes import PARTS, CopyAction, CopyChange, CopyPlan
from syntask_yaml.operations.copying.plan import CopyOptions, plan_copy

DAILY = Schedule(timing=Cron("0 2 * * *"))
ETL = Deployment(flow="etl", name="prod", entrypoint="flows.py:etl", work_pool="default", schedules=(DAILY,))


@dataclass
class Stores:
    """One store, and another one to copy it to."""

    source: EmbeddedBackend
    destination: EmbeddedBackend

    def plan(self, *parts: str, overwrite: bool = False) -> CopyPlan:
        """What a copy would do, or one of only these *parts*."""
        kinds = frozenset(kind for part in parts or PARTS for kind in PARTS[part])
        return plan_copy(self.source, self.destination, CopyOptions(kinds=kinds, is_overwritten=overwrite))

    def changes(self, *parts: str, overwrite: bool = False) -> dict[str, CopyChange]:
        """The changes by kind and name, without what is unchanged."""
        plan = self.plan(*parts, overwrite=overwrite)
        return {each.full_name: each for each in plan.changes if each.action is not CopyAction.UNCHANGED}

    def actions(self, *parts: str, overwrite: bool = False) -> dict[str, str]:
        return {name: each.action.value for name, each in self.changes(*parts, overwrite=overwrite).items()}


def deploy(backend: EmbeddedBackend, deployment: Deployment) -> None:
    (written,) = backend.write([Write(None, deployment)])
    assert written.error is None


@pytest.fixture(name="stores")
def _stores(tmp_path: Path) -> Iterator[Stores]:
    stores = Stores(
        EmbeddedBackend.open(tmp_path / "source.db"), EmbeddedBackend.open(tmp_path / "destination.db")
    )
    yield stores
    stores.source.close()
    stores.destination.close()


def test_nothing_is_to_be_copied_of_an_empty_store(stores: Stores) -> None:
    """Its default pool is there from the start."""
    assert stores.actions() == {}


def test_a_backend_is_not_copied_to_itself(stores: Stores) -> None:
    with pytest.raises(UsageError, match="is the one to copy to"):
        plan_copy(stores.source, stores.source, CopyOptions())


def test_what_differs_is_left_unless_it_is_overwritten(stores: Stores) -> None:
    """With the fields that differ: before is what the destination has."""
    stores.source.set_variable(Variable("region", "eu", ("a",)))
    stores.destination.set_variable(Variable("region", "us"))

    (left,) = stores.changes().values()

    assert left.action is CopyAction.DIFFERS
    assert [(each.path, each.before, each.after) for each in left.fields] == [
        ("value", "us", "eu"),
        ("tags", [], ["a"]),
    ]
    assert stores.actions(overwrite=True) == {"variable region": "update"}


def test_limits_are_copied_without_who_uses_them(stores: Stores) -> None:
    here = [GlobalConcurrencyLimit(name="db", limit=2), GlobalConcurrencyLimit(name="tag:big", limit=1)]
    for limit in here:
        stores.source.create_concurrency_limit(limit)
    stores.destination.create_concurrency_limit(GlobalConcurrencyLimit(name="db", limit=3))
    request = SlotRequest(names=("db",), slots=1, token="t")
    assert stores.source.take_slots(request, utc_now(), lease=60).is_taken

    assert stores.actions() == {"concurrency limit db": "differs", "concurrency limit tag:big": "create"}
    changes = stores.changes("limits", overwrite=True)
    assert [each.after for each in changes.values()] == here


@pytest.mark.parametrize("name", ["api_token", "db-password"])
def test_a_variable_whose_name_says_secret_is_not_shown(stores: Stores, name: str) -> None:
    stores.source.set_variable(Variable(name, "hush-1"))
    stores.destination.set_variable(Variable(name, {"a": "hush-2"}))

    assert "hush" not in repr(stores.plan())


def test_the_fields_of_blocks_are_named_and_never_shown(stores: Stores) -> None:
    for side, token, url in ((stores.source, "hush-1", "a"), (stores.destination, "hush-2", "b")):
        side.create_block(Block("gitlab-credentials", "team", {"token": token, "url": f"hush-{url}"}))

    (left,) = stores.changes().values()

    assert sorted(each.path for each in left.fields) == ["token", "url"]
    assert "hush" not in repr([left, stores.plan(overwrite=True).changes[0].fields])


def test_a_block_comes_after_what_it_refers_to(stores: Stores) -> None:
    """Whatever the order of their names; one that refers to nothing is refused."""
    stores.source.create_block(
        Block("minio-credentials", "z", {"minio_root_user": "u", "minio_root_password": "p"})
    )
    stores.source.create_block(
        Block("azure-blob-storage-container", "lost", {"container_name": "c", "credentials": "secret/gone"})
    )
    stores.source.create_block(
        Block("gcs-bucket", "a", {"bucket": "b", "gcp_credentials": "minio-credentials/z"})
    )

    changes = stores.changes()

    names = list(changes)
    assert names.index("block minio-credentials/z") < names.index("block gcs-bucket/a")
    lost = changes["block azure-blob-storage-container/lost"]
    assert (lost.action, "`secret/gone`, which does not exist" in lost.reason) == (CopyAction.REFUSED, True)


def test_a_template_that_nobody_changed_is_the_own_one_of_the_destination(stores: Stores) -> None:
    stores.source.create_pool(WorkPool(name="plain", type="process"))
    stores.source.create_pool(WorkPool(name="own", type="process", base_job_template={"a": "hush"}))
    stores.destination.create_pool(WorkPool(name="plain", type="process", base_job_template={"b": 1}))
    stores.destination.create_pool(WorkPool(name="own", type="process", base_job_template={"b": 1}))

    (left,) = stores.changes("pools").values()

    assert (left.name, [each.path for each in left.fields]) == ("own", ["base_job_template"])
    assert "hush" not in repr(left)


def test_a_limit_of_zero_is_not_no_limit(stores: Stores) -> None:
    stores.source.create_pool(WorkPool(name="p", type="process", concurrency_limit=0))
    stores.destination.create_pool(WorkPool(name="p", type="process", description=""))

    (left,) = stores.changes().values()

    assert [(each.path, each.before, each.after) for each in left.fields] == [("concurrency_limit", None, 0)]


def test_queues_keep_their_order_and_settings(stores: Stores) -> None:
    """The default one comes with its pool; queues that only the destination has do not count."""
    for side in (stores.source, stores.destination):
        side.create_pool(WorkPool(name="p", type="process"))
    stores.source.create_queue(WorkQueue(pool="p", name="high", priority=1, concurrency_limit=2))
    stores.source.update_queue("p", "default", {"is_paused": True})
    stores.destination.create_queue(WorkQueue(pool="p", name="theirs", priority=1))

    assert stores.actions() == {"work queue p/high": "create", "work queue p/default": "create"}

    stores.destination.create_queue(WorkQueue(pool="p", name="high", concurrency_limit=2))
    stores.destination.update_queue("p", "default", {"is_paused": True})
    changes = stores.changes()
    assert {name: [field.path for field in each.fields] for name, each in changes.items()} == {
        "work queue p/high": ["priority"],
        "work queue p/default": ["priority"],
    }


def test_a_deployment_is_created_paused_where_its_schedules_run(stores: Stores) -> None:
    """They go over last; one without is what it was."""
    deploy(stores.source, ETL)
    deploy(stores.source, replace(ETL, name="idle", schedules=(), project="shop", protected=True))

    changes = stores.changes()

    assert {name: each.action.value for name, each in changes.items()} == {
        "deployment etl/idle": "create",
        "deployment etl/prod": "create",
        "schedules etl/prod": "move",
    }
    after = {
        each.after.after.name: each.after.after
        for each in changes.values()
        if isinstance(each.after, Write) and each.after.after
    }
    assert {name: each.paused for name, each in after.items()} == {"idle": False, "prod": True}
    assert (after["idle"].project, after["idle"].protected) == ("shop", True)


def test_what_is_paused_here_may_run_there(stores: Stores) -> None:
    """As it is after the schedules went over."""
    deploy(stores.source, replace(ETL, paused=True))
    deploy(stores.destination, ETL)

    assert stores.actions() == {}


def test_schedules_stay_where_the_deployment_is_another(stores: Stores) -> None:
    deploy(stores.source, ETL)
    deploy(stores.destination, replace(ETL, paused=True, parameters={"n": 1}))

    changes = stores.changes()

    assert [each.action for each in changes.values()] == [CopyAction.DIFFERS, CopyAction.REFUSED]
    assert "differs on the destination" in changes["schedules etl/prod"].reason
    assert stores.actions(overwrite=True) == {"deployment etl/prod": "update", "schedules etl/prod": "move"}


def test_what_an_interrupted_copy_did_not_write_is_no_difference(stores: Stores) -> None:
    """The triggers of a deployment come after it; anything else was changed by somebody."""
    stores.destination.features = stores.destination.features._replace(triggers=True)
    whole = replace(ETL, paused=True, triggers=({"expect": ["a"]},))
    deploy(stores.source, whole)
    deploy(stores.destination, replace(whole, triggers=()))
    plan = partial(plan_copy, stores.source, stores.destination, CopyOptions())

    assert plan().changes[-1].action is CopyAction.DIFFERS
    assert plan(unfinished={"etl/prod"}).changes[-1].action is CopyAction.UPDATE

    (stored,) = stores.destination.deployments()
    assert stores.destination.write([Write(stored, replace(stored.deployment, tags=("theirs",)))])
    assert plan(unfinished={"etl/prod"}).changes[-1].action is CopyAction.DIFFERS


def test_a_deployment_needs_the_values_that_it_refers_to(stores: Stores) -> None:
    """On a server, a variable that does not exist would be an empty text, and a block a crash."""
    stores.source.set_variable(Variable("region", "eu"))
    deploy(stores.source, replace(ETL, job_variables={"env": {"R": "{{ syntask.variables.region }}"}}))

    assert stores.actions("deployments") == {"deployment etl/prod": "refused"}
    assert stores.actions("variables", "deployments") == {
        "variable region": "create",
        "deployment etl/prod": "create",
    }


def test_a_part_needs_what_is_there(stores: Stores) -> None:
    """Deployments their pools, and schedules their deployments."""
    stores.source.create_pool(WorkPool(name="p", type="process"))
    deploy(stores.source, replace(ETL, work_pool="p"))

    (deployment,) = stores.changes("deployments").values()
    (schedules,) = stores.changes("paused").values()

    assert (deployment.action, deployment.hint.split(",")[0]) == (
        CopyAction.REFUSED,
        "Add `pools` to `--only`",
    )
    assert (schedules.action, schedules.hint) == (CopyAction.REFUSED, "See the deployment.")
    assert stores.actions("variables", "blocks") == {}


def test_automations_that_stay_are_named(stores: Stores) -> None:
    """Until their project is deployed to the destination, too; and only where deployments are copied."""
    deploy(stores.source, ETL)
    tell = AutomationWrite(None, Automation(name="tell", trigger={"type": "event"}, actions=()))
    list(stores.source.write_automations([tell]))

    assert ["`tell`" in each.detail for each in stores.plan().diagnostics if each.code == "not-copied"] == [
        True
    ]
    assert [each for each in stores.plan("variables").diagnostics if each.code == "not-copied"] == []
    list(stores.destination.write_automations([tell]))
    assert [each for each in stores.plan().diagnostics if each.code == "not-copied"] == []


def test_runs_that_somebody_asked_for_are_named(stores: Stores) -> None:
    """They stay where they are, while those of schedules go along with these."""
    deploy(stores.source, ETL)
    stores.source.schedule(utc_now())
    assert "not-copied" not in {each.code for each in stores.plan().diagnostics}

    (stored,) = stores.source.deployments()
    run = stores.source.create_run(RunRequest(deployment_id=stored.id))

    (said,) = [each for each in stores.plan().diagnostics if each.code == "not-copied"]
    assert said.detail.endswith(f"wait on the source: `{run.name}` of `etl/prod`.")
    assert "not-copied" not in {each.code for each in stores.plan("variables").diagnostics}
