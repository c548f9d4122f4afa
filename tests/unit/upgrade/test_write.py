"""Files are written whole, after git has them, and whoever is killed in between loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.document.reader import read_file
from syntask_yaml.errors import UsageError
from syntask_yaml.model.events import Counted, Event
from syntask_yaml.project.agent_files import CONVERTED
from syntask_yaml.upgrade.prepare import prepare_upgrade
from syntask_yaml.upgrade.request import UpgradeRequest
from syntask_yaml.upgrade.write import check_clean, write_upgrade
from tests.support.git_repository import Repository
from tests.support.upgrading import FLOW, OldRepository

SCRIPT = "prefect deployment apply a.yaml\nprefect agent start -q default\n"


def is_marked(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith(CONVERTED)


def fill(old: OldRepository, count: int) -> list[Path]:
    old.write("run.sh", SCRIPT)
    names = ["a", *(f"d{number:03}" for number in range(1, count))]
    return [old.deployment(f"{name}.yaml", name=name, path=None) for name in names]


def assert_complete(old: OldRepository, files: list[Path]) -> None:
    entries = read_file(old.root / "syntask.yaml").root.value["deployments"]
    assert Counter(entry["name"] for entry in entries) == Counter(file.stem for file in files)
    assert all(map(is_marked, files))
    assert (old.root / "run.sh").read_text() == (
        "syntask deploy -n load-orders/a\nsyntask worker start --pool default --work-queue default\n"
    )
    assert old.upgrade().is_empty


@pytest.mark.parametrize("done", range(6))
def test_an_upgrade_that_ended_between_two_files_is_finished_by_the_next(
    old: OldRepository, done: int
) -> None:
    """Whichever file was the last."""
    files = fill(old, 3)
    upgrade = old.upgrade()
    assert len(upgrade.changes) == 5

    write_upgrade(replace(upgrade, changes=upgrade.changes[:done]))
    old.written()

    assert_complete(old, files)


def test_an_upgrade_that_is_killed_is_finished_by_the_next(old: OldRepository) -> None:
    files = fill(old, 300)
    command = [sys.executable, "-m", "syntask_yaml.cli", "upgrade", "--write", "--allow-dirty", "--no-diff"]
    line = [
        sys.executable,
        "-c",
        f"import sys; from syntask_yaml.cli.main import main; sys.exit(main({command[3:]}))",
    ]
    process = subprocess.Popen(line, cwd=old.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not any(map(is_marked, files)):
        assert process.poll() is None
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    marked = sum(map(is_marked, files))
    assert 0 < marked < len(files)
    assert (old.root / "syntask.yaml").exists()

    old.written()

    assert_complete(old, files)
    assert list(old.root.glob(".*.draft")) == []


def test_files_are_counted_as_they_are_read_converted_and_written(old: OldRepository) -> None:
    files = fill(old, 3)
    events: list[Event] = []

    write_upgrade(
        prepare_upgrade(UpgradeRequest(directory=old.root), notify=events.append), notify=events.append
    )

    counts = [each for each in events if isinstance(each, Counted)]
    ended = {each.what: each.total for each in counts if each.number == each.total}
    assert ended["Reading YAML files"] == ended["Converting deployments"] == len(files)
    assert ended["Looking for commands in files"] == 1
    assert ended["Writing files"] > len(files), "the project file, too"


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> tuple[Repository, OldRepository]:
    repository = Repository(tmp_path / "repository")
    old = OldRepository(repository.path)
    old.write("flows.py", FLOW)
    old.deployment(path=None)
    return repository, old


def test_what_git_has_may_be_changed(repository: tuple[Repository, OldRepository]) -> None:
    git, old = repository
    git.commit()
    old.write("unrelated.txt", "not committed")

    check_clean(old.root, old.upgrade())


def test_what_git_does_not_have_is_not_changed(repository: tuple[Repository, OldRepository]) -> None:
    git, old = repository
    git.commit()
    old.deployment(path=None, tags=["changed"])

    with pytest.raises(UsageError, match=r"nightly-deployment\.yaml"):
        check_clean(old.root, old.upgrade())


@pytest.mark.parametrize("is_ignored", [True, False])
def test_a_file_that_git_does_not_know_is_not_changed(
    repository: tuple[Repository, OldRepository], is_ignored: bool
) -> None:
    git, old = repository
    path = old.root / "nightly-deployment.yaml"
    text = path.read_text()
    path.unlink()
    git.commit(**{".gitignore": "*-deployment.yaml\n" if is_ignored else ""})
    path.write_text(text)

    with pytest.raises(UsageError, match=r"nightly-deployment\.yaml"):
        check_clean(old.root, old.upgrade())


def test_a_repository_without_a_commit_has_nothing_yet(old: OldRepository) -> None:
    old.deployment()
    subprocess.run(["git", "init", "--quiet", str(old.root)], check=True)

    with pytest.raises(UsageError, match=r"uncommitted changes: `nightly-deployment\.yaml`"):
        check_clean(old.root, old.upgrade())


def test_without_git_nothing_is_changed(old: OldRepository) -> None:
    old.deployment()

    with pytest.raises(UsageError, match="not a git repository"):
        check_clean(old.root, old.upgrade())
