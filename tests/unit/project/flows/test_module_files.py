"""Files that are not there, are no Python, or more of it than anybody can read: a sentence says so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from syntask_yaml.project.flows import FlowNotFound
from syntask_yaml.project.flows.discover import SkippedFile, discover
from tests.unit.project.flows.conftest import Project

FLOW = b"\nfrom prefect import flow\n@flow\ndef g(): ...\n"

UNREADABLE = {
    "syntax error": (b"def f(:\n", "syntax error on line 1, column 7: invalid syntax"),
    "tabs and blanks": (b"if x:\n\ty\n        z\n", "syntax error on line 3"),
    "not utf-8": (b"x = '\xff\xfe'\n", "syntax error"),
    "unknown encoding": (b"# coding: klingon\n", "syntax error"),
    "wrong declared encoding": (b"# coding: ascii\nx = '\xc3\xa9'\n", "syntax error"),
    "null bytes": (b"def f():\x00 ...\n", "null bytes"),
    "binary": (bytes(range(256)), "null bytes"),
    "too large": (b"# " + b"x" * (9 * 1024 * 1024) + b"\ndef f(): ...\n", "the file is larger than 8 MiB"),
    "brackets": (b"x = " + b"[" * 5000 + b"]" * 5000, "syntax error on line 1"),
    "signs": (b"x = " + b"-" * 100_000 + b"1\n", "the code is nested too deeply"),
    "attributes": (b"x = a" + b".a" * 100_000 + b"\n", "the code is nested too deeply"),
    "sums": (b"x = 1" + b" + 1" * 100_000 + b"\n", "the code is nested too deeply"),
    "conditions": (
        b"if a: pass\n" + b"elif a: pass\n" * 20_000,
        "the code is nested too deeply",
    ),
}


@pytest.mark.parametrize(("content", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_said(content: bytes, reason: str, project: Project) -> None:
    (project.root / "etl.py").write_bytes(content + FLOW)
    (project.root / "other.py").write_bytes(FLOW)

    with pytest.raises(FlowNotFound) as caught:
        project.read("etl.py:f")
    skipped, found = discover(project.root)

    assert caught.value.detail.startswith("Cannot read flows from `etl.py`: ")
    assert reason in caught.value.detail
    assert isinstance(skipped, SkippedFile)
    assert skipped.file == "etl.py"
    assert reason in skipped.reason
    assert found.file == "other.py"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_said(project: Project) -> None:
    project.write("etl.py", "def f(): ...").chmod(0)

    with pytest.raises(FlowNotFound, match="cannot read the file: Permission denied"):
        project.read("etl.py:f")


def test_a_folder_called_like_a_file_is_said(project: Project) -> None:
    (project.root / "etl.py").mkdir()

    with pytest.raises(FlowNotFound, match=r"`etl.py` is a directory, not a regular file."):
        project.read("etl.py:f")


@pytest.mark.parametrize("target", ["nowhere.py", "link.py"])
def test_a_link_that_leads_nowhere_is_said(project: Project, target: str) -> None:
    """It is not proposed as the file that was meant."""
    (project.root / "link.py").symlink_to(target)

    with pytest.raises(FlowNotFound, match=rf"`link\.py` is a link to `{target}`, which does not") as caught:
        project.read("link.py:f")
    assert caught.value.hint == "Correct the link."


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("etl.py", "Git has it, but it is not checked out. Run `git restore etl.py`."),
        (
            "other/load.py",
            "Git has it, but it is not checked out. Run `git restore other/load.py`, "
            "or `git sparse-checkout add other` in a sparse checkout.",
        ),
    ],
)
def test_a_file_that_only_git_has_is_said(project: Project, name: str, hint: str) -> None:
    """It was deleted, or belongs to what a sparse checkout leaves out."""
    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    file = project.write(name, "def f(): ...")
    subprocess.run(["git", "add", "."], cwd=project.root, check=True)
    file.unlink()

    with pytest.raises(FlowNotFound, match=f"The file `{name}` does not exist") as caught:
        project.read(f"{name}:f")
    assert caught.value.hint == hint


def test_what_nobody_can_read_to_its_end_is_said(project: Project) -> None:
    """A pipe that nobody writes to is waited for as long as one likes, and a device has no end."""
    os.mkfifo(project.root / "pipe.py")
    (project.root / "zero.py").symlink_to("/dev/zero")

    with pytest.raises(FlowNotFound, match=r"`pipe.py` is a pipe, not a regular file."):
        project.read("pipe.py:f")
    with pytest.raises(FlowNotFound, match=r"`zero.py` is a device, not a regular file."):
        project.read("zero.py:f")
    with pytest.raises(FlowNotFound, match=r"The module `pipe` does not exist.") as caught:
        project.read("pipe.f")
    assert "`pipe`" not in caught.value.hint


def test_links_that_lead_nowhere_are_said(project: Project) -> None:
    Path(project.root / "etl.py").symlink_to("nowhere.py")
    Path(project.root / "loop.py").symlink_to("loop.py")

    for name in ("etl.py", "loop.py"):
        with pytest.raises(FlowNotFound, match="does not exist"):
            project.read(f"{name}:f")
    assert [found.file for found in discover(project.root)] == ["loop.py"]


def test_a_path_of_an_included_file_that_counts_from_the_root_is_told(project: Project) -> None:
    for folder in ("mail", "sales"):
        (project.root / folder).mkdir()
        (project.root / folder / "flows.py").write_bytes(FLOW)

    with pytest.raises(FlowNotFound) as caught:
        project.read("mail/mail/flows.py:g")

    assert (
        caught.value.hint == "Paths are relative to the file where they stand. From `mail`, it is `flows.py`."
    )
