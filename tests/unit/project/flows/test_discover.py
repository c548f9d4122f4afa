"""Finding every flow of a project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from syntask_yaml.project.flows.discover import FoundFlow, SkippedFile, discover
from syntask_yaml.project.flows.files import python_files
from tests.unit.project.flows.conftest import Project

FLOW = "from prefect import flow\n@flow\ndef f(): ...\n"


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def test_flows_are_found_in_the_order_of_files_and_lines(project: Project) -> None:
    project.write("b.py", FLOW)
    project.write("a/z.py", FLOW)
    project.write(
        "a/y.py",
        """
        import prefect as p
        from prefect import flow as f

        @p.flow(name="Second", description="Runs later.")
        def later(): ...

        @f
        def earlier():
            "Runs first."

        made = f(name="Made")(print)
        again = f(earlier)
        """,
    )

    assert [
        FoundFlow("a/y.py:later", "Second", "Runs later.", "a/y.py", 6),
        FoundFlow("a/y.py:earlier", "earlier", "Runs first.", "a/y.py", 9),
        FoundFlow("a/y.py:made", "Made", None, "a/y.py", 12),
        FoundFlow("a/y.py:again", "earlier", "Runs first.", "a/y.py", 13),
        FoundFlow("a/z.py:f", "f", None, "a/z.py", 3),
        FoundFlow("b.py:f", "f", None, "b.py", 3),
    ] == list(discover(project.root))


def test_only_what_can_be_deployed_is_found(project: Project) -> None:
    project.write(
        "etl.py",
        """
        from prefect import flow
        from other import imported

        def plain(): ...

        def outer():
            @flow
            def inner(): ...

        class Etl:
            @flow
            def method(self): ...

            @staticmethod
            @flow
            def static(): ...

            @classmethod
            @flow
            def bound(cls): ...

        if True:
            @flow
            def conditional(): ...

        @flow
        def again(): ...

        @flow(name="The last one counts")
        def again(): ...
        """,
    )
    project.write("other.py", "import syntask\n@syntask.flow\ndef imported(): ...\n")

    found = [found for found in discover(project.root) if isinstance(found, FoundFlow)]

    assert [flow.entrypoint for flow in found] == [
        "etl.py:Etl.static",
        "etl.py:Etl.bound",
        "etl.py:conditional",
        "etl.py:again",
        "other.py:imported",
    ]


def test_every_flow_that_is_found_can_be_read(project: Project) -> None:
    project.write("flows/etl.py", FLOW + "class A:\n  @staticmethod\n  @flow\n  def g(): ...\nh = flow(f)\n")
    reader = project.reader()

    found = list(discover(project.root))

    assert len(found) == 3
    for flow in found:
        assert isinstance(flow, FoundFlow)
        assert reader.read(flow.entrypoint).name == flow.name


def test_a_broken_file_is_reported_and_hides_no_other(project: Project) -> None:
    project.write("a.py", "@flow\ndef f(:\n")
    project.write("b.py", FLOW)
    project.write("broken_without_flows.py", "def f(:\n")

    skipped, found = discover(project.root)

    assert skipped == SkippedFile("a.py", "syntax error on line 2, column 7: invalid syntax")
    assert isinstance(found, FoundFlow)


@pytest.mark.parametrize(
    "line",
    [
        "workflow(f)",
        "x = overflow (1)",
        "@workflow\ndef f(): ...",
        "# flow",
        "'flow'",
        "from prefect import flow",
    ],
)
def test_a_file_that_only_mentions_flows_holds_none(line: str, project: Project) -> None:
    (project.root / "etl.py").write_text(f"{line}\n", encoding="utf-8")

    assert list(discover(project.root)) == []


def test_outside_a_repository_environments_and_caches_are_left_out(project: Project) -> None:
    left_out = [
        ".venv",
        "venv",
        "__pycache__",
        "node_modules",
        ".tox",
        ".nox",
        ".git",
        ".hidden",
        "build",
        "dist",
    ]
    for folder in [*left_out, "a/site-packages/b", "a/.mypy_cache"]:
        project.write(f"{folder}/etl.py", FLOW)
    project.write("my_environment/pyvenv.cfg", "")
    project.write("my_environment/lib/etl.py", FLOW)
    project.write("buildings/etl.py", FLOW)

    assert python_files(project.root) == ["buildings/etl.py"]


def test_inside_a_repository_git_says_what_belongs_to_it(project: Project) -> None:
    git(project.root, "init", "-q")
    project.write(".gitignore", "ignored/\n*_generated.py\n")
    for name in (
        "tracked.py",
        "build/tracked.py",
        ".hidden/tracked.py",
        "deleted.py",
        "ignored/etl.py",
        "x_generated.py",
        "node_modules/etl.py",
    ):
        project.write(name, FLOW)
    git(
        project.root,
        "add",
        "-f",
        "tracked.py",
        "build/tracked.py",
        ".hidden/tracked.py",
        "deleted.py",
        "node_modules",
    )
    (project.root / "deleted.py").unlink()
    project.write("new\n name é.py", FLOW)

    assert python_files(project.root) == [
        ".hidden/tracked.py",
        "build/tracked.py",
        "deleted.py",
        "new\n name é.py",
        "tracked.py",
    ]
    assert [found.file for found in discover(project.root)] == [
        ".hidden/tracked.py",
        "build/tracked.py",
        "new\n name é.py",
        "tracked.py",
    ]


def test_a_folder_of_a_repository_is_a_project_of_its_own(project: Project) -> None:
    git(project.root, "init", "-q")
    project.write("above.py", FLOW)
    project.write("inside/etl.py", FLOW)

    assert python_files(project.root / "inside") == ["etl.py"]


def test_flows_of_submodules_and_of_repositories_inside_are_found(project: Project) -> None:
    """At any depth, and also what is new in them; what is ignored, or was not fetched, is not."""
    git(project.root, "init", "-q")
    for inner in ("sub", "sub/deep", "nested", "ignored"):
        project.write(f"{inner}/etl.py", FLOW)
        git(project.root / inner, "init", "-q")
    project.write(".gitignore", "ignored/\n")
    for inner in ("sub/deep", "sub", "nested"):
        git(project.root / inner, "add", ".")
        git(project.root / inner, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "one")
    git(project.root, "add", "sub")
    project.write("sub/new.py", FLOW)
    project.write("sub/.venv/etl.py", FLOW)
    git(project.root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},unfetched")
    (project.root / "unfetched").mkdir()

    assert python_files(project.root) == ["nested/etl.py", "sub/deep/etl.py", "sub/etl.py", "sub/new.py"]


def test_git_is_not_needed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    git(project.root, "init", "-q")
    project.write("etl.py", FLOW)
    monkeypatch.setenv("PATH", str(project.root))

    assert python_files(project.root) == ["etl.py"]


def test_a_broken_repository_is_walked_through(project: Project) -> None:
    project.write(".git", "gitdir: nowhere\n")
    project.write("etl.py", FLOW)

    assert python_files(project.root) == ["etl.py"]


def test_no_program_that_a_repository_names_is_run(project: Project) -> None:
    git(project.root, "init", "-q")
    git(project.root, "config", "core.fsmonitor", "touch ran; false")
    project.write("etl.py", FLOW)

    assert python_files(project.root) == ["etl.py"]
    assert not (project.root / "ran").exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list(discover(tmp_path / "nowhere")) == []


def test_folders_that_lead_to_themselves_are_walked_once(project: Project) -> None:
    project.write("a/etl.py", FLOW)
    (project.root / "a" / "again").symlink_to(project.root)

    assert python_files(project.root) == ["a/etl.py"]


def test_what_does_not_name_a_flow_is_not_parsed(project: Project) -> None:
    """A file without the decorator is passed over as text: parsing is what takes the time in a large tree."""
    for number in range(200):
        folder = project.root / f"p{number % 50}"
        folder.mkdir(exist_ok=True)
        source = FLOW if number % 20 == 0 else "def overflow(value)\n    this is not Python\n"
        (folder / f"m{number}.py").write_text(source)

    found = list(discover(project.root))

    assert len(found) == 10
    assert all(isinstance(each, FoundFlow) for each in found)


def test_what_is_no_regular_file_is_left_out_and_named(project: Project) -> None:
    """Reading a pipe would wait for ever, and a device may have no end."""
    os.mkfifo(project.root / "pipe.py")
    (project.root / "zero.py").symlink_to("/dev/zero")
    project.write("etl.py", FLOW)

    found, *skipped = discover(project.root)

    assert isinstance(found, FoundFlow)
    assert skipped == [
        SkippedFile("pipe.py", "the file is a pipe, not a regular file"),
        SkippedFile("zero.py", "the file is a device, not a regular file"),
    ]
