"""Entries go into the project file that is there, or into a new one, and overwrite nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.document.reader import read_file
from syntask_yaml.errors import FileFailed, NotFound, ProjectInvalid
from syntask_yaml.operations.project import ProjectLocation, open_project, validate
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.upgrade.result import Status
from tests.support.upgrading import FLOW, OldRepository, codes

PROJECT = """\
# Ours.
name: orders

deployments:
  # The first.
  - name: hourly
    entrypoint: "flows.py:load_orders"   # kept
    work_pool: &pool {name: default}
"""


def is_valid(root: Path) -> bool:
    project = open_project(ProjectLocation(directory=root))
    return not any(each.is_error for each in validate(project, flows=FlowReader(project.root)))


def test_a_new_file_is_written_and_valid(old: OldRepository) -> None:
    old.deployment(schedule={"cron": "0 6 * * *"}, parameters={"limit": 3}, path=None)

    old.written()

    assert is_valid(old.root)
    value = read_file(old.root / "syntask.yaml").root.value
    assert value["name"] == "orders"
    assert [entry["name"] for entry in value["deployments"]] == ["nightly"]
    assert (old.root / ".syntask.schema.json").exists()


@pytest.mark.parametrize("name", ["syntask.yaml", "prefect.yaml"])
def test_a_file_that_is_there_keeps_every_byte(old: OldRepository, name: str) -> None:
    old.write(name, PROJECT)
    old.deployment(path=None)

    old.written()

    after = (old.root / name).read_text()
    assert after.startswith(PROJECT)
    assert is_valid(old.root)
    assert not (old.root / ".syntask.schema.json").exists()


def test_an_equal_entry_is_there_already(old: OldRepository) -> None:
    old.deployment(path=None, tags=["a"])
    same = "tags: [a], pull: null, entrypoint: 'flows.py:load_orders', enforce_parameter_schema: true"
    old.write("syntask.yaml", f"{PROJECT}  - {{{same}, name: nightly, work_pool: *pool}}\n")

    upgrade = old.written()

    (result,) = upgrade.results
    assert result.status is Status.THERE
    assert [change.shown for change in upgrade.changes] == ["nightly-deployment.yaml"]
    assert old.upgrade().is_empty


def test_another_entry_of_that_name_is_not_overwritten(old: OldRepository) -> None:
    path = old.deployment(path=None, tags=["a"])
    before = path.read_text()
    text = PROJECT + "  - {name: nightly, entrypoint: 'flows.py:load_orders', tags: [b]}\n"
    old.write("syntask.yaml", text)

    upgrade = old.written()

    (result,) = upgrade.results
    assert result.status is Status.LEFT
    assert codes(result.problems) == {"already-declared"}
    assert upgrade.changes == ()
    assert (old.root / "syntask.yaml").read_text() == text
    assert path.read_text() == before


def test_two_files_of_one_deployment_are_one_entry(old: OldRepository) -> None:
    old.deployment("a.yaml", path=None)
    old.deployment("b.yaml", path=None)
    old.deployment("c.yaml", path=None, tags=["other"])

    upgrade = old.upgrade()

    assert [result.status for result in upgrade.results] == [Status.CARRIED, Status.THERE, Status.LEFT]
    assert codes(upgrade.results[2].problems) == {"already-declared"}


def test_the_same_name_of_another_flow_is_another_deployment(old: OldRepository) -> None:
    old.write("other.py", FLOW.replace("load_orders", "send_orders"))
    old.deployment("a.yaml", path=None)
    old.deployment("b.yaml", path=None, flow_name="send-orders", entrypoint="other.py:send_orders")

    assert [result.status for result in old.upgrade().results] == [Status.CARRIED, Status.CARRIED]


def test_a_copy_of_the_flow_in_another_file_is_the_same_deployment(old: OldRepository) -> None:
    """A server has one of them, and a project file with both would be refused."""
    old.write("copy.py", FLOW)
    old.deployment("a.yaml", path=None)
    old.deployment("b.yaml", path=None, entrypoint="copy.py:load_orders")

    upgrade = old.written()

    assert [result.status for result in upgrade.results] == [Status.CARRIED, Status.LEFT]
    assert codes(upgrade.results[1].problems) == {"already-declared"}
    project = open_project(ProjectLocation(directory=old.root))
    assert validate(project, flows=FlowReader(old.root)) == []


def test_each_goes_to_the_nearest_project_file(old: OldRepository) -> None:
    old.write("teams/one/prefect.yaml", "name: one\ndeployments: []\n")
    old.write("teams/one/flows.py", FLOW)
    old.deployment("teams/one/deployment.yaml", path=None)
    old.deployment("top.yaml", path=None, name="top")

    changed = [change.shown for change in old.upgrade().changes if not change.is_private]

    assert sorted(changed) == ["syntask.yaml", "teams/one/prefect.yaml"]


def test_a_file_that_is_named_takes_all(old: OldRepository) -> None:
    old.deployment(path=None)

    changes = old.upgrade(file=Path("jobs.yaml")).changes

    assert [change.shown for change in changes] == ["jobs.yaml", "nightly-deployment.yaml"]


def test_sections_of_the_project_are_kept_from_the_entry(old: OldRepository) -> None:
    """The deployment had no build, no push, and its code elsewhere."""
    old.write(
        "syntask.yaml",
        """\
