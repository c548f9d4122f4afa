"""A real Docker, and a real Podman, with an image for runs; and a project with a docker pool on each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import container_engine
from tests.support.container_engine import ContainerEngine
from tests.support.docker_pool import PoolProject, add_image, pool_project


@pytest.fixture(name="docker", scope="session")
def _docker() -> Iterator[ContainerEngine]:
    if container_engine.MISSING:
        pytest.skip(container_engine.MISSING)
    with container_engine.container_engine() as engine:
        add_image(engine)
        yield engine


@pytest.fixture(name="project")
def _project(docker: ContainerEngine, tmp_path: Path) -> Iterator[PoolProject]:
    with pool_project(tmp_path / "project", docker, docker.environ) as project:
        yield project
