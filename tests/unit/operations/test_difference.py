"""What two states of a repository declare otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.cli.views.diff import as_document, as_markdown
from syntask_yaml.model.events import Counted, Event
from syntask_yaml.operations.difference import compare_declarations
from syntask_yaml.operations.project import ProjectLocation
from syntask_yaml.project.revisions import RevisionUnavailable
from tests.support.git_repository import Repository

FLOW = "from syntask import flow\n\n@flow{}\ndef etl(source: str = 's3') -> None: ...\n"
BEFORE = """\
name: shop
values: {bucket: {default: one}}
deployments:
  - {name: same, entrypoint: "flows.py:etl", tags: [a]}
  - {name: changed, entrypoint: "flows.py:etl", tags: [a], parameters: {source: "{{ values.bucket }}"}}
  - {name: old, entrypoint: "flows.py:etl"}
  - {name: gone, entrypoint: "flows.py:etl"}
"""
AFTER = """\
name: shop
values: {bucket: {default: two}}
deployments:
  - {name: same, entrypoint: "flows.py:etl", tags: [a]}
  - {name: changed, entrypoint: "flows.py:etl", tags: [a, b], parameters: {source: "{{ values.bucket }}"}}
  - {name: new, entrypoint: "flows.py:etl", renamed_from: etl/old}
  - {name: added, entrypoint: "flows.py:etl", description: x}
"""


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "shop")
    repository.commit(**{"flows.py": FLOW.format(""), "syntask.yaml": BEFORE})
    return repository


def changes(repository: Repository, ref: str, other: str | None = None) -> list[tuple[str, str, list[str]]]:
    found = compare_declarations(ProjectLocation(directory=repository.path), ref, other)
    return [
        (each.action.value, each.deployment, [field.path for field in each.fields]) for each in found.changes
    ]


DIFFERENT = [
    ("update", "etl/changed", ["tags", "values.bucket"]),
    ("rename", "etl/new", ["name"]),
    ("create", "etl/added", ["name", "entrypoint", "description"]),
    ("delete", "etl/gone", ["name", "entrypoint"]),
]


def test_what_is_not_committed_is_compared_field_by_field(repository: Repository) -> None:
    (repository.path / "syntask.yaml").write_text(AFTER, encoding="utf-8")

    assert changes(repository, "HEAD") == DIFFERENT


def test_two_commits_are_compared_whatever_is_checked_out(repository: Repository) -> None:
    """Each with the flows of its own: a flow that was renamed has other deployments."""
    repository.commit(**{"syntask.yaml": AFTER})
    repository.commit(**{"flows.py": FLOW.format("(name='load')")})

    assert changes(repository, "HEAD~2", "HEAD~1") == DIFFERENT
    assert changes(repository, "HEAD", "HEAD") == []
    assert [name for _, name, _ in changes(repository, "HEAD~1")] == [
        *("load/same", "load/changed", "load/new", "load/added"),
        *("etl/same", "etl/changed", "etl/new", "etl/added"),
    ]


@pytest.mark.parametrize("more", ["", "targets: {dev: {mode: development, default: true}}\n"])
def test_an_old_name_needs_no_flow(repository: Repository, more: str) -> None:
    repository.commit(**{"syntask.yaml": BEFORE + more})
    after = AFTER.replace("renamed_from: etl/old", "renamed_from: old") + more
    (repository.path / "syntask.yaml").write_text(after, encoding="utf-8")

    assert [action for action, *_ in changes(repository, "HEAD")] == [action for action, *_ in DIFFERENT]


def test_it_is_shown_to_programs_and_in_pull_requests(repository: Repository) -> None:
    (repository.path / "syntask.yaml").write_text(AFTER, encoding="utf-8")
    found = compare_declarations(ProjectLocation(directory=repository.path), "HEAD")

    document = as_document(found)
    assert document["summary"] == {"create": 1, "update": 1, "delete": 1, "unchanged": 1, "rename": 1}
    assert document["changes"][0]["fields"][0] == {"path": "tags", "before": ["a"], "after": ["a", "b"]}
    assert "| `~` | `etl/changed` | `tags` |" in as_markdown(found)


def test_deployments_of_both_states_are_counted(repository: Repository) -> None:
    events: list[Event] = []
    place = ProjectLocation(directory=repository.path)

    found = compare_declarations(place, "HEAD", notify=events.append)

    ended = [each.what for each in events if isinstance(each, Counted) and each.number == each.total > 0]
    commit = found.before[:8]
    assert ended == [f"Reading deployments of {commit}", "Reading deployments of the working tree"]


def test_a_commit_that_was_not_fetched_is_an_error(repository: Repository, tmp_path: Path) -> None:
    repository.commit(**{"syntask.yaml": AFTER})
    shallow = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth=1", repository.url, str(shallow))

    with pytest.raises(RevisionUnavailable, match="shallow"):
        compare_declarations(ProjectLocation(directory=shallow), "HEAD^")


def test_what_a_target_says_of_a_flow_counts_in_both_states(repository: Repository) -> None:
    """Where the flows were is known of the commit, also where they have moved since."""
    targets = "targets: {prod: {default: true, deployments: {etl/same: {description: %s}}}}\n"
    repository.commit(**{"syntask.yaml": BEFORE + targets % "x"})
    (repository.path / "syntask.yaml").write_text(BEFORE + targets % "y", encoding="utf-8")
    assert changes(repository, "HEAD") == [("update", "etl/same", ["description"])]

    (repository.path / "flows.py").rename(repository.path / "moved.py")
    moved = BEFORE.replace("flows.py", "moved.py") + targets % "x"
    (repository.path / "syntask.yaml").write_text(moved, encoding="utf-8")
    assert {tuple(fields) for _, _, fields in changes(repository, "HEAD")} == {("entrypoint",)}
