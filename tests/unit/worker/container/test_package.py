"""The folder that containers see."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syntask_yaml.worker.container import package
from syntask_yaml.worker.container.package import package_in


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package_in(tmp_path_factory.mktemp("home"))


def test_it_is_made_once(folder: Path) -> None:
    before = folder.stat().st_ino
    assert package_in(folder.parents[1]) == folder
    assert folder.stat().st_ino == before
    assert [each.name for each in folder.parent.iterdir()] == [folder.name]


def test_everybody_can_read_it_and_has_bytecode(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
    tag = sys.implementation.cache_tag
    assert (folder / f"syntask_yaml/worker/__pycache__/child.{tag}.pyc").is_file()


def test_a_python_without_packages_can_use_it(folder: Path) -> None:
    """All that a run and its pull steps import."""
    modules = "syntask, syntask_yaml.worker.child, syntask_yaml.worker.pull, syntask_yaml.steps.git.clone"
    modules += ", syntask_yaml.worker.container.supervisor, syntask_yaml.steps.script, syntask_yaml.steps.pip"
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import {modules}"
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    environ = {"PATH": os.environ["PATH"]}
    done = subprocess.run([base, "-I", "-S", "-c", code], capture_output=True, text=True, env=environ)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_old_python_is_told(folder: Path) -> None:
    """The first file is one that every Python can read."""
    text = (folder / "__main__.py").read_text(encoding="utf-8")
    assert 'f"' not in text
    assert "import sys\n\nif sys.version_info < (3, 11):" in text


def test_what_nobody_used_for_long_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, recent = tmp_path / "packages/syntask-old", tmp_path / "packages/syntask-recent"
    for each in (old, recent):
        each.mkdir(parents=True)
    os.utime(old, (0, 0))
    monkeypatch.setattr(package, "_PACKAGES", ("syntask",))
    monkeypatch.setattr(package, "_digest", lambda: "new")

    assert package_in(tmp_path).is_dir()
    assert sorted(each.name for each in recent.parent.iterdir()) == ["syntask-new", "syntask-recent"]
