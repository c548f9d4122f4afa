"""What is deleted of a target: its own, what has run out, and nothing that others use."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.base import Written
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import BackendRefused, UsageError
from syntask_yaml.model.automation import StoredAutomation
from syntask_yaml.model.deploy_record import DeployRecord
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.resource import Owner, ResourceLedger
from syntask_yaml.operations.destroy import expired_contexts, expiring_projects
from syntask_yaml.operations.expiry import find_expired
from syntask_yaml.operations.history import read_history
from syntask_yaml.operations.project import ProjectLocation
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from tests.support.target_desk import TargetDesk

WEEK = timedelta(days=7)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[TargetDesk]:
    with closing(EmbeddedBackend.open(tmp_path / "syntask.db")) as backend:
        yield TargetDesk(tmp_path / "work", backend)


def test_a_preview_runs_out_after_its_last_deploy(desk: TargetDesk) -> None:
    """Also where that changed nothing; nobody has to know the prefix. The last one takes the resources."""
    desk.deploy("preview", "7")
    desk.deploy("preview", "8")
    last = next(desk.backend.deploy_records("shop:preview"))
    assert last.ended is not None
    desk.deploy("preview", "7")
    context, now = desk.context("preview"), last.ended + WEEK
    assert find_expired(context, now) == []
    assert find_expired(context, now + timedelta(microseconds=1)) == ["shop:preview:pr-8-"]
    assert find_expired(context, utc_now() + WEEK) == ["shop:preview:pr-7-", "shop:preview:pr-8-"]

    for each in expired_contexts(context, now + timedelta(microseconds=1)):
        desk.destroy(each)
    assert (desk.names, desk.has_resources) == (["etl/pr-7-one"], True)
    for each in expired_contexts(context, utc_now() + WEEK):
        desk.destroy(each)
    assert (desk.names, desk.has_resources, desk.owners()) == ([], False, set())


def test_resources_alone_run_out_after_the_last_deploy_of_their_owner(desk: TargetDesk) -> None:
    """Also where that changed nothing, and where there are only automations; unrecorded ones do not."""
    actions = "trigger: {expect: prefect.flow-run.Failed}, actions: [{type: run-command, command: [page]}]"
    tell = f"  automations: [{{name: 'tell {{{{ $PR }}}}', {actions}}}]\n"
    file = desk.folder / "syntask.yaml"
    head, resources = file.read_text(encoding="utf-8").partition("deployments:")[0].split("resources:\n")
    whole = Request(selection=Selection())
    file.write_text(f"{head}resources:\n{tell}", encoding="utf-8")
    desk.deploy("preview", "6", request=whole)
    file.write_text(f"{head}resources:\n{resources}", encoding="utf-8")
    desk.deploy("preview", "7", request=whole)
    desk.deploy("preview", "8", request=whole)
    last = next(desk.backend.deploy_records("shop:preview"))
    assert last.ended is not None
    assert {each.action for each in desk.deploy("preview", "7", request=whole).resources} == {"unchanged"}
    desk.backend.write_ledger(ResourceLedger(Owner("shop:preview:pr-9-"), frozenset({"variable region"})))
    desk.backend.write_ledger(ResourceLedger(Owner("shop:previews"), frozenset({"variable region"})))

    context, now = desk.context("preview"), last.ended + WEEK + timedelta(microseconds=1)
    assert find_expired(context, last.began + WEEK) == ["shop:preview:pr-6-"]
    assert find_expired(context, now) == ["shop:preview:pr-6-", "shop:preview:pr-8-"]
    for each in expired_contexts(context, utc_now() + WEEK):
        desk.destroy(each)
    assert desk.backend.automations() == []
    assert desk.owners() == {"shop:preview:pr-9-", "shop:previews"}


def test_a_target_with_values_of_its_own_is_destroyed(desk: TargetDesk) -> None:
    """Also where the prefix of its names is one of them."""
    values = "values: {bucket: {default: a}, who: {default: me}}\ntargets:\n"
    own = '  own: {values: {bucket: b, who: kim}, name_prefix: "{{ values.who }}-"}\n'
    file = desk.folder / "syntask.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("targets:\n", values + own), encoding="utf-8")
    desk.deploy("own")
    assert desk.names == ["etl/kim-one"]

    desk.destroy(desk.context("own"))

    assert (desk.names, desk.has_resources) == ([], False)


def test_a_target_of_which_a_part_was_deployed_keeps_what_it_shares(desk: TargetDesk) -> None:
    """A variable shows no other use of itself than that the target declares it, too."""
    part = Request(selection=Selection(names=("*one",)))
    desk.deploy("prod")
    desk.deploy("preview", "7", request=part)
    assert desk.owners() == {"shop:prod", "shop:preview:pr-7-"}

    desk.destroy(desk.context("prod"))
    assert (desk.names, desk.has_resources) == (["etl/pr-7-one"], True)
    desk.deploy("preview", "7", request=part)
    desk.destroy(desk.context("preview", "7"))
    assert (desk.names, desk.has_resources, desk.owners()) == ([], False, set())


def test_a_target_of_which_a_part_was_deployed_gets_the_automations_that_it_shares(desk: TargetDesk) -> None:
    """Also where their names are templates; what the other target does not declare goes with its owner."""
    file = desk.folder / "syntask.yaml"
    actions = "trigger: {expect: prefect.flow-run.Failed}, actions: [{type: run-command, command: [page]}]"
    entries = f"  automations: [{{name: '{{{{ values.tell }}}}', {actions}}}]\n"
    entries += "values: {tell: {default: tell}}\n"
    text = file.read_text(encoding="utf-8").replace("deployments:", f"{entries}deployments:")
    file.write_text(text, encoding="utf-8")
    part = Request(selection=Selection(names=("*one",)))

    def owners() -> list[str | None]:
        return [each.automation.project for each in desk.backend.automations()]

    desk.deploy("prod")
    desk.deploy("preview", "7", request=part)
    assert owners() == ["shop:prod"]

    desk.destroy(desk.context("prod"))
    assert owners() == ["shop:preview:pr-7-"]
    desk.destroy(desk.context("preview", "7"))
    assert (owners(), desk.has_resources, desk.owners()) == ([], False, set())


def test_each_preview_has_a_history_of_its_own(desk: TargetDesk) -> None:
    """That of all is asked for by names. What does not say whose it is, is everybody's."""
    desk.backend.record_deploy(DeployRecord(project="shop:preview", began=utc_now(), by="before"))
    for number in "7", "70":
        desk.deploy("preview", number)

    def history(owner: str | None = None, *names: str) -> list[str | None]:
        found = read_history(desk.backend, "shop:preview", owner=owner, names=names, limit=9)
        return [each.owner for each in found]

    assert history("shop:preview:pr-7-") == ["shop:preview:pr-7-", None]
    assert history(None, "pr-*") == ["shop:preview:pr-70-", "shop:preview:pr-7-"]
    assert len(history()) == 3


