"""Where the code of flows may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syntask import flow
from syntask.blocks.system import Secret
from syntask.runner.storage import GitRepository
from syntask_yaml import api
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.sdk.sources import code_of
from tests.support.git_repository import Repository


def test_what_is_not_a_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        flow.from_source(tmp_path / "none", "flows.py:far").deploy("x")
    with pytest.raises(UsageError, match="`ftp://`"):
        flow.from_source("ftp://example.com/code", "flows.py:far").deploy("x")
    with pytest.raises(UsageError, match="A int is not a source"):
        flow.from_source(7, "flows.py:far").deploy("x")


def test_a_flow_of_a_source_can_be_called(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "code.git")
    repository.commit(
        **{
            "jobs/far.py": """\
from jobs.places import NAME
from syntask import flow
from syntask.blocks.system import Secret
from syntask.runner.storage import GitRepository
from syntask_yaml import api


@flow
def far(count: int) -> str:
    return NAME * count
""",
            "jobs/places.py": "NAME = 'x'\n",
        }
    )
    for source in (repository.path, repository.url, GitRepository(repository.url, branch="main")):
        assert flow.from_source(source, "jobs/far.py:far")(3) == "xxx"


def test_a_token_in_clear_is_refused() -> None:
    repository = GitRepository("https://git.example.com/a.git", credentials={"access_token": "hush-hush"})
    with pytest.raises(UsageError, match="plain text") as caught:
        flow.from_source(repository, "flows.py:far").deploy("x")
    assert "hush-hush" not in str(caught.value) + repr(repository)
    with pytest.raises(ValueError, match="both set"):
        GitRepository("https://git.example.com/a.git", branch="a", commit_sha="b")


@pytest.mark.parametrize(
    ("source", "step", "inputs"),
    [
        ("s3://bucket/flows/a", "pull_from_s3", {"bucket": "bucket", "folder": "flows/a"}),
        ("gs://bucket/flows", "pull_from_gcs", {"bucket": "bucket", "folder": "flows"}),
        ("az://box/flows", "pull_from_azure_blob_storage", {"container": "box", "folder": "flows"}),
        (
            GitRepository(
                "https://git.example.com/a.git",
                credentials={"username": "u", "access_token": Secret.load("token")},
                name="code",
                commit_sha="abcd1234",
                include_submodules=True,
                directories=["flows"],
            ),
            "git_clone",
            {
                "repository": "https://git.example.com/a.git",
                "credentials": {"username": "u", "access_token": "{{ syntask.blocks.secret.token }}"},
                "clone_directory_name": "code",
                "commit_sha": "abcd1234",
                "include_submodules": True,
                "directories": ["flows"],
            },
        ),
        ("https://git.example.com/a.git", "git_clone", {"repository": "https://git.example.com/a.git"}),
        ("git@git.example.com:team/a.git", "git_clone", {"repository": "git@git.example.com:team/a.git"}),
    ],
    ids=lambda value: value if isinstance(value, str) and "://" not in value else "",
)
def test_runs_pull_the_code_from_there(source: Any, step: str, inputs: dict[str, Any]) -> None:
    with api.open_backend() as backend:
        code = code_of(flow.from_source(source, "flows.py:far"), "", backend)

    assert code.pull is not None
    (found,) = code.pull
    assert {name.rpartition(".")[2]: given for name, given in found.items()} == {step: inputs}
