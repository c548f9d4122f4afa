"""A project that is exported to several files is the project of one file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.document.writer import to_yaml
from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.model.events import Counted, Event
from syntask_yaml.operations.exporting.export import Exported, ExportRequest, export
from syntask_yaml.operations.exporting.split import split, write_new_files
from syntask_yaml.project.load import Project
from syntask_yaml.project.reading import read_project
from tests.support.desk import FLOWS, Desk

FILE = "syntask.yaml"
_VALUES = st.one_of(
    st.none(),
    st.sampled_from([0, 1, 1.0, True, "a", "1", [], ["a"], ["a", "b"], {}]),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from([None, 1, "a", [], {"a": 1}, {}]), max_size=3),
)
_MAPPINGS = st.dictionaries(st.sampled_from("abc"), _VALUES, max_size=3)
_ENTRIES = st.fixed_dictionaries(
    {
        "entrypoint": st.sampled_from(
            "flows.py:f teams/a/flows.py:f teams/b/flows.py:f teams/b/c/flows.py:f package.module:f "
            "./teams/a/flows.py:f ../flows.py:f /srv/flows.py:f teams/a/flows:f teams/a/~flows.py:f "
            "~/flows.py:f odd[1]/flows.py:f".split()
        ),
        "work_pool": st.fixed_dictionaries(
            {"name": st.sampled_from(["k8s", "small"])}, optional={"job_variables": _MAPPINGS}
        ),
        "pull": st.sampled_from([[], [{"own.step": {"a": 1}}], [{"own.step": {"a": 2}}]]),
    },
    optional={
        "tags": st.sampled_from([["a"], ["a", "b"], ["b"]]),
        "parameters": _MAPPINGS,
        "schedules": st.sampled_from(
            [[{"cron": "0 6 * * *"}], [{"interval": 60, "parameters": {"a": None}}]]
        ),
        "concurrency_limit": st.sampled_from([1, 2, {"limit": 1, "collision_strategy": "CANCEL_NEW"}]),
    },
)


def exported(entries: list[dict[str, Any]], **resources: Any) -> Exported:
    named = [{"name": f"d{number}", **entry} for number, entry in enumerate(entries)]
    return Exported("shop", named, resources, ())


def project_of(root: Path, files: dict[PurePosixPath, dict[str, Any]]) -> Project:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(to_yaml(content), encoding="utf-8")
    return read_project(root / FILE, root, show=lambda path: str(path.relative_to(root))).choose(None)


def entries_of(project: Project) -> dict[str, dict[str, Any]]:
    """What each deployment comes to, with the pull steps that it has from above."""
    pull = project.document.root.value.get("pull")
    return {each.name: {"pull": pull, **each.node.value} for each in project.declarations}


def split_and_read(entries: list[dict[str, Any]], root: Path) -> dict[PurePosixPath, dict[str, Any]]:
    """The files of *entries*, which mean the same together as in one file."""
    whole = exported(entries, variables={"a": 1})
    files = split(whole, root, FILE)
    (root / "one").mkdir()
    one, several = project_of(root / "one", {PurePosixPath(FILE): whole.content}), project_of(root, files)
    assert [each.code for each in several.diagnostics] == [each.code for each in one.diagnostics]
    expected, found = entries_of(one), entries_of(several)
    assert {name: _ordered(entry) for name, entry in found.items()} == {
        name: _ordered(entry) for name, entry in expected.items()
    }
    assert several.document.root.value["resources"] == {"variables": {"a": 1}}
    return files


def _ordered(value: Any) -> str:
    """A text in which `1`, `1.0` and `true` differ, and the order of keys does not matter."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_ordered(value[key])}" for key in sorted(value)) + "}"
    return f"[{', '.join(map(_ordered, value))}]" if isinstance(value, list) else repr(value)