def test_what_nobody_recorded_counts_from_its_last_change(desk: TargetDesk) -> None:
    """As deployments that were handed to the target."""
    there = Deployment(flow="etl", name="old", work_pool="default", project="shop:preview")
    list(desk.backend.write([Write(None, there)]))
    context = desk.context("preview")

    assert find_expired(context, utc_now() + timedelta(days=6)) == []
    assert find_expired(context, utc_now() + timedelta(days=8)) == ["shop:preview"]


def test_only_targets_that_expire_are_looked_at(desk: TargetDesk) -> None:
    place = ProjectLocation(directory=desk.folder)
    assert [each.owner for each in expiring_projects(place)] == ["shop:preview"]
    with pytest.raises(UsageError) as caught:
        expiring_projects(place._replace(target="prod"))
    assert caught.value.detail == "The target `prod` has no `expires`."
    assert find_expired(desk.context("prod"), utc_now()) == []


def test_a_pool_that_another_project_uses_is_kept(desk: TargetDesk) -> None:
    """Until that one has left it."""
    desk.deploy("prod")
    guest = Deployment(flow="load", name="guest", work_pool="small", work_queue="quick", project="mall")
    (written,) = desk.backend.write([Write(None, guest)])

    said = desk.destroy(desk.context("prod"))
    assert said == [
        "Not deleted: `work queue small/quick`, `work pool small`. `load/guest` of `mall` uses it."
    ]
    assert "small" in {each.name for each in desk.backend.pools()}
    assert desk.backend.variables() == []

    (stored,) = desk.backend.deployments(names=[written.write.full_name])
    list(desk.backend.write([Write(stored, None)]))
    assert desk.destroy(desk.context("prod")) == []
    assert (desk.has_resources, desk.owners()) == (False, set())


