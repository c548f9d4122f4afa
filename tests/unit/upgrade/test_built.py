"""What `prefect deployment build` describes becomes an entry, as if its file were there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.upgrade.result import Status
from tests.support.upgrading import OldRepository, codes, inline, notes, saved

BUILD = "prefect deployment build ./flows.py:load_orders -n nightly"
HEAD = {"name": "nightly", "entrypoint": "flows.py:load_orders"}


@pytest.mark.parametrize(
    ("options", "entry"),
    [
        ("", {"work_pool": {"name": "default"}}),
        (
            "-q fast -t a --tag b",
            {"tags": ["a", "b"], "work_pool": {"name": "default", "work_queue_name": "fast"}},
        ),
        ("--cron '0 6 * * *' --timezone UTC", {"schedules": [{"cron": "0 6 * * *", "timezone": "UTC"}]}),
        (
            "--interval 3600 --anchor-date 2024-01-01",
            {"schedules": [{"interval": 3600, "anchor_date": "2024-01-01T00:00:00+00:00"}]},
        ),
        ("--rrule FREQ=DAILY", {"schedules": [{"rrule": "FREQ=DAILY"}]}),
        (
            '--rrule \'{"rrule": "FREQ=DAILY", "timezone": "UTC"}\'',
            {"schedules": [{"rrule": "FREQ=DAILY", "timezone": "UTC"}]},
        ),
        ("--param source=shop --param limit=3", {"parameters": {"source": "shop", "limit": 3}}),
        ("--params='{\"limit\": 3}'", {"parameters": {"limit": 3}}),
        ("-v 1.2 -d 'some words'", {"version": "1.2", "description": "some words"}),
        (
            "-i docker-container --override image=r.example.com/o:1 --override env.A=3",
            {
                "work_pool": {
                    "name": "docker",
                    "job_variables": {"image": "r.example.com/o:1", "env": {"A": "3"}},
                }
            },
        ),
        (
            "--path /srv/orders",
            {"pull": [{"syntask.deployments.steps.set_working_directory": {"directory": "/srv/orders"}}]},
        ),
        ("-o old.yaml -a -l 3", {}),
    ],
)
def test_options_are_fields(old: OldRepository, options: str, entry: dict[str, Any]) -> None:
    old.write("deploy.sh", f"set -e\n{BUILD} {options}\n")

    (result,) = old.upgrade().results

    assert result.entry == {**HEAD, "work_pool": {"name": "default"}, **result.entry, **entry}
    assert set(result.entry) == {*HEAD, "work_pool", *entry} | ({"pull"} if "docker" in options else set())
    assert str(result.converted.source.root.span).startswith("deploy.sh:2:1")
    assert codes(result.problems) == set()


def test_the_command_deploys_the_entry(old: OldRepository) -> None:
    path = old.write("deploy.sh", f"{BUILD} --apply\n")

    old.written()

    assert path.read_text() == "syntask deploy -n load-orders/nightly\n"
    assert old.upgrade().is_empty


def test_a_command_that_only_writes_a_file_is_left(old: OldRepository) -> None:
    path = old.write("deploy.sh", f"{BUILD}\n")

    upgrade = old.written()

    assert codes(upgrade.diagnostics) == {"old-command"}
    assert path.read_text() == f"{BUILD}\n"
    (result,) = old.upgrade().results
    assert result.status is Status.THERE


@pytest.mark.parametrize(
    "line",
    [
        f"{BUILD} -q $QUEUE",
        f"{BUILD} --strange x",
        f"{BUILD} --interval often",
        f"{BUILD} --override wrong",
        f"{BUILD} -ib process",
        "prefect deployment build flows.py:load_orders",
        "prefect deployment build -n nightly",
        "prefect deployment build flows.py -n nightly",
        f"# {BUILD}",
    ],
)
def test_what_is_not_known_is_no_entry(old: OldRepository, line: str) -> None:
    old.write("deploy.sh", f"{line}\n")

    assert old.upgrade().results == ()


def test_the_file_and_its_command_are_one_deployment(old: OldRepository) -> None:
    """Though the file says more."""
    block = inline("process", env={"A": "b"})
    old.deployment(
        entrypoint="./flows.py:load_orders", tags=["a"], infrastructure=block, schedule={"cron": "0 6 * * *"}
    )
    path = old.write("deploy.sh", f"{BUILD} -t a --cron '0 6 * * *' -a\n")

    upgrade = old.written()

    assert [result.status for result in upgrade.results] == [Status.CARRIED, Status.THERE]
    assert path.read_text() == "syntask deploy -n load-orders/nightly\n"


def test_a_file_and_a_command_that_disagree_are_reported(old: OldRepository) -> None:
    old.deployment(entrypoint="./flows.py:load_orders", tags=["a"])
    old.write("deploy.sh", f"{BUILD} -t b\n")

    upgrade = old.upgrade()

    assert [result.status for result in upgrade.results] == [Status.CARRIED, Status.LEFT]
    assert codes(upgrade.results[1].problems) == {"already-declared"}


@pytest.mark.parametrize(
    ("options", "expected", "blocks"),
    [
        ("-ib docker-container/prod", set(), []),
        ("-sb github/repo", set(), ["github-repository/repo"]),
        ("-sb s3/bucket/nightly", set(), ["s3-bucket/bucket"]),
        ("-sb gcs/bucket", set(), ["gcs-bucket/bucket"]),
        ("-sb azure/bucket", set(), ["azure-blob-storage-container/bucket"]),
        ("-sb remote-file-system/store", set(), ["remote-file-system/store"]),
        ("-sb smb/share", {"no-pull"}, []),
    ],
)
def test_the_values_of_a_block_are_on_the_server(
    old: OldRepository, options: str, expected: set[str], blocks: list[str]
) -> None:
    old.write("deploy.sh", f"{BUILD} {options}\n")

    (result,) = old.upgrade().results

    assert codes(result.problems) == expected
    assert [f"{block.type}/{block.name}" for block in result.converted.blocks] == blocks


def test_a_block_of_a_type_that_is_gone_is_another_one_of_the_same_name(old: OldRepository) -> None:
    """The next steps say of which old one its values are, and what they are called."""
    old.write("deploy.sh", f"{BUILD} -sb gcs/flows/nightly\n")

    upgrade = old.upgrade()
    (result,) = upgrade.results

    named = {"block_type_slug": "gcs-bucket", "block_document_name": "flows"}
    assert result.entry["pull"] == [
        {"syntask.deployments.steps.pull_with_block": {"id": "code", **named}},
        {
            "syntask.deployments.steps.set_working_directory": {
                "directory": "{{ code.directory }}/nightly",
            }
        },
    ]
    pushed = {"syntask.deployments.steps.push_with_block": {**named, "folder": "nightly"}}
    assert result.entry["push"] == [pushed]
    assert notes(result.problems) >= {"block-not-here", "push-added"}
    assert upgrade.next_steps[0] == (
        "Create the block gcs-bucket/flows with the values of gcs/flows unless it exists",
        "syntask block create gcs-bucket flows --field bucket=BUCKET --field bucket_folder=BUCKET_FOLDER",
    )


def test_prefect_has_no_step_that_copies_to_a_block(old: OldRepository) -> None:
    old.write("prefect.yaml", "deployments: []\n")
    old.write("deploy.sh", f"{BUILD} -sb s3/flows\n")

    (result,) = old.upgrade().results

    assert codes(result.problems) == {"push-missing"}
    (pulled,) = result.entry["pull"]
    assert pulled["prefect.deployments.steps.pull_with_block"]["block_type_slug"] == "s3-bucket"


def test_a_folder_of_a_stored_block_is_gone_to(old: OldRepository) -> None:
    old.write("deploy.sh", f"{BUILD} -sb remote-file-system/store/nightly\n")

    (result,) = old.upgrade().results

    assert [next(iter(step.values())) for step in result.entry["pull"]] == [
        {"block_type_slug": "remote-file-system", "block_document_name": "store", "id": "code"},
        {"directory": "{{ code.directory }}/nightly"},
    ]


def test_the_copy_in_a_file_is_used_where_there_is_one(old: OldRepository) -> None:
    block = saved("docker-container", "prod", image="r.example.com/o:1")
    old.deployment(entrypoint="./flows.py:load_orders", infrastructure=block)
    old.write("deploy.sh", f"{BUILD} -ib docker-container/prod -a\n")

    first, second = old.upgrade().results

    assert first.status is Status.CARRIED
    assert "stale-block-copy" in notes(first.problems)
    assert second.status is Status.THERE


def commands_of(folder: Path) -> Iterator[tuple[str, str]]:
    """The deployments that real commands built, and the commands as a shell takes them."""
    for line in (folder / "COMMANDS.txt").read_text(encoding="utf-8").splitlines():
        words: list[str] = []
        for word in line.split():
            is_more = words and not word.startswith("-") and len(words) > 4 and not words[-1].startswith("-")
            words[-1:] = [f"{words[-1]} {word}"] if is_more else [*words[-1:], word]
        name = words[words.index("-n") + 1]
        if (folder / f"{name}.yaml").exists():
            yield name, shlex.join(words)


@pytest.mark.parametrize("version", ["2.10.21", "2.19.2", "2.20.25"])
def test_a_real_command_agrees_with_the_file_that_it_wrote(
    agent_files: Path, tmp_path: Path, version: str
) -> None:
    """Its entry says nothing that the file's does not; what is in no file, the command does not know."""
    folder = agent_files / version / "deployments"
    found = list(commands_of(folder))
    assert found
    for name, command in found:
        old = OldRepository(tmp_path / name)
        old.write(
            "flow.py",
            'from prefect import flow\n\n\n@flow\ndef hello(name: str = "world", n: int = 1): ...\n',
        )
        old.write("deployment.yaml", (folder / f"{name}.yaml").read_text(encoding="utf-8"))
        old.write("deploy.sh", f"{command}\n")

        first, second = old.upgrade().results

        assert first.converted.name == second.converted.name == name
        assert second.status is Status.THERE, (command, second.entry, first.entry)


def test_a_pool_is_created_from_a_block_whose_values_are_on_the_server(old: OldRepository) -> None:
    """Nothing in the entry hides a value that only the block has."""
    old.write("deploy.sh", f"{BUILD} -ib ecs-task/prod --override env.LEVEL=DEBUG\n")

    upgrade = old.upgrade()

    assert [result.status for result in upgrade.results] == [Status.CARRIED]
    assert upgrade.results[0].entry["work_pool"] == {
        "name": "prod",
        "job_variables": {"env": {"LEVEL": "DEBUG"}},
    }
    assert [pool.command for pool in upgrade.pools] == [
        "syntask work-pool create prod --from-block ecs-task/prod --from-server=URL"
    ]


def test_an_override_that_needs_a_template_needs_the_values_of_the_block(old: OldRepository) -> None:
    old.write("deploy.sh", f"{BUILD} -ib kubernetes-job/prod --override customizations='[]'\n")
    old.write("more.sh", f"{BUILD} -ib ecs-task/prod --override task_definition.cpu=1\n")

    assert any("block-not-here" in codes(result.problems) for result in old.upgrade().results)
