"""The words of a Prefect server, and those of a Syntask server."""

from __future__ import annotations

import pytest

from syntask_yaml.backend.prefect.names import DIALECTS, step_problem
from syntask_yaml.model.builtin import BUILTINS, Builtin
from syntask_yaml.model.comparison import compared_step

PREFECT, SYNTASK = DIALECTS["prefect"], DIALECTS["syntask"]


@pytest.mark.parametrize("name", BUILTINS)
def test_a_built_in_step_is_stored_under_the_servers_name(name: str) -> None:
    """Whichever name the file has."""
    builtin = BUILTINS[name]
    for written in (builtin.full_name("syntask"), builtin.full_name("prefect")):
        assert PREFECT.step({written: {}}) == {builtin.full_name("prefect"): {}}
        assert SYNTASK.step({written: {}}) == {builtin.full_name("syntask"): {}}


def test_references_are_stored_under_the_servers_names() -> None:
    """In any depth; what only looks like one stays."""
    inputs = {
        "a": ["{{ syntask.blocks.secret.x }}", ("{{prefect.variables.y }}/z",)],
        "b": "syntask.blocks.x",
    }

    assert PREFECT.step({"own.step": inputs}) == {
        "own.step": {
            "a": ["{{ prefect.blocks.secret.x }}", ["{{prefect.variables.y }}/z"]],
            "b": "syntask.blocks.x",
        }
    }
    assert SYNTASK.references("{{ prefect.blocks.a.b }}") == "{{ syntask.blocks.a.b }}"


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("syntask.deployments.steps.git_clone", True),
        ("prefect.projects.steps.git_clone_project", True),
        ("prefect_aws.deployments.steps.pull_from_s3", True),
        ("own.steps.prepare", True),
        ("syntask.deployments.steps.teleport", False),
        ("syntask_yaml.steps.git.clone.git_clone", False),
        ("syntask_docker.deployments.steps.teleport", False),
        ("prefect.deployments.steps.teleport", True),
    ],
)
def test_steps_that_a_stock_worker_lacks_are_told(name: str, is_known: bool) -> None:
    """One's own is taken to be installed there, an unknown one of Prefect's to be of another version."""
    assert (step_problem(name) is None) is is_known


def test_a_built_in_step_that_prefect_does_not_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under both of its names, as the table of the built-in steps says."""
    ours = Builtin("only_here", ("directory",))
    monkeypatch.setitem(BUILTINS, ours.name, ours)

    for namespace in DIALECTS:
        assert "only the worker of syntask has it" in (step_problem(ours.full_name(namespace)) or "")


@pytest.mark.parametrize("builtin", [each for each in BUILTINS.values() if not each.package])
def test_prefect_has_the_steps_that_the_table_says(builtin: Builtin) -> None:
    """Those of Prefect itself; its packages for stores and images are others."""
    steps = pytest.importorskip("prefect.deployments.steps")

    assert hasattr(steps, builtin.name) is builtin.on_stock_workers


# A variable may hold the slash, and workers before Prefect 3.7 take no block with a slash behind it.
_AS_WRITTEN = (
    {"folder": "{{ prefect.variables.folder }}"},
    {"folder": "{{ prefect.blocks.json.store.folder }}"},
    {"folder": "team/{{ prefect.variables.folder }}/"},
)


@pytest.mark.parametrize("name", ["pull_from_s3", "pull_from_gcs", "pull_from_azure_blob_storage"])
def test_a_pull_of_a_folder_is_stored_with_its_slash(name: str) -> None:
    """Without it, prefect-gcp 0.6.22 and prefect-azure 0.4.13 also list `flows-next`, and fail on it.

    Seen in their steps: `findings/prefect-storage-prefix.sh`. The plan finds no difference.
    """
    step = BUILTINS[name].full_name("prefect")
    stored = {step: {"bucket": "team", "folder": "flows/"}}

    for folder in ("flows", "flows/"):
        written = {step: {"bucket": "team", "folder": folder}}
        assert PREFECT.step(written) == stored
        assert compared_step(written) == compared_step(stored)
    for inputs in ({"bucket": "team", "folder": ""}, {"bucket": "team"}, *_AS_WRITTEN):
        assert PREFECT.step({step: inputs}) == {step: inputs}
    assert PREFECT.step({"own.pull": {"folder": "flows"}}) == {"own.pull": {"folder": "flows"}}
    assert compared_step({"own.pull": {"folder": "a"}}) != compared_step({"own.pull": {"folder": "a/"}})