@pytest.mark.parametrize(
    ("written", "detail"),
    [
        ("soon", "`soon` is not a duration."),
        ("0d", "`0d` is not a positive duration: the deployments would expire at once."),
    ],
)
def test_a_duration_that_is_none_is_told_where_it_stands(desk: TargetDesk, written: str, detail: str) -> None:
    file = desk.folder / "syntask.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("expires: 7d", f"expires: {written}"), encoding="utf-8")

    (problem,) = desk.context("prod").project.errors
    assert (problem.code, problem.detail) == ("wrong-value", detail)
    assert problem.path == ("targets", "preview", "expires")


def test_to_destroy_is_no_deploy(desk: TargetDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one has left over is as old as before, and resources that it has left alone have run out."""
    desk.deploy("preview", "7")
    (deployed,) = desk.backend.deploy_records("shop:preview")
    assert deployed.ended is not None
    context, now = desk.context("preview"), deployed.ended + WEEK + timedelta(microseconds=1)
    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedBackend, "write", _refused)
        with pytest.raises(AssertionError, match="not today"):
            desk.destroy(desk.context("preview", "7"))
    assert next(desk.backend.deploy_records("shop:preview")).destroys
    assert find_expired(context, now) == ["shop:preview:pr-7-"]

    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedBackend, "unset_variable", _killed)
        with pytest.raises(KeyboardInterrupt):
            desk.destroy(desk.context("preview", "7"))
    assert (desk.names, desk.owners()) == ([], {"shop:preview:pr-7-"})
    for each in expired_contexts(context, utc_now()):
        desk.destroy(each)
    assert (desk.names, desk.has_resources, desk.owners()) == ([], False, set())


def _refused(_backend: object, writes: list[Write], *, jobs: int = 1) -> Iterator[Written]:
    for write in writes:
        yield Written(write, error=BackendRefused("It is not today.", hint=""))


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_automations_alone_run_out_where_only_their_owner_is_told(
    desk: TargetDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a server: whose there are is known by the records of deploys; it is asked for no others."""
    actions = "trigger: {expect: prefect.flow-run.Failed}, actions: [{type: run-command, command: [page]}]"
    file = desk.folder / "syntask.yaml"
    head = file.read_text(encoding="utf-8").partition("resources:")[0]
    file.write_text(
        f"{head}resources:\n  automations: [{{name: 'tell {{{{ $PR }}}}', {actions}}}]\n", encoding="utf-8"
    )
    whole = Request(selection=Selection())
    for number in "5", "6", "7", "70":
        desk.deploy("preview", number, request=whole)
    desk.destroy(desk.context("preview", "5"))
    began = DeployRecord(project="shop:preview", owner="shop:preview:pr-4-", began=utc_now(), by="killed")
    desk.backend.record_deploy(began)
    asked: list[str | None] = []

    def automations(
        backend: EmbeddedBackend, *, project: str | None = None, names: Collection[str] = ()
    ) -> list[StoredAutomation]:
        asked.append(project)
        return there(backend, project=project, names=names)

    there = EmbeddedBackend.automations
    context = desk.context("preview")
    monkeypatch.setattr(EmbeddedBackend, "features", EmbeddedBackend.features._replace(has_owners=False))
    monkeypatch.setattr(EmbeddedBackend, "automations", automations)
    monkeypatch.setattr(EmbeddedBackend, "ledgers", lambda _backend: [])

    expected = [f"shop:preview:pr-{number}-" for number in ("6", "7", "70")]
    assert find_expired(context, utc_now() + WEEK) == expected
    assert {*asked} == {"shop:preview", "shop:preview:pr-4-", *expected}
