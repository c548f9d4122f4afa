"""`Deployment.build_from_flow(…).apply()` deploys what `syntask upgrade` would write for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask import flow
from syntask.deployments import Deployment
from syntask.filesystems import GitHub, LocalFileSystem
from syntask.infrastructure import DockerContainer, Process
from syntask.schedules import Cron
from syntask_yaml import api
from syntask_yaml.errors import UsageError
from syntask_yaml.model.deployment import Deployment as Stored
from syntask_yaml.model.schedule import Cron as StoredCron
from syntask_yaml.model.schedule import Schedule


@flow
def plain(city: str = "Rome") -> None: ...


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)


def deployed() -> Stored:
    (stored,) = api.deployments()
    return stored.deployment


def test_fields_of_prefect_2_are_those_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    Deployment.build_from_flow(
        plain,
        "nightly",
        apply=True,
        infrastructure=Process(env={"A": "1", "B": "2"}),
        infra_overrides={"env.B": "3", "env.TEXT": "{{ x }}"},
        work_queue_name="urgent",
        schedule=Cron("0 6 * * *", timezone="Europe/Rome"),
        is_schedule_active=False,
        tags=["a"],
        version=3,
        parameters={"city": "{{ Oslo }}"},
    )

    found = deployed()
    assert found.full_name == "plain/nightly"
    assert found.entrypoint == "test_agents.py:plain"
    assert (found.work_pool, found.work_queue) == ("default", "urgent")
    assert found.job_variables == {"env": {"A": "1", "B": "3", "TEXT": "{{ x }}"}}
    assert found.parameters == {"city": "{{ Oslo }}"}
    assert (found.tags, found.version, found.paused) == (("a",), "3", True)
    assert found.schedules == (Schedule(timing=StoredCron("0 6 * * *", "Europe/Rome"), active=False),)
    said = capsys.readouterr().err
    assert "syntask upgrade test_agents.py" in said


def test_storage_that_is_written_inline_becomes_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = GitHub(repository="https://git.example.com/a.git", reference="main", access_token="hush-hush")
    Deployment.build_from_flow(plain, "cloned", storage=storage, path="flows").apply()

    clone, go = deployed().pull_steps
    assert list(clone.values()) == [
        {
            "repository": "https://git.example.com/a.git",
            "branch": "main",
            "access_token": "{{ syntask.blocks.secret.cloned }}",
            "id": "clone",
        }
    ]
    assert list(go.values()) == [{"directory": "{{ clone.directory }}/flows"}]
    assert "syntask block create secret cloned" in capsys.readouterr().err

    Deployment.build_from_flow(plain, "cloned", storage=LocalFileSystem(basepath="/srv/code")).apply()
    assert [list(step.values()) for step in deployed().pull_steps] == [[{"directory": "/srv/code"}]]


def test_a_pool_of_another_type_is_named_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    DockerContainer(image="a:1").publish_as_work_pool("docker")
    Deployment.build_from_flow(
        plain, "boxed", infrastructure=DockerContainer(image="a:2"), path="/code"
    ).apply()

    assert deployed().work_pool == "docker"
    assert deployed().job_variables["image"] == "a:2"


def test_what_is_no_deployment_is_refused() -> None:
    with pytest.raises(UsageError, match="`flow` and `name`"):
        Deployment(name="x").apply()
    with pytest.raises(UsageError, match="A str is no block"):
        Deployment.build_from_flow(plain, "x", storage="s3://bucket").apply()
