"""`syntask deployment add` that is killed at any moment, and typed again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from tests.support.processes import clean_environ

KILLER = Path(__file__).with_name("killed_at_each_call.py")
PROGRAM = str(Path(sys.executable).with_name("syntask"))
COMMAND = (
    *("deployment", "add", "flows.py:load", "--name", "nightly", "--pool", "small", "--pool-type", "process"),
    *("--cron", "0 6 * * *", "--timezone", "UTC", "--active", "--code", "local"),
    *("--if-declared", "change", "--yes"),
)
FLOWS = "from syntask import flow\n\n\n@flow\ndef load(limit: int = 1) -> None: ...\n"
BEFORE = """\
# ours
name: shop
deployments:
- {name: a, entrypoint: 'flows.py:load'}  # the first
"""


@dataclass(frozen=True)
class Try:
    """What was there after a kill and after the command was typed again; *code* is that of the first."""

    code: int
    after: dict[str, str]
    exit: int
    again: dict[str, str]


@pytest.fixture(name="pristine")
def _pristine(tmp_path: Path) -> Path:
    """A folder with flows, and a home whose store is there already."""
    code, home = tmp_path / "pristine" / "code", tmp_path / "pristine" / "home"
    code.mkdir(parents=True)
    home.mkdir()
    (code / "flows.py").write_text(FLOWS, encoding="utf-8")
    environ = clean_environ(HOME=str(home), SYNTASK_HOME=str(home))
    subprocess.run([PROGRAM, "work-pool", "ls"], cwd=code, env=environ, check=True, capture_output=True)
    return code.parent


def _tries(pristine: Path, work: Path, step: int) -> list[Try]:
    home = str(work / "home")
    done = subprocess.run(
        [sys.executable, str(KILLER), str(step), str(pristine), str(work), *COMMAND],
        env=clean_environ(HOME=home, SYNTASK_HOME=home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Try(**json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        pytest.param(None, 1, id="new file", marks=pytest.mark.torture),
        pytest.param(BEFORE, 1, id="file with an entry", marks=pytest.mark.torture),
        pytest.param(BEFORE, 3, id="file with an entry, every third moment"),
    ],
)
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(
    pristine: Path, tmp_path: Path, before: str | None, step: int
) -> None:
    """Typed again, the command comes to the same end each time, and nothing half done stays."""
    if before is not None:
        (pristine / "code" / "syntask.yaml").write_text(before, encoding="utf-8")
    work = tmp_path / "work"

    *killed, whole = _tries(pristine, work, step)

    assert whole.code == 0
    assert len(killed) > 50 // step
    assert {each.code for each in killed} == {-signal.SIGKILL}
    files = [each.after.get("syntask.yaml") for each in killed]
    assert files[0] == before
    assert files[-1] == whole.after["syntask.yaml"]
    assert set(files) == {before, whole.after["syntask.yaml"]}
    assert any(name.endswith(".draft") for each in killed for name in each.after)  # one was left behind
    assert {each.exit for each in (*killed, whole)} == {0}
    for each in killed:
        assert each.again == whole.after
        assert each.after.get(".syntask.schema.json") in (None, whole.after.get(".syntask.schema.json"))
    backend = EmbeddedBackend.open(work / "home" / "syntask.db")
    assert "small" in [pool.name for pool in backend.pools()]
    backend.close()
