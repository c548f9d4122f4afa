"""The image of a call as steps."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

import pytest

from syntask import flow
from syntask.docker import DockerImage
from syntask_yaml import api
from syntask_yaml.sdk.deploying import groups_of
from syntask_yaml.sdk.images import with_image

ENTRY: dict[str, Any] = {"name": "a", "entrypoint": "flows.py:far", "work_pool": {"name": "box"}}


def test_an_image_is_built_and_pushed() -> None:
    image = DockerImage("team/app", "v{{1", "Dockerfile", buildargs={"A": "1"}, context="code")
    entry = with_image(ENTRY, image, build=True, push=True)

    assert entry["build"] == [
        {
            "syntask_docker.deployments.steps.build_docker_image": {
                "id": "image",
                "image_name": "team/app",
                "tag": 'v{{ "{{" }}1',
                "dockerfile": "Dockerfile",
                "buildargs": {"A": "1"},
                "path": "code",
            }
        }
    ]
    assert [list(step.values()) for step in entry["push"]] == [
        [{"image_name": "{{ image.image_name }}", "tag": "{{ image.tag }}"}]
    ]
    assert entry["work_pool"] == {"name": "box", "job_variables": {"image": "{{ image.image }}"}}
    assert api.declare([entry]).diagnostics == ()
    assert "push" not in with_image(ENTRY, image, build=True, push=False)
    assert with_image(ENTRY, None, build=True, push=True) is ENTRY


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("app:v1", "app:v1"),
        ("registry:5000/team/app", "registry:5000/team/app"),  # no tag is made up, as Prefect 3.9.1 does
        ("registry:5000/team/app:v1", "registry:5000/team/app:v1"),
        ("registry:5000/team/app@sha256:1f", "registry:5000/team/app@sha256:1f"),
        (DockerImage("registry:5000/team/app", "v2"), "registry:5000/team/app:v2"),
        (DockerImage("registry:5000/team/app:v2"), "registry:5000/team/app:v2"),
        (DockerImage("registry:5000/team/app"), "registry:5000/team/app"),
        (DockerImage("registry:5000/team/app@sha256:1f"), "registry:5000/team/app@sha256:1f"),
    ],
)
def test_an_image_that_is_there_is_named(name: Any, reference: str) -> None:
    entry = with_image(ENTRY, name, build=False, push=True)

    assert entry["work_pool"]["job_variables"] == {"image": reference}
    assert entry["pull"] == []
    assert not {"build", "push"} & entry.keys()


class Clock:
    """A clock on which a second passes whenever it is read."""

    seconds = 0

    @classmethod
    def now(cls, zone: tzinfo) -> datetime:
        cls.seconds += 1
        return datetime(2026, 1, 5, second=cls.seconds, tzinfo=zone)


def test_deployments_of_one_call_have_one_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syntask._deployments.docker_image.datetime", Clock)
    flows = [flow.from_source(".", "flows.py:far").to_deployment(name) for name in "ab"]
    with api.open_backend() as backend:
        (group,) = groups_of(flows, {"image": "team/app"}, backend)

    one, other = (each.build for each in group.project.declarations)
    assert one
    assert [step.inputs for step in one] == [step.inputs for step in other]


def test_a_tag_is_said_once() -> None:
    with pytest.raises(ValueError, match="has the tag 'v1'"):
        DockerImage("app:v1", tag="v2")
    assert DockerImage("registry:5000/app").tag
