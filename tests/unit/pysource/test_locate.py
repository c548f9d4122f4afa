"""Modules are found where an import would find them."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.pysource.locate import locate_anywhere
from tests.unit.project.flows.conftest import Project


def test_modules_are_located_as_an_import_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages before modules, the project before the path, and namespaces over several folders."""
    project, site = tmp_path / "project", tmp_path / "site"
    Project(project).write("space/one.py", "")
    Project(site).write("space/two.py", "")
    Project(project).write("both.py", "")
    Project(project).write("both/__init__.py", "")
    monkeypatch.syspath_prepend(str(site))

    assert [
        getattr(locate_anywhere(name, [project]), "file", None) for name in ("space.one", "space.two", "both")
    ] == [
        project / "space/one.py",
        site / "space/two.py",
        project / "both/__init__.py",
    ]
    assert locate_anywhere("space.three", [project]) is None
