"""Which files a project is made of."""

from __future__ import annotations

import os
from pathlib import Path

from syntask_yaml.operations.project import ProjectLocation
from syntask_yaml.operations.project_files import changed_files, project_files, snapshot

_FLOWS = "from syntask import flow\nfrom kinds import Amount\n\n@flow\ndef pay(amount: Amount):\n    pass\n"


def found(folder: Path, **files: str) -> set[str]:
    """The files of the project in *folder*, relative to it; *files* by name without `.py`."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return {file.relative_to(folder).as_posix() for file in project_files(ProjectLocation(directory=folder))}


def declare(folder: Path, *entrypoints: str) -> None:
    entries = [f"- {{name: d{number}, entrypoint: '{each}'}}" for number, each in enumerate(entrypoints)]
    (folder / "syntask.yaml").write_text("\n".join(["deployments:", *entries, ""]), encoding="utf-8")


def test_the_file_its_flows_and_what_their_schemas_are_read_from(tmp_path: Path) -> None:
    declare(tmp_path, "flows.py:pay")
    files = found(tmp_path, flows=_FLOWS, kinds="Amount = int\n", unrelated="")
    assert files == {"syntask.yaml", "flows.py", "kinds.py"}


def test_a_file_that_should_be_there_belongs_to_it(tmp_path: Path) -> None:
    declare(tmp_path, "later.py:pay", "{{ $NAME }}.py:pay", "nothing")
    assert found(tmp_path) == {"syntask.yaml", "later.py"}


def test_a_project_with_problems_has_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "syntask.yaml").write_text(
        "deployments:\n- {name: d, entrypoint: 'flows.py:pay', schedule: 7}\n", encoding="utf-8"
    )
    assert found(tmp_path, flows=_FLOWS) == {"syntask.yaml", "flows.py"}


def test_without_a_project_there_are_none(tmp_path: Path) -> None:
    assert found(tmp_path) == set()


def test_a_file_that_is_replaced_by_one_of_the_same_size_and_time_has_changed(tmp_path: Path) -> None:
    """As a checkout by git, or a copy that keeps times, does it."""
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("one", encoding="utf-8")
    other.write_text("two", encoding="utf-8")
    os.utime(other, ns=(0, file.stat().st_mtime_ns))
    before = snapshot([file])
    assert changed_files(before, snapshot([file])) == []
    other.replace(file)
    assert changed_files(before, snapshot([file])) == [file]