build: [{syntask.deployments.steps.run_shell_script: {script: make}}]
push: [{syntask.deployments.steps.run_shell_script: {script: make push}}]
pull: [{syntask.deployments.steps.set_working_directory: {directory: /elsewhere}}]
deployments: []
""",
    )

    entry = old.entry()

    assert (entry["build"], entry["push"]) == ([], [])
    assert entry["pull"] == [
        {"syntask.deployments.steps.set_working_directory": {"directory": "/srv/orders"}}
    ]


def test_a_project_file_that_cannot_be_read_stops_all(old: OldRepository) -> None:
    old.write("syntask.yaml", "deployments: [\n")
    old.deployment()

    with pytest.raises(ProjectInvalid):
        old.upgrade()


def test_a_project_file_that_is_no_text_stops_all(old: OldRepository) -> None:
    (old.root / "syntask.yaml").write_bytes(b"deployments: []\n# \xff\n")
    old.deployment()

    with pytest.raises(FileFailed, match="is not UTF-8 text"):
        old.upgrade()


def test_a_project_file_that_takes_no_entry_is_said(old: OldRepository) -> None:
    text = "deployments: &all []\nx-more: *all\n"
    old.write("syntask.yaml", text)
    old.deployment(path=None)

    upgrade = old.upgrade()

    (result,) = upgrade.results
    assert result.status is Status.LEFT
    assert codes(result.problems) == {"edit-refused"}
    assert upgrade.changes == ()


def test_a_path_that_is_not_there_is_an_error(old: OldRepository) -> None:
    with pytest.raises(NotFound):
        old.upgrade("nowhere")


def test_a_file_that_changed_since_is_not_written(old: OldRepository) -> None:
    from syntask_yaml.upgrade.write import write_upgrade

    path = old.deployment(path=None)
    upgrade = old.upgrade()
    path.write_text(path.read_text() + "# mine\n")

    with pytest.raises(FileFailed):
        write_upgrade(upgrade)

    assert not (old.root / "syntask.yaml").exists()


def test_a_second_run_has_nothing_to_do(old: OldRepository) -> None:
    old.deployment("a.yaml", name="a")
    old.deployment("b.yaml", name="b", schedule={"cron": "0 6 * * *"})

    first = old.written()

    assert len(first.changes) == 3
    assert old.upgrade().is_empty
    assert old.upgrade().summary == "Nothing to upgrade."


def test_converted_files_are_removed_on_demand(old: OldRepository) -> None:
    path = old.deployment(path=None)

    old.written(removes=True)

    assert not path.exists()
    assert is_valid(old.root)


def test_a_file_with_one_deployment_left_is_not_marked(old: OldRepository) -> None:
    text = path_text = ""
    for name, cron in (("a", "0 6 * * *"), ("b", "at six")):
        path_text += f"""\
---
name: {name}
entrypoint: flows.py:load_orders
work_queue_name: default
infrastructure: {{_block_type_slug: process}}
schedule: {{cron: {cron!r}}}
"""
    path = old.write("old.yaml", path_text)

    upgrade = old.written()

    assert [result.status for result in upgrade.results] == [Status.CARRIED, Status.LEFT]
    assert path.read_text() == path_text + text
    assert [result.status for result in old.upgrade().results] == [Status.THERE, Status.LEFT]


def test_a_name_on_two_lines_stays_in_the_comment(old: OldRepository) -> None:
    path = old.deployment(path=None, name="a\nname: b")

    upgrade = old.written()

    first, second, *_ = path.read_text().splitlines()
    if any(result.status is not Status.LEFT for result in upgrade.results):
        assert first.startswith("# syntask upgrade: now in syntask.yaml as load-orders/a name: b")
        assert second.startswith("name:")


def test_a_flow_without_source_is_known_again(old: OldRepository) -> None:
    """What was refused beside another file of the deployment is refused beside its entry, too."""
    old.deployment("a.yaml", entrypoint="gone/flows.py:load_orders")
    old.deployment("b.yaml", entrypoint="lost/flows.py:load_orders", tags=["b"])

    first = old.written()
    second = old.upgrade()

    assert [result.status for result in first.results] == [Status.NOTED, Status.LEFT]
    assert [result.status for result in second.results] == [Status.LEFT]
    assert second.changes == ()
