"""Real files of agents, where there are some: nothing is lost, and what they become is valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.upgrade.ledger import FieldOutcomeKind
from syntask_yaml.upgrade.result import Status
from tests.support.upgrading import OldRepository


def of_agents(old: OldRepository, file: Path) -> OldRepository:
    (old.root / "deployment.yaml").write_bytes(file.read_bytes())
    return old


def assert_converted(old: OldRepository) -> None:
    """All is carried or reported, the project file is valid, and a second run has nothing to do."""
    upgrade = old.written()

    assert upgrade.results or upgrade.problems
    for result in upgrade.results:
        assert result.status in (Status.CARRIED, Status.NOTED), result.problems
        paths = [outcome.path for outcome in result.converted.outcomes]
        assert len(paths) == len(set(paths))
        tops = {path[0] for path in paths}
        assert {key for key, value in result.converted.source.root.value.items() if value} <= tops
        assert not [outcome for outcome in result.converted.outcomes if outcome.note == "unknown-field"]
    if upgrade.results:
        assert [
            each for each in open_project(ProjectLocation(directory=old.root)).diagnostics if each.is_error
        ] == []
    assert old.upgrade().is_empty


def test_a_real_file_is_converted_whole(corpus_file: Path, old: OldRepository) -> None:
    if not corpus_file.parent.name.startswith("deployment_yaml"):
        pytest.skip(f"{corpus_file.parent.name} holds files of another kind")

    assert_converted(of_agents(old, corpus_file))


def test_a_file_that_a_real_version_wrote_is_converted_whole(agent_file: Path, old: OldRepository) -> None:
    old.write(
        "flow.py", 'from prefect import flow\n\n\n@flow\ndef hello(name: str = "world", n: int = 1): ...\n'
    )
    of_agents(old, agent_file)

    (result,) = old.upgrade().results

    assert result.converted.full_name == f"hello/{agent_file.stem}"
    assert "version" not in result.entry or result.entry["version"] == "v7"
    assert_converted(old)


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("d02-process-cron", "schedules", [{"cron": "0 6 * * *", "timezone": "Europe/Paris"}]),
        ("d02-process-cron", "parameters", {"name": "marvin", "n": 3}),
        ("d02-process-cron", "work_pool", {"name": "default", "work_queue_name": "q1"}),
        (
            "d03-process-interval",
            "schedules",
            [{"interval": 3600, "anchor_date": "2024-01-01T00:00:00+00:00", "timezone": "UTC"}],
        ),
        (
            "d04-rrule",
            "schedules",
            [{"rrule": "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9", "timezone": "America/New_York"}],
        ),
        (
            "d05-docker-infra",
            "work_pool",
            {
                "name": "docker",
                "job_variables": {"image": "127.0.0.1:5000/team/flow:v1", "env": {"FOO": "bar"}},
            },
        ),
        (
            "d06-k8s-infra",
            "work_pool",
            {"name": "kubernetes", "job_variables": {"namespace": "flows", "image": "x:1"}},
        ),
        (
            "d09-process-block",
            "work_pool",
            {
                "name": "my-process",
                "job_variables": {"env": {"FOO": "bar"}, "labels": {"team": "data"}, "working_dir": "/tmp"},
            },
        ),
        (
            "d11-pool",
            "work_pool",
            {"name": "default", "work_queue_name": "high", "job_variables": {"env": {"FOO": "bar"}}},
        ),
    ],
)
def test_what_a_command_said_is_in_the_entry(
    agent_files: Path, old: OldRepository, name: str, key: str, value: object
) -> None:
    """As `COMMANDS.txt` beside the files has it for version 2.19.2."""
    of_agents(old, agent_files / "2.19.2" / "deployments" / f"{name}.yaml")

    (result,) = old.upgrade().results

    assert result.entry[key] == value


def test_a_manifest_is_carried_to_a_template(agent_files: Path, old: OldRepository) -> None:
    of_agents(old, agent_files / "2.19.2" / "deployments" / "d13-k8s-custom.yaml")

    (result,) = old.upgrade().results

    outcomes = {outcome.path: outcome.kind for outcome in result.converted.outcomes}
    assert outcomes["infrastructure", "job"] is FieldOutcomeKind.CARRIED
    assert FieldOutcomeKind.REPORTED not in outcomes.values()
