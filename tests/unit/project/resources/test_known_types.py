"""Which blocks and work pools are known to be wrong before any backend is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.operations.project import ProjectLocation, read
from syntask_yaml.project.resources.known_types import check_types


def said(folder: Path, blocks: str, backend: str = "", kind: str = "blocks") -> list[tuple[str, str]]:
    targets = f"targets: {{only: {{default: true, backend: '{backend}'}}}}\n" if backend else ""
    text = f"name: shop\n{targets}deployments: []\nresources: {{{kind}: {blocks}}}\n"
    (folder / "syntask.yaml").write_text(text, encoding="utf-8")
    project = read(ProjectLocation(directory=folder)).choose(None)
    named = project.target.backend if project.target else None
    return [(each.severity.value, each.detail) for each in check_types(project.resources, named)]


@pytest.mark.parametrize("backend", ["embedded", "embedded:store.db"])
def test_a_store_has_the_types_that_are_known_and_no_others(tmp_path: Path, backend: str) -> None:
    blocks = "{slack-webhook/ops: {url: u}, secret/key: {}, webhook/out: {url: u, allow_private_urls: true}}"

    assert said(tmp_path, blocks, backend) == [
        ("error", "The embedded backend has no block type `slack-webhook`."),
        ("error", "A block of type `secret` requires the field `value`."),
        ("error", "A block of type `webhook` has no field `allow_private_urls`."),
    ]


@pytest.mark.parametrize("backend", ["", "https://prefect.example.com/api", "{{ $BACKEND }}"])
def test_a_server_may_have_types_of_its_own(tmp_path: Path, backend: str) -> None:
    blocks = (
        "{slack-webhook/ops: {url: u}, our-own-type/x: {a: 1}, "
        "webhook/out: {url: u, allow_private_urls: true}, secret/key: {vale: x, value: x}}"
    )

    assert said(tmp_path, blocks, backend) == [("warning", "A block of type `secret` has no field `vale`.")]


def test_a_slip_in_the_name_of_a_type_is_said(tmp_path: Path) -> None:
    [(severity, detail)] = said(tmp_path, "{slack-webhok/ops: {url: u}}")

    assert severity == "warning"
    assert "`slack-webhok` is neither a block type" in detail


def test_a_slip_in_the_type_of_a_work_pool_is_said(tmp_path: Path) -> None:
    """Not one that a server may have from elsewhere."""
    pools = "{a: {type: kuberntes}, b: {type: kubernetes}, c: {type: 'ecs:push'}, d: {type: our-own}}"

    assert said(tmp_path, pools, kind="work_pools") == [
        ("warning", "`kuberntes` is not a known type of work pools.")
    ]
