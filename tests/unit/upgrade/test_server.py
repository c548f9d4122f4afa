"""Blocks and deployments of a server: what files only name, and what no file declares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from syntask_yaml.backend.prefect.old_block import OldBlock
from syntask_yaml.backend.prefect.old_deployment import OldDeployment, OldQueue
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.model.secret import Secret
from syntask_yaml.upgrade.result import Status, Upgrade
from tests.support.upgrading import OldRepository, codes, notes, saved

URL = "http://old.example/api"
DOCKER = {"type": "docker-container", "image": "orders:2", "env": {"LEVEL": "INFO"}}
PLAIN: Mapping[str, Any] = {
    "name": "hourly",
    "entrypoint": "flows.py:load_orders",
    "path": "/srv/orders",
    "version": "e159b2819c14bf5f4b70ece5e35a0dc2",
    "tags": [],
    "parameters": {},
    "work_pool_name": "default-agent-pool",
    "work_queue_name": "default",
    "infra_overrides": {},
    "schedules": [{"id": "1", "active": True, "schedule": {"interval": 3600.0, "timezone": "UTC"}}],
    "is_schedule_active": True,
    "paused": False,
    "enforce_parameter_schema": False,
}


@dataclass
class FakeServer:
    """A server with what a test gives it."""

    blocks: dict[str, OldBlock] = field(default_factory=dict)
    found: list[OldDeployment] = field(default_factory=list)
    queues: list[OldQueue] = field(default_factory=list)
    tags: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = URL

    def deployments(self) -> list[OldDeployment]:
        return self.found

    def block(self, type: str, name: str) -> OldBlock | None:
        self.asked.append(f"{type}/{name}")
        return self.blocks.get(f"{type}/{name}")

    def limited_queues(self) -> list[OldQueue]:
        return self.queues

    def tag_limits(self) -> dict[str, int]:
        return self.tags


@pytest.fixture(name="server")
def _server() -> FakeServer:
    return FakeServer()


def has_block(server: FakeServer, slug: str, name: str, **data: Any) -> None:
    server.blocks[f"{slug}/{name}"] = OldBlock(slug, name, data)


def has_deployment(server: FakeServer, *, pool_type: str = "prefect-agent", **fields: Any) -> None:
    """A deployment of the flow that the repository has, unless *fields* have another."""
    flow = fields.pop("flow", "load-orders")
    blocks = {key: fields.pop(key, None) for key in ("infrastructure", "storage")}
    server.found.append(OldDeployment("id", flow, {**PLAIN, **fields}, pool_type=pool_type, **blocks))


def everything(upgrade: Upgrade) -> str:
    """All that an upgrade prints or writes."""
    said = [f"{each.detail} {each.hint}" for each in upgrade.diagnostics]
    steps = [f"{what} {command}" for what, command in upgrade.next_steps]
    entries = [to_yaml(dict(each.entry)) for each in upgrade.results]
    return "\n".join([*said, *steps, *entries, *(change.difference for change in upgrade.changes)])


def test_the_values_of_a_named_block_are_those_of_the_server(old: OldRepository, server: FakeServer) -> None:
    """And the fields that differ are named."""
    has_block(server, "docker-container", "orders", **DOCKER)
    copy = {**DOCKER, "image": "orders:1", "networks": []}
    old.deployment(infrastructure=saved("docker-container", "orders", **copy))

    (result,) = old.upgrade(server=server).results

    assert result.entry["work_pool"]["job_variables"] == {"image": "orders:2", "env": {"LEVEL": "INFO"}}
    (note,) = (each for each in result.problems if each.code == "stale-block-copy")
    assert note.is_note
    assert "differs from the server in `image`." in note.detail


def test_the_template_of_a_pool_is_that_of_the_servers_block(old: OldRepository, server: FakeServer) -> None:
    """Numbers of a manifest stay numbers, and no secret of it is carried."""
    token = {"name": "API_TOKEN", "value": "hush-hush"}
    job = {"spec": {"backoffLimit": 2, "template": {"spec": {"containers": [{"env": [token]}]}}}}
    has_block(server, "kubernetes-job", "prod", job=job)
    old.deployment(infrastructure=saved("kubernetes-job", "prod", job={"spec": {"backoffLimit": 9}}))

    (pool,) = old.upgrade(server=server).pools

    template = json.loads(pool.template)
    assert template["job_configuration"]["job_manifest"]["spec"]["backoffLimit"] == 2
    assert template["variables"]["properties"]["env"]["default"] == {
        "API_TOKEN": "{{ prefect.blocks.secret.api-token }}"
    }


def test_a_copy_that_is_equal_is_not_mentioned(old: OldRepository, server: FakeServer) -> None:
    has_block(server, "docker-container", "orders", **DOCKER, networks=[])
    old.deployment(infrastructure=saved("docker-container", "orders", **DOCKER))

    (result,) = old.upgrade(server=server).results

    assert "stale-block-copy" not in codes(result.problems) | notes(result.problems)


def test_a_masked_secret_is_no_difference(old: OldRepository, server: FakeServer) -> None:
    """A server does not give it, and neither does the file that a command wrote."""
    fields = {"repository": "https://git.example/orders", "include_git_objects": True}
    has_block(server, "github", "orders", **fields, access_token=Secret("********"))
    old.deployment(storage=saved("github", "orders", **fields, access_token="**********"), path="")

    (result,) = old.upgrade(server=server).results

    assert "stale-block-copy" not in notes(result.problems)
    ((clone,),) = (step.values() for step in result.entry["pull"])
    assert clone["access_token"] == "{{ syntask.blocks.secret.orders }}"


def test_a_block_that_a_command_names_is_read(old: OldRepository, server: FakeServer) -> None:
    """Without a server, its values are missing."""
    has_block(server, "github", "code", repository="https://git.example/orders", reference="main")
    old.write(
        "deploy.sh", "prefect deployment build flows.py:load_orders -n nightly -sb github/code --apply\n"
    )

    without, result = (old.upgrade(server=each).results[0] for each in (None, server))

    assert "block-not-here" in notes(without.problems)
    assert "block-not-here" not in notes(result.problems)
    ((clone,),) = (step.values() for step in result.entry["pull"])
    assert clone == {"repository": "https://git.example/orders", "branch": "main"}


def test_a_block_whose_name_depends_on_the_environment_is_not_asked_for(
    old: OldRepository, server: FakeServer
) -> None:
    old.write(
        "deploy.py",
        "import os\nfrom prefect.deployments import Deployment\n"
        "from prefect.infrastructure import Process\nfrom flows import load_orders\n"
        "jobs = Process.load(os.environ['STAGE'])\n"
        "Deployment.build_from_flow(load_orders, 'a', infrastructure=jobs, apply=True)\n",
    )

    (result,) = old.upgrade(server=server).results

    assert server.asked == []
    assert result.entry["work_pool"] == {"name": "{{ $STAGE }}"}


def test_a_block_is_asked_for_once(old: OldRepository, server: FakeServer) -> None:
    for name in ("one", "two"):
        block = saved("docker-container", "orders", **DOCKER)
        old.deployment(f"{name}-deployment.yaml", name=name, infrastructure=block)

    old.upgrade(server=server)

    assert server.asked == ["docker-container/orders"]


def test_a_block_that_the_server_does_not_have_is_reported(old: OldRepository, server: FakeServer) -> None:
    old.deployment(infrastructure=saved("docker-container", "orders", **DOCKER))

    (result,) = old.upgrade(server=server).results

    assert "stale-block-copy" in codes(result.problems)
    assert result.entry["work_pool"]["job_variables"]["image"] == "orders:2"


def test_settings_of_a_file_system_are_never_shown(old: OldRepository, server: FakeServer) -> None:
    """Servers give them in clear, and files hold them in clear."""
    settings = {"key": Secret("hush-one"), "secret": Secret("hush-two")}
    has_block(server, "remote-file-system", "store", basepath="s3://orders", settings=settings)
    inside = {"basepath": "s3://orders", "settings": {"key": "hush-three", "secret": "hush-four"}}
    old.deployment(storage=saved("remote-file-system", "store", **inside))

    upgrade = old.upgrade(server=server)

    assert "differs from the server in `settings`" in everything(upgrade)
    assert "hush" not in everything(upgrade)


def test_deployments_without_a_file_are_left_unless_asked_for(old: OldRepository, server: FakeServer) -> None:
    has_deployment(server)

    assert old.upgrade(server=server).results == ()
    (result,) = old.upgrade(server=server, all_deployments=True).results
    assert result.status is Status.CARRIED
    assert result.entry == {
        "name": "hourly",
        "entrypoint": "flows.py:load_orders",
        "enforce_parameter_schema": False,
        "schedules": [{"interval": 3600, "timezone": "UTC"}],
        "work_pool": {"name": "default"},
        "pull": [{"syntask.deployments.steps.set_working_directory": {"directory": "/srv/orders"}}],
    }
    assert result.converted.source.root.span.file == f"deployment load-orders/hourly on {URL}"


def test_a_deployment_that_a_file_declares_is_the_files(old: OldRepository, server: FakeServer) -> None:
    has_deployment(server, name="nightly", tags=["server"])
    old.deployment(tags=["file"])

    (result,) = old.upgrade(server=server, all_deployments=True).results

    assert result.entry["tags"] == ["file"]


def test_what_the_project_declares_is_left_alone(old: OldRepository, server: FakeServer) -> None:
    """A second run has nothing to do, also where the entry was edited since."""
    has_deployment(server)
    old.written(server=server, all_deployments=True)
    file = old.root / "syntask.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("3600", "7200"), encoding="utf-8")

    assert old.upgrade(server=server, all_deployments=True).is_empty


@pytest.mark.parametrize(
    ("fields", "entry"),
    [
        ({"paused": True}, {"paused": True}),
        (
            {"schedules": [{"id": "1", "active": False, "schedule": {"cron": "0 6 * * *"}}]},
            {"schedules": [{"cron": "0 6 * * *", "active": False}]},
        ),
        (
            {"schedules": None, "schedule": {"cron": "0 6 * * *"}, "is_schedule_active": False},
            {"schedules": [{"cron": "0 6 * * *", "active": False}], "paused": True},
        ),
        ({"infra_overrides": {"env.LEVEL": "DEBUG"}}, {"job_variables": {"env": {"LEVEL": "DEBUG"}}}),
        ({"infra_overrides": None, "job_variables": {"env.A": "1"}}, {"job_variables": {"env": {"A": "1"}}}),
        ({"work_queue_name": "loads"}, {"work_queue_name": "loads"}),
    ],
    ids=["paused", "inactive", "as-2.10", "overrides", "as-3", "queue"],
)
def test_what_a_deployment_says_is_carried(
    old: OldRepository, server: FakeServer, fields: dict[str, Any], entry: dict[str, Any]
) -> None:
    has_deployment(server, **fields)

    (result,) = old.upgrade(server=server, all_deployments=True).results

    flat = {**result.entry, **result.entry["work_pool"]}
    assert {key: flat[key] for key in entry} == entry


def test_a_pool_that_no_file_names_is_no_evidence(old: OldRepository, server: FakeServer) -> None:
    """A server puts what an agent runs into any pool that has its queue."""
    process = OldBlock("process", "", {"env": {}})
    has_deployment(server, infrastructure=process, pool_type="kubernetes", work_pool_name="somewhere")

    (result,) = old.upgrade(server=server, all_deployments=True).results

    assert result.entry["work_pool"] == {"name": "default"}


def test_a_deployment_of_workers_keeps_its_pool_and_steps(old: OldRepository, server: FakeServer) -> None:
    steps = [{"prefect.deployments.steps.set_working_directory": {"directory": "/srv"}}]
    pool = {"work_pool_name": "workers", "job_variables": {"env": {"T": "{{ prefect.blocks.secret.t }}"}}}
    has_deployment(server, pool_type="process", pull_steps=steps, infra_overrides=None, **pool)

    (result,) = old.upgrade(server=server, all_deployments=True).results

    variables = {"env": {"T": "{{ prefect.blocks.secret.t }}"}}
    assert result.entry["work_pool"] == {"name": "workers", "job_variables": variables}
    assert result.entry["pull"] == steps


def test_limits_of_queues_and_tags_become_commands(old: OldRepository, server: FakeServer) -> None:
    """Only those of queues that are used."""
    old.deployment(work_queue_name="loads")
    server.queues = [OldQueue("agents", "loads", 3, 2), OldQueue("agents", "unused", 1, 1)]
    server.tags = {"db": 2}

    upgrade = old.upgrade(server=server)

    commands = [command for _, command in upgrade.next_steps if "limit" in command]
    assert commands == [
        "syntask work-queue create loads --pool default --concurrency-limit 3 --priority 2",
        "syntask concurrency-limit create tag:db --limit 2",
    ]
    assert notes(upgrade.problems) == {"queue-limit", "tag-limit"}


def test_the_next_steps_move_what_schedules_and_deploy_the_rest(
    old: OldRepository, server: FakeServer
) -> None:
    """So that nothing schedules on both servers."""
    has_deployment(server)
    has_deployment(server, name="resting", paused=True)

    steps = [command for _, command in old.upgrade(server=server, all_deployments=True).next_steps]

    assert steps[-3:] == [
        "syntask plan --all",
        "syntask deploy -n load-orders/resting",
        f"syntask upgrade switch load-orders/hourly --from-server={URL}",
    ]
