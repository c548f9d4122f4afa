"""Whoever reads the output may leave before its end: the command ends as others do, without a word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.desk import FLOWS

PROJECT = """\
name: demo
deployments:
  - {name: daily, entrypoint: flows.py:etl, work_pool: {name: default}}
"""
CLOSED = 141


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
    (folder / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    for words in (["variable", "set", "lines", "one\ntwo"], ["deploy", "--all"]):
        assert run(folder, *words, stdout=subprocess.DEVNULL).returncode == 0
    return folder


def environ(folder: Path, *, is_buffered: bool = True) -> dict[str, str]:
    unbuffered = "" if is_buffered else "1"
    return {**os.environ, "SYNTASK_HOME": str(folder / "home"), "PYTHONUNBUFFERED": unbuffered}


def run(
    folder: Path, *words: str, stdout: int, stderr: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "syntask_yaml", *words]
    return subprocess.run(
        command,
        cwd=folder,
        env=environ(folder),
        text=True,
        timeout=60,
        check=False,
        stdout=stdout,
        stderr=stderr,
    )


def unread(folder: Path, *words: str, also_errors: bool = False) -> tuple[int, str]:
    """The exit code, and what was said, where nobody reads from the start."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = run(folder, *words, stdout=writer, stderr=writer if also_errors else subprocess.PIPE)
    finally:
        os.close(writer)
    return done.returncode, done.stderr or ""


@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "--version",
        "plan --help",
        "schema",
        "completion bash",
        "explain unset-name",
        "variable ls",
        "variable ls --output json",
        "deployment ls",
        "deployment ls --output json",
        "deployment inspect etl/daily",
        "flow ls",
        "plan --all",
        "render",
        "validate",
        "check --all",
        "status",
        "history",
    ],
)
def test_a_command_ends_without_a_word(folder: Path, line: str) -> None:
    """Tables of rich, help of click, JSON and plain lines alike."""
    code, said = unread(folder, *line.split())

    assert code == CLOSED
    assert "Traceback" not in said
    assert "error" not in said.casefold()


def test_problems_that_nobody_reads_end_it_the_same_way(folder: Path) -> None:
    assert unread(folder, "variable", "inspect", "none", also_errors=True) == (CLOSED, "")


def test_a_deploy_writes_all_the_same(folder: Path) -> None:
    (folder / "syntask.yaml").write_text(PROJECT + PROJECT.splitlines()[2].replace("daily", "weekly"))

    assert unread(folder, "deploy", "--all", also_errors=True)[0] == CLOSED
    assert "etl/weekly" in run(folder, "deployment", "ls", stdout=subprocess.PIPE).stdout


@pytest.mark.parametrize("is_buffered", [True, False])
def test_a_long_list_that_is_read_in_part(folder: Path, *, is_buffered: bool) -> None:
    """More than a pipe holds, so that it is written while the reader leaves."""
    run(folder, "variable", "set", "long", "x" * 100_000, stdout=subprocess.DEVNULL)
    listing = f"'{sys.executable}' -m syntask_yaml variable ls --output json"
    script = f"{listing} | head -c 10 > /dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environ(folder, is_buffered=is_buffered),
        text=True,
        capture_output=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == (f"{CLOSED}\n", "")


@pytest.mark.parametrize("is_buffered", [True, False])
def test_a_file_that_takes_a_part_only(folder: Path, *, is_buffered: bool) -> None:
    """A limit of the size of files lets the first kilobyte pass, as a disk does that gets full."""
    command = f"ulimit -f 1; '{sys.executable}' -m syntask_yaml schema > {folder / 'schema.json'}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environ(folder, is_buffered=is_buffered),
        text=True,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_said_once(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(folder, "schema", stdout=full.fileno())

    assert done.returncode == 1
    assert "Cannot write all of the output, or a file: No space left on device." in done.stderr
    assert "Exception" not in done.stderr
