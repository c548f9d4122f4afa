"""A project as it was at a commit: planned and deployed, while nothing of the working tree changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.project import ProjectLocation
from syntask_yaml.operations.project_at_ref import project_at_ref
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.revisions import RevisionUnavailable
from tests.support.desk import FLOWS, Desk
from tests.support.git_repository import Repository

BEFORE = 'name: shop\ndeployments:\n  - {name: d0, entrypoint: "flows.py:etl", tags: [old]}\n'
ATTRIBUTES = "left-out.txt export-ignore\nstamp.txt export-subst\ncrlf.txt text eol=crlf\n"
FILES = {
    "flows.py": FLOWS,
    "syntask.yaml": BEFORE,
    ".gitattributes": ATTRIBUTES,
    "left-out.txt": "here\n",
    "stamp.txt": "$Format:%H$\n",
    "crlf.txt": "one\n",
}


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "shop")
    repository.commit(**FILES)
    repository.git("tag", "v1")
    repository.git("remote", "add", "origin", "https://example.com/team/shop.git")
    return repository


def snapshot(repository: Repository) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in repository.path.rglob("*")}


def deployed_at(desk: Desk, ref: str) -> list[str]:
    """What a deploy of the project at *ref* does."""
    with project_at_ref(ProjectLocation(directory=desk.folder), ref) as project:
        context = DeployContext(
            project=project, backend=desk.backend, reader=FlowReader(project.root), environ=desk.environ
        )
        options = DeployOptions(jobs=1)
        outcome = deploy(context, desk.request(), options=options, notify=lambda _event: None)
    return [result.action for result in outcome.results]


def test_an_earlier_state_is_deployed_back(repository: Repository) -> None:
    """The project stays the owner, the version is that of the commit, and the working tree stays as it is."""
    desk = Desk(repository.path)
    old = repository.git("rev-parse", "v1")
    desk.deploy()
    desk.write(BEFORE.replace("old", "new"))
    repository.commit()
    assert desk.actions() == ["updated"]
    before = snapshot(repository)

    assert deployed_at(desk, "v1") == ["updated"]
    assert desk.deployed().tags == ("old",)
    assert (desk.deployed().version_info or {})["commit_sha"] == old
    assert desk.deployed().pull_steps[0]["syntask.deployments.steps.set_working_directory"] == {
        "directory": str(repository.path)
    }
    assert deployed_at(desk, "v1") == ["unchanged"]
    assert snapshot(repository) == before


def test_the_files_are_those_that_a_checkout_has(repository: Repository) -> None:
    """What an archive would leave out or fill in is as it is, ends of lines are as the attributes say."""
    with project_at_ref(ProjectLocation(directory=repository.path), "v1") as project:
        texts = {
            name: (project.root / name).read_bytes() for name in ("left-out.txt", "stamp.txt", "crlf.txt")
        }
        assert project.root.name == "shop"

    assert texts == {"left-out.txt": b"here\n", "stamp.txt": b"$Format:%H$\n", "crlf.txt": b"one\r\n"}
    assert not project.root.exists()


def test_a_commit_with_submodules_is_refused(repository: Repository) -> None:
    link = f"160000,{repository.git('rev-parse', 'v1')},lib"
    repository.git("update-index", "--add", "--cacheinfo", link)
    repository.git("commit", "--quiet", "--message=submodule")

    with pytest.raises(RevisionUnavailable, match=r"submodules \(`lib`\)"):
        project_at_ref(ProjectLocation(directory=repository.path), "HEAD").__enter__()
