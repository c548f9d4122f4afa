"""A project to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.project.flows.conftest import Project


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Project:
    return Project(tmp_path)
