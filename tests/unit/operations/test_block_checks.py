"""Blocks that a run looks up are asked for before it is deployed, and never their secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import BackendRefused, ProjectInvalid
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.operations.deployments import run_deployment
from tests.support.desk import Desk


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.backend.create_block(Block("secret", "token", {"value": "hush"}))
    desk.backend.set_variable(Variable("blocks", "1"))
    desk.backend.create_block(Block("aws-credentials", "team", {"aws_access_key_id": "a"}))
    return desk


def problems(desk: Desk) -> list[Diagnostic]:
    return [each for each in desk.plan().diagnostics if each.code == "unknown-block"]


def declare(desk: Desk, text: str) -> None:
    desk.declare(f"work_pool: {{name: default, job_variables: {{env: {{A: {json.dumps(text)}}}}}}}")


@pytest.mark.parametrize(
    "text",
    [
        "{{ syntask.blocks.secret.token }}",
        "{{ syntask.blocks.secret.token.value }}",
        "{{ prefect.blocks.secret.token }}",
        "key={{ syntask.blocks.aws-credentials.team.aws_access_key_id }}",
        "{{ syntask.variables.blocks }}",
    ],
)
def test_blocks_that_are_there_are_not_spoken_of(desk: Desk, text: str) -> None:
    declare(desk, text)

    assert problems(desk) == []


@pytest.mark.parametrize(
    ("text", "detail", "hint"),
    [
        (
            "{{ syntask.blocks.secret.tokne }}",
            "The backend has no block `tokne` of type `secret`, which runs look up.",
            "Run `syntask block create secret tokne` to create it.",
        ),
        (
            "{{ prefect.blocks.string.token }} and more",
            "The backend has no block `token` of type `string`, which runs look up.",
            "Run `syntask block create string token` to create it.",
        ),
        (
            "{{ syntask.blocks.aws-credentials.team.aws_acces_key_id }}",
            "The block `aws-credentials/team` has no field `aws_acces_key_id`.",
            "Did you mean `aws_access_key_id`?",
        ),
    ],
)
def test_a_block_that_a_run_would_miss_is_a_warning(desk: Desk, text: str, detail: str, hint: str) -> None:
    """Not an error: it may be made before the first run."""
    declare(desk, text)
    (found,) = problems(desk)

    assert (found.is_error, found.detail, found.hint) == (False, detail, hint)
    assert desk.deploy().is_good


def test_pull_steps_are_looked_through(desk: Desk) -> None:
    """Those of the project and of an entry, each place once."""
    clone = "{repository: https://git.example.org/a, access_token: '{{ syntask.blocks.secret.nope }}'}"
    load = "{block_type_slug: s3-bucket, block_document_name: flows}"
    desk.declare(
        "tags: [a]",
        f"pull: [{{syntask.deployments.steps.pull_with_block: {load}}}]",
        "tags: [b]",
        top=f"pull: [{{syntask.deployments.steps.git_clone: {clone}}}]",
    )

    found = {each.detail: each.entries for each in problems(desk)}
    assert found == {
        "The backend has no block `nope` of type `secret`, which runs look up.": ("etl/d0", "etl/d2"),
        "The backend has no block `flows` of type `s3-bucket`, which runs look up.": ("etl/d1",),
    }


def test_a_run_that_would_miss_a_block_is_refused(desk: Desk) -> None:
    """It would be made and crash."""
    desk.declare("work_pool: {name: default}")
    desk.deploy()
    variables = {"env": {"A": "{{ syntask.blocks.secret.nope }}"}}

    with pytest.raises(ProjectInvalid) as caught:
        run_deployment(desk.backend, "etl/d0", parameters={}, job_variables=variables)

    assert [each.code for each in caught.value.diagnostics] == ["unknown-block"]


def test_who_may_not_read_blocks_may_deploy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_names: str, **_how: Any) -> None:
        raise BackendRefused("forbidden")

    monkeypatch.setattr(desk.backend, "block", refuse)
    declare(desk, "{{ syntask.blocks.secret.nope }}")

    assert problems(desk) == []
    assert desk.deploy().is_good