@given(entries=st.lists(_ENTRIES, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_several_files_mean_what_one_does(entries: list[dict[str, Any]]) -> None:
    """Whatever the entries share, and wherever their flows are."""
    with TemporaryDirectory() as name:
        split_and_read(entries, Path(name))


POOL = {"work_pool": {"name": "k8s", "job_variables": {"image": "app"}}, "pull": []}
CRON = {"schedules": [{"cron": "0 6 * * *"}]}


def test_each_folder_has_its_file_and_says_once_what_it_shares(tmp_path: Path) -> None:
    """What all share is in the file that is opened, what most of a folder share in its own."""
    billing = {"entrypoint": "teams/billing/flows.py:f", "tags": ["billing"], **POOL}
    files = split_and_read(
        [
            {**billing, **CRON},
            {**billing, "parameters": {"a": 1}, **CRON},
            {"entrypoint": "teams/billing/flows.py:f", **POOL},
            {"entrypoint": "teams/search/flows.py:f", **POOL},
            {"entrypoint": "package.module:f", **POOL},
        ],
        tmp_path,
    )
    assert {str(path): content for path, content in files.items()} == {
        "teams/billing/syntask.yaml": {
            "defaults": {"tags": ["billing"], "schedules": [{"cron": "0 6 * * *"}]},
            "deployments": [
                {"name": "d0", "entrypoint": "flows.py:f"},
                {"name": "d1", "entrypoint": "flows.py:f", "parameters": {"a": 1}},
                {"name": "d2", "entrypoint": "flows.py:f", "tags": None, "schedules": None},
            ],
        },
        "teams/search/syntask.yaml": {"deployments": [{"name": "d3", "entrypoint": "flows.py:f"}]},
        "syntask.yaml": {
            "name": "shop",
            "include": ["teams/*/syntask.yaml"],
            "pull": [],
            "defaults": {"work_pool": {"name": "k8s", "job_variables": {"image": "app"}}},
            "deployments": [{"name": "d4", "entrypoint": "package.module:f"}],
            "resources": {"variables": {"a": 1}},
        },
    }


def test_export_then_plan_is_empty(tmp_path: Path) -> None:
    """With the flows of each folder, and resources."""
    desk = Desk(tmp_path)
    (tmp_path / "teams").mkdir()
    desk.write(FLOWS, "teams/flows.py")
    names = ("flows.py:etl", "teams/flows.py:report", "teams/flows.py:etl")
    entries = ", ".join(f"{{name: {chr(97 + n)}, entrypoint: '{name}'}}" for n, name in enumerate(names))
    desk.write(f"name: shop\nresources: {{variables: {{region: north}}}}\ndeployments: [{entries}]\n")
    desk.deploy()
    (tmp_path / FILE).unlink()

    events: list[Event] = []
    found = export(desk.backend, ExportRequest(with_resources=True), environ={}, notify=events.append)
    files = split(found, tmp_path, FILE)
    texts = {path: to_yaml(content) for path, content in files.items()}
    write_new_files(tmp_path, texts, notify=events.append)

    assert list(map(str, files)) == ["teams/syntask.yaml", FILE]
    assert events[3] == Counted("Exporting deployments", 3, 3)
    assert events[-1] == Counted("Writing files", 2, 2)
    planned = desk.plan().plan
    assert not planned.has_changes
    assert (len(planned.changes), len(planned.resources)) == (3, 1)


def test_a_glob_includes_nothing_else(tmp_path: Path) -> None:
    """Where another file would match, each one is named."""
    (tmp_path / "teams" / "old").mkdir(parents=True)
    (tmp_path / "teams" / "old" / FILE).write_text("deployments: []\n", encoding="utf-8")
    entries = [{"entrypoint": f"teams/{name}/flows.py:f", **POOL} for name in ("a", "b[1]")]

    (*_, root) = split_and_read(entries, tmp_path).values()

    assert root["include"] == ["teams/a/syntask.yaml", "teams/b[[]1]/syntask.yaml"]


def test_a_folder_that_lies_elsewhere_gets_no_file(tmp_path: Path) -> None:
    """A project is what is below its root."""
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "link").symlink_to(tmp_path)
    files = split(exported([{"entrypoint": "link/flows.py:f", **POOL}]), tmp_path / "repo", FILE)
    assert list(map(str, files)) == [FILE]


def test_a_key_that_would_append_is_refused(tmp_path: Path) -> None:
    entry = {"entrypoint": "a/flows.py:f", **POOL, "parameters": {"a": {"x+": [1]}}}
    with pytest.raises(UsageError, match=r"`d0` has the key `x\+`"):
        split(exported([entry]), tmp_path, FILE)


def test_nothing_is_overwritten_or_half_written(tmp_path: Path) -> None:
    """A file that is there is named; one that cannot be written takes the others away; then all are there."""
    files = {PurePosixPath(name): f"{name}\n" for name in ("a/b/x.yaml", "c/x.yaml", "x.yaml")}
    (tmp_path / "x.yaml").write_text("mine\n", encoding="utf-8")
    with pytest.raises(FileFailed, match=r"`x.yaml` already exists, and nothing was written"):
        write_new_files(tmp_path, files)
    assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]

    (tmp_path / "x.yaml").unlink()
    (tmp_path / "c").write_text("a file\n", encoding="utf-8")
    with pytest.raises(FileFailed, match=r"Cannot write `c/x.yaml`"):
        write_new_files(tmp_path, files)
    assert [each.name for each in tmp_path.iterdir()] == ["c"]

    (tmp_path / "c").unlink()
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x.yaml").write_text("c/x.yaml\n", encoding="utf-8")  # of a process that was killed
    write_new_files(tmp_path, files)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in files} == files
