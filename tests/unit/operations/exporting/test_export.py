"""What is exported plans to no change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import UsageError
from syntask_yaml.model.block import Block
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.exporting.export import ExportRequest, export
from syntask_yaml.plan.changes import Action
from tests.support.deployments import POOL, deployments
from tests.support.exported import ENVIRON, FREE, changes_in, export_to, is_declarable, write_all
from tests.support.memory import MemoryBackend


@contextmanager
def backend_with(wanted: Sequence[Deployment], folder: Path) -> Iterator[Backend]:
    with closing(EmbeddedBackend.open(folder / "store" / "syntask.db")) as backend:
        backend.create_pool(WorkPool(name=POOL, type="process", base_job_template=FREE))
        write_all(backend, wanted, folder)
        yield backend


@given(
    wanted=st.sampled_from([None, "etl", "etl:prod"]).flatmap(
        lambda project: st.lists(
            deployments(project=project).filter(is_declarable),
            min_size=1,
            max_size=3,
            unique_by=lambda each: each.full_name,
        )
    )
)
@settings(max_examples=100, deadline=None)
def test_export_then_plan_is_empty(wanted: list[Deployment]) -> None:
    """For every field, whatever it holds."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with backend_with(wanted, folder) as backend:
            assert export_to(folder, backend) == ()
            changes = changes_in(folder, backend)

        assert [(each.action, each.fields) for each in changes] == [(Action.UNCHANGED, ())] * len(wanted)


SIMPLE = Deployment(flow="first", name="one", entrypoint="flows.py:first", description="x", work_pool=POOL)


def test_secrets_in_clear_stay_out_of_the_file(tmp_path: Path) -> None:
    """The same secret is one block, another one another; references and templates stay."""
    steps = (
        {"syntask.deployments.steps.git_clone": {"repository": "r", "access_token": "hush-1"}},
        {"own.step": {"credentials": {"username": "me", "password": "hush-2", "token": "hush-1"}}},
        {"own.step": {"access_token": "{{ syntask.blocks.secret.mine }}"}},
    )
    wanted = replace(SIMPLE, pull_steps=steps, job_variables={"env": {"password": "hush-2"}})
    with backend_with([wanted], tmp_path) as backend:
        notes = export_to(tmp_path, backend)

    text = (tmp_path / "syntask.yaml").read_text(encoding="utf-8")
    assert "hush" not in text
    assert "{{ syntask.blocks.secret.mine }}" in text
    assert [note.code for note in notes] == ["readable-secret"] * 2


def test_a_file_declares_one_project(tmp_path: Path) -> None:
    """Deployments of several owners are refused, and can be chosen by owner."""
    wanted = [replace(SIMPLE, name=name, project=name) for name in ("one", "two")]
    with backend_with(wanted, tmp_path) as backend:
        with pytest.raises(UsageError, match="`one`, `two`"):
            export(backend, ExportRequest(), environ=ENVIRON)
        assert export(backend, ExportRequest(project="two"), environ=ENVIRON).content["name"] == "two"
        assert (
            export(backend, ExportRequest(patterns=["first/one"]), environ=ENVIRON).content["name"] == "one"
        )


def test_what_cannot_be_declared_is_left_out_and_said(tmp_path: Path) -> None:
    """A deployment that a process of its own serves has no pool."""
    served = replace(SIMPLE, name="served", entrypoint="flows.py:first")
    with backend_with([SIMPLE, served], tmp_path) as backend:
        (stored,) = backend.deployments(names=["first/served"])
        list(backend.write([Write(stored, replace(stored.deployment, work_pool=None))]))
        found = export(backend, ExportRequest(), environ=ENVIRON)

    assert [each["name"] for each in found.content["deployments"]] == ["one"]
    assert [note.code for note in found.diagnostics] == ["not-exported"]


def test_pull_steps_that_all_have_stand_above(tmp_path: Path) -> None:
    """Once, and the plan is empty all the same."""
    steps = ({"syntask.deployments.steps.set_working_directory": {"directory": "/srv"}},)
    wanted = [replace(SIMPLE, name=name, pull_steps=steps) for name in ("one", "two")]
    with backend_with(wanted, tmp_path) as backend:
        export_to(tmp_path, backend)
        changes = changes_in(tmp_path, backend)

    assert (tmp_path / "syntask.yaml").read_text(encoding="utf-8").count("/srv") == 1
    assert {each.action for each in changes} == {Action.UNCHANGED}


