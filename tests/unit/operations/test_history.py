"""What a deploy leaves of itself, also where it is killed or fails in part."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deploy_record import DONE, NOT_FINISHED, DeployRecord
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.history import last_deploys, read_history
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader
from tests.support.git_repository import Repository

PROJECT = """\
name: shop
resources: {variables: {region: north}}
deployments:
- {name: one, entrypoint: "flows.py:etl", tags: [a]}
- {name: two, entrypoint: "flows.py:etl"}
"""


@pytest.fixture(name="backend")
def _backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    backend = EmbeddedBackend.open(tmp_path / "syntask.db")
    yield backend
    backend.close()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "flows.py").write_text("def etl() -> None: ...\n", encoding="utf-8")
    (folder / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    return folder


def deployed(folder: Path, backend: EmbeddedBackend, **environ: str) -> Outcome:
    context = DeployContext(
        project=open_project(ProjectLocation(directory=folder)),
        backend=backend,
        reader=FlowReader(folder),
        environ=environ,
    )
    request = Request(selection=Selection(all=True))
    return deploy(context, request, options=DeployOptions(), notify=lambda _event: None)


def change(folder: Path, before: str, after: str) -> None:
    file = folder / "syntask.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def history(backend: EmbeddedBackend, *names: str) -> list[DeployRecord]:
    return read_history(backend, "shop", names=names, limit=20)


def test_only_a_deploy_that_changes_something_is_kept(folder: Path, backend: EmbeddedBackend) -> None:
    deployed(folder, backend, GITHUB_ACTOR="kim")
    deployed(folder, backend)
    change(folder, "tags: [a]", "tags: [b]")
    deployed(folder, backend)

    second, first = history(backend)
    assert (first.by, first.commit, first.dirty, first.result) == ("kim", None, None, DONE)
    assert first.deployments == {"etl/one": "created", "etl/two": "created"}
    assert first.resources == {"variable region": "created"}
    assert second.deployments == {"etl/one": "updated"}
    assert (second.summary["updated"], second.summary["unchanged"]) == (1, 1)
    assert [each.deployments for each in history(backend, "*/t?o")] == [{"etl/two": "created"}]
    assert [each.deployments for each in history(backend, "one")] == [
        {"etl/one": "updated"},
        {"etl/one": "created"},
    ]
    (stored,) = backend.deployments(names=["etl/two"])
    assert [each["result"] for each in last_deploys(backend, stored, limit=3)] == ["created"]


def test_a_deploy_says_from_which_commit_it_is(
    folder: Path, backend: EmbeddedBackend, tmp_path: Path
) -> None:
    """And whether anything was not committed."""
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    folder = tmp_path / "repository"
    sha = Repository(folder).commit(**texts)
    deployed(folder, backend)
    change(folder, "tags: [a]", "tags: [b]")
    deployed(folder, backend)

    found = [(each.commit, each.branch, each.dirty) for each in history(backend)]
    assert found == [(sha, "main", True), (sha, "main", False)]


def test_a_deploy_that_is_killed_is_not_finished(
    folder: Path, backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it had written by then."""

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(EmbeddedBackend, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        deployed(folder, backend)
    monkeypatch.undo()
    deployed(folder, backend)

    assert [each.result for each in history(backend)] == [DONE, NOT_FINISHED]


@pytest.mark.parametrize(
    ("write", "how", "kept"),
    [("INSERT ON", "does not list this deploy", 0), ("UPDATE ON", "lists this deploy as not finished", 1)],
)
def test_a_deploy_that_the_history_lacks_says_so(
    folder: Path, backend: EmbeddedBackend, tmp_path: Path, write: str, how: str, kept: int
) -> None:
    """And is as good as any other."""
    with closing(sqlite3.connect(tmp_path / "syntask.db")) as store:
        store.execute(f"CREATE TRIGGER full BEFORE {write} deploys BEGIN SELECT RAISE(ABORT, 'no room'); END")
        store.commit()

    outcome = deployed(folder, backend)

    (warning,) = (each for each in outcome.diagnostics if each.code == "history-gap")
    assert not warning.is_error
    assert warning.detail.startswith(f"`syntask history` {how}: ")
    assert "no room" in warning.detail
    assert outcome.is_good
    assert len(backend.deployments()) == 2
    assert len(history(backend)) == kept
