"""Whoever is killed between two files that depend on each other leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.errors import FileFailed
from syntask_yaml.upgrade.prefect1.convert import Prefect1Options
from syntask_yaml.upgrade.unfinished import UnfinishedUpgrade
from syntask_yaml.upgrade.write import write_upgrade
from tests.support.upgrading import OldRepository

FLOW = """\
from prefect import Flow, task


@task
def count():
    return 1


with Flow("Count") as flow:
    count()

flow.register("shop")
"""
FILES = 6


def fill(old: OldRepository, count: int = FILES) -> None:
    """Flows of one name, and a file for each that imports it."""
    for number in range(count):
        old.write(f"flows/m{number}.py", FLOW)
        old.write(f"use{number}.py", f"from flows.m{number} import flow\r\n\r\nprint(flow)\r\n")


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(name="record")
def _record(old: OldRepository, tmp_path_factory: pytest.TempPathFactory) -> UnfinishedUpgrade:
    return UnfinishedUpgrade(tmp_path_factory.mktemp("home") / "upgrades", old.root)


@pytest.mark.parametrize("done", range(1, 2 * FILES + 2))
def test_what_was_left_is_written(old: OldRepository, record: UnfinishedUpgrade, done: int) -> None:
    """Whichever file was the last: names and imports are those of the whole upgrade."""
    fill(old)
    upgrade = old.upgrade(prefect_1=Prefect1Options())
    assert len(upgrade.changes) == 2 * FILES + 1
    write_upgrade(upgrade)
    whole = contents(old.root)
    for change in upgrade.changes:
        if change.before is None:
            change.path.unlink()
        else:
            change.path.write_bytes(change.before.encode())

    record.begin(upgrade.changes)
    write_upgrade(replace(upgrade, changes=upgrade.changes[:done]))
    left = record.paths
    assert record.finish() == left

    assert contents(old.root) == whole
    assert len(left) == 2 * FILES + 1 - done
    assert record.paths == []
    assert b"from flows.m0 import count_flow as flow\r\n" in whole["use0.py"]


def test_an_upgrade_that_wrote_nothing_or_was_undone_is_begun_again(
    old: OldRepository, record: UnfinishedUpgrade
) -> None:
    fill(old)
    record.begin(old.upgrade(prefect_1=Prefect1Options()).changes)
    before = contents(old.root)

    assert record.finish() == []
    assert contents(old.root) == before


def test_a_file_that_somebody_changed_stays(old: OldRepository, record: UnfinishedUpgrade) -> None:
    fill(old)
    upgrade = old.upgrade(prefect_1=Prefect1Options())
    record.begin(upgrade.changes)
    write_upgrade(replace(upgrade, changes=upgrade.changes[:2]))
    path = old.write("use5.py", "print('mine')\n")

    assert path not in record.finish()
    assert path.read_text(encoding="utf-8") == "print('mine')\n"


def test_what_is_written_is_forgotten(old: OldRepository, record: UnfinishedUpgrade) -> None:
    fill(old)
    write_upgrade(old.upgrade(prefect_1=Prefect1Options()), record=record)

    assert [*record.folder.iterdir()] == []


def test_a_home_that_cannot_be_written_is_no_reason_not_to_upgrade(old: OldRepository) -> None:
    fill(old)
    record = UnfinishedUpgrade(old.write("home", "a file") / "upgrades", old.root)
    with pytest.raises(FileFailed, match="cannot be written"):
        record.begin(())

    write_upgrade(old.upgrade(prefect_1=Prefect1Options()), record=record)

    assert "@flow" in (old.root / "flows/m0.py").read_text(encoding="utf-8")


def test_a_command_that_is_killed_is_finished_by_the_next(old: OldRepository, tmp_path: Path) -> None:
    fill(old, 80)
    environ = {**os.environ, "HOME": str(tmp_path / "home")}
    (tmp_path / "home").mkdir()

    def command(*words: str) -> list[str]:
        arguments = ["upgrade", "--prefect1", "--no-diff", "--allow-dirty", *words]
        return [
            sys.executable,
            "-c",
            f"import sys; from syntask_yaml.cli.main import main; sys.exit(main({arguments}))",
        ]

    process = subprocess.Popen(
        command("--write"), cwd=old.root, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while "@flow" not in (old.root / "flows/m1.py").read_text(encoding="utf-8"):
        assert process.poll() is None
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert "import flow\r\n" in (old.root / "use79.py").read_bytes().decode()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words), cwd=old.root, env=environ, capture_output=True, text=True, check=False
        )

    asked = run("--check")
    assert (asked.returncode, "An upgrade was interrupted" in asked.stderr) == (2, True)
    assert "Finished the upgrade that was interrupted" in run("--write").stderr
    assert run("--check").returncode == 0
    for number in range(80):
        text = (old.root / f"use{number}.py").read_bytes().decode()
        assert text == f"from flows.m{number} import count_flow as flow\r\n\r\nprint(flow)\r\n"
    assert not list(old.root.rglob(".*.draft"))