class _FromAgents(MemoryBackend):
    """A backend with blocks that no type of ours has."""

    def blocks(self) -> list[Block]:
        found = ("docker-container/prod", "kubernetes-job/big", "s3/code", "secret/key", "slack-webhook/ops")
        return [Block(*name.split("/")) for name in found]  # type: ignore[arg-type]


def test_blocks_from_the_time_of_agents_are_reported() -> None:
    """With what becomes of them; blocks that flows use are none of these."""
    said = [
        (each.detail, each.hint) for each in export(_FromAgents(), ExportRequest(), environ={}).diagnostics
    ]
    assert [detail.partition(": ")[2] for detail, _ in said] == [
        "`docker-container/prod`, `kubernetes-job/big`.",
        "`s3/code`.",
    ]
    assert all("`syntask upgrade" in hint for _, hint in said)


PREVIEW = replace(SIMPLE, name="pr-7-one", project="shop:preview:pr-7-")


@pytest.mark.parametrize(
    ("owned", "targets", "name"),
    [
        (replace(SIMPLE, project="shop:prod"), {"prod": {"default": True}}, "one"),
        (PREVIEW, {"preview": {"default": True, "name_prefix": '{{ "pr-7-" }}'}}, "one"),
    ],
    ids=["target", "preview"],
)
def test_what_a_target_has_is_declared_in_that_target(
    tmp_path: Path, owned: Deployment, targets: dict[str, object], name: str
) -> None:
    """By the name of its project; what is deployed from the file has the same owner, so nothing changes."""
    with backend_with([owned], tmp_path) as backend:
        exported = export(backend, ExportRequest(project="shop"), environ=ENVIRON)
        assert exported.content["name"] == "shop"
        assert exported.content["targets"] == targets
        assert [each["name"] for each in exported.content["deployments"]] == [name]

        assert export_to(tmp_path, backend) == ()
        changes = changes_in(tmp_path, backend)
    assert [(each.deployment, each.action, each.fields) for each in changes] == [
        (owned.full_name, Action.UNCHANGED, ())
    ]


def test_targets_are_chosen_by_their_owners(tmp_path: Path) -> None:
    """A project without targets comes before those of the same name with some."""
    wanted = [replace(SIMPLE, name=name, project=f"shop:{name}") for name in ("dev", "prod")]
    with backend_with([*wanted, replace(SIMPLE, name="own", project="mall")], tmp_path) as backend:
        with pytest.raises(UsageError, match="`shop:dev`, `shop:prod`"):
            export(backend, ExportRequest(project="shop"), environ=ENVIRON)
        found = export(backend, ExportRequest(project="shop:prod"), environ=ENVIRON)
        assert [each["name"] for each in found.content["deployments"]] == ["prod"]
        assert "targets" not in export(backend, ExportRequest(project="mall"), environ=ENVIRON).content


def test_what_was_handed_to_a_preview_under_another_name_is_left_out_and_said(tmp_path: Path) -> None:
    strange = replace(PREVIEW, name="strange")
    with backend_with([PREVIEW, strange], tmp_path) as backend:
        found = export(backend, ExportRequest(), environ=ENVIRON)
    assert [each["name"] for each in found.content["deployments"]] == ["one"]
    assert [each.detail for each in found.diagnostics] == [
        "`first/strange` cannot be declared in a file: its name does not begin with `pr-7-`, as all names of "
        "its target do."
    ]


def test_a_key_that_appends_to_a_list_in_a_target_is_left_out_and_said(tmp_path: Path) -> None:
    """A project without targets has no layers, and says it."""
    appending = replace(SIMPLE, job_variables={"env": {"0+": ["a"]}}, project="shop:prod")
    with backend_with([appending], tmp_path) as backend:
        found = export(backend, ExportRequest(), environ=ENVIRON)
    assert found.content["deployments"] == []
    assert [each.detail for each in found.diagnostics] == [
        "`first/one` cannot be declared in a file: its key `0+` would append to a list, as such keys do in a "
        "project with targets."
    ]
    assert is_declarable(replace(appending, project="shop"))
