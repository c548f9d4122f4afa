"""Names, order and defaults of arguments are Prefect's, but for what is listed here."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prefect import schedules as prefects_schedules
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.client.schemas.schedules import CronSchedule
from prefect.events import DeploymentEventTrigger
from prefect.types.entrypoint import EntrypointType

import syntask
from syntask import docker, schedules
from syntask._deployments.deployable import Deployable, from_source
from syntask.runner import storage
from syntask_yaml import api
from syntask_yaml.model import schedule as model
from syntask_yaml.model.deployment import ConcurrencyLimit
from tests.support.prefect_server import NEWER, missing
from tests.unit.syntask._deployments.prefects_signatures import NAMES, arguments

OURS: dict[str, Callable[..., Any]] = {
    "Flow.deploy": Deployable.deploy,
    "Flow.serve": Deployable.serve,
    "Flow.to_deployment": Deployable.to_deployment,
    "Flow.from_source": from_source,
    "deploy": syntask.deploy,
    "serve": syntask.serve,
    "Schedule": schedules.Schedule,
    "Cron": schedules.Cron,
    "Interval": schedules.Interval,
    "RRule": schedules.RRule,
    "DockerImage": docker.DockerImage,
    "GitRepository": storage.GitRepository,
}
# What differs on purpose, and why; `docs/python.md` lists it.
DIFFERENCES = {
    ("Schedule", "anchor_date"): "an interval keeps its stored anchor, and does not move at each deploy",
    ("DockerImage", "stream_progress_to"): "steps say how far they are on standard error, as for a file",
}


def check(theirs: Mapping[str, Mapping[str, list[str]]]) -> None:
    """Names, order, kinds and defaults are *theirs*, but for what is listed."""
    assert theirs.keys() == OURS.keys()
    for name, wanted in theirs.items():
        ours = arguments(OURS[name])
        assert list(ours) == list(wanted), name
        differing = {(name, argument) for argument in wanted if ours[argument] != wanted[argument]}
        assert differing == {each for each in DIFFERENCES if each[0] == name}


def test_arguments_are_prefects() -> None:
    check({name: arguments(function) for name, function in NAMES.items()})


@pytest.mark.torture
def test_arguments_are_those_of_the_newer_prefect() -> None:
    if reason := missing(NEWER):
        pytest.skip(reason)
    script = Path(__file__).with_name("prefects_signatures.py")
    done = subprocess.run([NEWER, str(script)], capture_output=True, text=True, check=True)
    check(json.loads(done.stdout))


def test_every_public_name_is_explained() -> None:
    for ours in OURS.values():
        assert inspect.getdoc(ours), ours


@syntask.flow
def plain(a: int = 1) -> None: ...


def test_objects_of_prefect_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts may import them from there."""
    monkeypatch.chdir(Path(__file__).parent)
    anchor = datetime(2026, 1, 5, tzinfo=UTC)
    plain.deploy(
        "a",
        schedules=[
            prefects_schedules.Cron("0 6 * * *", timezone="Europe/Rome"),
            prefects_schedules.Interval(90, anchor_date=anchor),
            CronSchedule(cron="0 7 * * *"),
        ],
        concurrency_limit=ConcurrencyLimitConfig(limit=2),
        triggers=[DeploymentEventTrigger(expect={"order.placed"}, parameters={"a": "{{ event.id }}"})],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )

    (stored,) = api.deployments()
    found = stored.deployment
    assert found.entrypoint == f"{plain.__module__}.plain"
    assert isinstance(found.schedules, tuple)
    assert [each.timing for each in found.schedules] == [
        model.Cron("0 6 * * *", "Europe/Rome"),
        model.Interval(90, anchor),
        model.Cron("0 7 * * *"),
    ]
    assert found.concurrency_limit == ConcurrencyLimit(2)
    (trigger,) = found.triggers
    assert trigger["expect"] == ["order.placed"]
    assert trigger["parameters"] == {"a": "{{ event.id }}"}


_THEIRS = {
    "syntask": (
        "prefect",
        (
            *(
                "Flow",
                "State",
                "Task",
                "allow_failure",
                "aserve",
                "deploy",
                "flow",
                "get_run_logger",
                "serve",
            ),
            *("tags", "task", "unmapped"),
        ),
    ),
    "syntask.cache_policies": ("prefect.cache_policies", ("DEFAULT", "INPUTS", "NO_CACHE", "CachePolicy")),
    "syntask.client.schemas.objects": ("prefect.client.schemas.objects", ("State", "StateType")),
    "syntask.context": ("prefect.context", ("FlowRunContext", "TaskRunContext", "get_run_context", "tags")),
    "syntask.exceptions": ("prefect.exceptions", ("MissingContextError", "UpstreamTaskError")),
    "syntask.flows": ("prefect.flows", ("Flow", "flow")),
    "syntask.futures": ("prefect.futures", ("as_completed", "resolve_futures_to_states", "wait")),
    "syntask.logging": ("prefect.logging", ("disable_run_logger", "get_logger", "get_run_logger")),
    "syntask.logging.loggers": ("prefect.logging.loggers", ("disable_run_logger", "get_run_logger")),
    "syntask.states": ("prefect.states", ("Cancelled", "Completed", "Failed", "State")),
    "syntask.task_runners": ("prefect.task_runners", ("ConcurrentTaskRunner", "ThreadPoolTaskRunner")),
    "syntask.tasks": ("prefect.tasks", ("Task", "exponential_backoff", "task", "task_input_hash")),
    "syntask.utilities.annotations": (
        "prefect.utilities.annotations",
        ("allow_failure", "quote", "unmapped"),
    ),
    "syntask.blocks.system": ("prefect.blocks.system", ("Secret",)),
    "syntask.deployments": ("prefect.deployments.runner", ("RunnerDeployment", "deploy")),
    "syntask.docker": ("prefect.docker", ("DockerImage",)),
    "syntask.runner": ("prefect", ("serve",)),
    "syntask.runner.storage": ("prefect.runner.storage", ("GitRepository", "GitCredentials")),
    "syntask.schedules": ("prefect.schedules", ("Cron", "Interval", "RRule", "Schedule")),
}


@pytest.fixture(name="fresh")
def _fresh() -> Iterator[None]:
    """The package as if nobody had imported it; afterwards, as it was."""
    before = {name: sys.modules.pop(name) for name in _imported()}
    yield
    for name in _imported():
        del sys.modules[name]
    sys.modules.update(before)


def _imported() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "syntask"]


@pytest.mark.usefixtures("fresh")
def test_inside_a_run_of_prefects_worker_names_are_prefects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", "x")
    for ours, (theirs, names) in _THEIRS.items():
        for name in names:
            found = getattr(importlib.import_module(ours), name)
            assert found is getattr(importlib.import_module(theirs), name), (ours, name)
    # What Prefect 3 does not have can be imported all the same: scripts hold flows and deployments.
    assert importlib.import_module("syntask.deployments").Deployment
    assert importlib.import_module("syntask.infrastructure").KubernetesJob
    assert importlib.import_module("syntask.storage").GitHub


def test_one_deployment_can_be_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows.py").write_text("from syntask import flow\n\n\n@flow\ndef far() -> None: ...\n")
    deployment = syntask.flow.from_source(tmp_path, "flows.py:far").to_deployment("a", tags=["x"])
    assert deployment.name == "a"

    made = deployment.apply(work_pool_name="default")

    assert [(each.id, each.deployment.tags) for each in api.deployments()] == [(str(made), ("x",))]
