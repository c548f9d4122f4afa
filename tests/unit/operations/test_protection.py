"""From where a protected target may be deployed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.protection import protection_problems
from syntask_yaml.project.flows import FlowReader


def problems(root: Path, rules: str, **environ: str) -> list[str]:
    (root / "syntask.yaml").write_text(f"targets: {{prod: {{default: true, protected: {rules}}}}}\n")
    project = open_project(ProjectLocation(directory=root))
    assert project.diagnostics == ()
    backend = EmbeddedBackend.open(root / ".git" / "syntask.db")
    context = DeployContext(project, backend, FlowReader(root), environ)
    found = [each.detail for each in protection_problems(context)]
    backend.close()
    return found


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--initial-branch", "main")
    (tmp_path / "syntask.yaml").write_text("targets: {prod: {default: true, protected: {clean: true}}}\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "--message", "one")
    return tmp_path


def test_the_branch(root: Path) -> None:
    assert problems(root, "{branch: main}") == []
    assert problems(root, "{branch: [main, release]}") == []
    assert problems(root, "{branch: release}") == [
        "The target `prod` is deployed from the branch `release`, and this is on `main`."
    ]
    git(root, "checkout", "--detach")  # as CI systems do, which say the branch
    assert problems(root, "{branch: release}", GITHUB_REF_NAME="release") == []
    assert problems(root, "{branch: release}") == [
        "The target `prod` is deployed from the branch `release`, and this is on no branch."
    ]


def test_a_clean_checkout(root: Path) -> None:
    assert problems(root, "{clean: true}") == []
    (root / "new.py").touch()
    expected = [
        "The target `prod` is deployed from a clean checkout only, and there are uncommitted changes."
    ]
    assert problems(root, "{clean: true}") == expected
    assert problems(root, "true") == expected
    assert problems(root, "false") == []
