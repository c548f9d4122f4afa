"""`check --image` in a docker pool of our own: a run is started there as the worker does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.docker_pool import PoolProject

pytestmark = pytest.mark.real


def _check(project: PoolProject, *words: str, code: int = 0) -> Any:
    (result,) = project.json("check", *(words or ["--image"]), code=code)["results"]
    assert project.containers() == []
    return result


@pytest.mark.torture
def test_an_image_with_python_alone_is_enough(project: PoolProject) -> None:
    project.deploy("tell")
    assert _check(project)["ready"]


@pytest.mark.parametrize(
    ("image", "code", "said"),
    [
        ("{registry}/none-such:1", "image-failed", "does not exist here"),
        ("base:1", "start-failed", "no Python"),
    ],
)
def test_an_image_that_is_not(project: PoolProject, image: str, code: str, said: str) -> None:
    project.deploy("tell")
    name = image.format(registry=project.engine.registry.address)
    problem = _check(project, "--image", name, code=1)["problem"]
    assert problem["code"] == code
    assert said in problem["detail"]


def test_a_flow_that_cannot_be_loaded(project: PoolProject) -> None:
    """And a pull step that fails: each has its place in the file."""
    project.deploy("tell")
    text = (project.root / "syntask.yaml").read_text(encoding="utf-8")
    (project.root / "syntask.yaml").write_text(text.replace('"/code"', '"/"'), encoding="utf-8")
    assert _check(project, code=1)["problem"]["code"] == "load-failed"
    (project.root / "syntask.yaml").write_text(text.replace('"/code"', '"/none"'), encoding="utf-8")
    assert _check(project, code=1)["problem"]["code"] == "pull-failed"
