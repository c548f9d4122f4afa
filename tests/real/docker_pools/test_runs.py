"""Runs of a docker pool: what a run is given, how it reports, and how it ends."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT
from tests.support.docker_pool import PoolProject

pytestmark = pytest.mark.real

SECRET = "planted-t0ken/with space"


def _completed(project: PoolProject, run: Any) -> list[str]:
    logs = project.logs(run["id"])
    assert run["state"] == "COMPLETED", (run["message"], logs)
    return logs


def test_an_image_with_nothing_of_ours(project: PoolProject) -> None:
    """Its container stays, as with Prefect, and nothing of the run in our home."""
    logs = _completed(project, project.run("tell"))

    assert any("cwd /code ours /syntask/package" in line for line in logs)
    assert "to stderr" in logs
    (container,) = project.containers()
    assert container["State"] == "exited"
    assert project.directories() == []


def test_auto_remove(project: PoolProject) -> None:
    _completed(project, project.run("tell", auto_remove=True))
    assert project.containers() == []


def test_secrets_are_seen_by_the_run_alone(project: PoolProject) -> None:
    """Not by who may ask the engine, and not in the log."""
    project.syntask("block", "create", "secret", "token", input=SECRET)
    run = project.run(
        "show",
        parameters={"name": "TOKEN"},
        env={"TOKEN": "{{ syntask.blocks.secret.token }}", "PLAIN": "plain-value"},
        labels={"team": "data", "example.com/owner": "ops"},
        name="etl job",
    )
    assert "value ***" in _completed(project, run)

    (container,) = project.containers()
    inspected = project.engine.client.inspect_container(container["Id"])
    text = json.dumps(inspected)
    assert SECRET not in text
    assert "plain-value" not in text
    assert (container["Labels"]["team"], container["Labels"]["com.example.owner"]) == ("data", "ops")
    assert inspected["Name"].startswith("/etl-job-")
    assert not any(SECRET in each.read_text(errors="replace") for each in project.home.rglob("order*"))


def test_a_secret_where_the_engine_would_show_it_is_refused(project: PoolProject) -> None:
    project.syntask("block", "create", "secret", "token", input=SECRET)
    project.deploy("tell")
    text = (project.root / "syntask.yaml").read_text(encoding="utf-8")
    labels = '"labels": {"key": "{{ syntask.blocks.secret.token }}"}, "image"'
    (project.root / "syntask.yaml").write_text(text.replace('"image"', labels), encoding="utf-8")

    assert "anyone who can use the container engine can read it" in project.syntask("plan", "--all", code=1)


@pytest.mark.torture
def test_the_environment_of_the_image_stays(project: PoolProject) -> None:
    """That of the worker does not come in; null takes a name of the image away."""
    project.environ["OF_THE_WORKER"] = "seen"
    assert "value None" in _completed(project, project.run("show", parameters={"name": "OF_THE_WORKER"}))
    logs = _completed(
        project, project.run("show", parameters={"name": "LANG_OF_IMAGE"}, env={"LANG_OF_IMAGE": "C"})
    )
    assert "value C" in logs


@pytest.mark.parametrize(("mode", "state"), [("rw", "COMPLETED"), ("ro", "FAILED")])
def test_volumes(project: PoolProject, tmp_path: Path, mode: str, state: str) -> None:
    data = project.root / "data"
    data.mkdir()
    run = project.run("write", parameters={"path": "/data/new"}, volumes=[f"{data}:/data:{mode}"])

    assert run["state"] == state
    assert (data / "new").exists() == (mode == "rw")
    if mode == "ro":
        assert "Read-only file system" in run["message"]


@pytest.mark.torture
def test_more_of_docker(project: PoolProject) -> None:
    """What docker-py takes besides, and a user who is not root."""
    run = project.run(
        "write",
        parameters={"path": "/scratch/new"},
        container_create_kwargs={"user": "1234:1234", "tmpfs": {"/scratch": "mode=1777"}, "hostname": "box"},
        network_mode="none",
        privileged=False,
        command=None,
    )
    _completed(project, run)
    (container,) = project.containers()
    config = project.engine.client.inspect_container(container["Id"])
    assert (config["Config"]["User"], config["Config"]["Hostname"]) == ("1234:1234", "box")
    assert config["HostConfig"]["NetworkMode"] == "none"


def test_a_command_replaces_our_own(project: PoolProject) -> None:
    assert "hello there" in _completed(project, project.run("tell", command="echo hello there"))


def test_the_entrypoint_of_the_image_is_kept(project: PoolProject) -> None:
    """It starts the run, with the environment of the run."""
    script = "/bin/sh -c 'echo entered with $WORD; exec \"$@\"' entry"
    run = project.run("tell", env={"WORD": "care"}, container_create_kwargs={"entrypoint": script})
    assert _completed(project, run)[0] == "entered with care"


def test_a_flow_that_fails(project: PoolProject) -> None:
    run = project.run("fail")
    assert (run["state"], run["message"]) == ("FAILED", "ValueError: planned")
    assert any("Traceback" in line for line in project.logs(run["id"]))


def test_a_process_that_exits(project: PoolProject) -> None:
    run = project.run("exit", parameters={"code": 3})
    assert (run["state"], run["message"]) == (
        "CRASHED",
        "The process of the run exited with code 3 without a result.",
    )


def test_out_of_memory(project: PoolProject) -> None:
    """It is said, with the limit."""
    run = project.run("eat", parameters={"megabytes": 400}, mem_limit="96m", memswap_limit="96m")
    assert run["state"] == "CRASHED", project.logs(run["id"])
    assert "reached the memory limit of 96m" in run["message"]
    assert "`mem_limit`" in run["message"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"image": "{registry}/none-such:1"}, ["/none-such:1", "Check the name and the tag of the image"]),
        (
            {"image": "none-such:1", "image_pull_policy": "Never"},
            ["`image_pull_policy` is `Never`", "pull it"],
        ),
        ({"image": "base:1"}, ["no Python", "Use a base image"]),
        ({"networks": ["no-such-network"]}, ["no-such-network"]),
        ({"command": "no-such-command --x"}, ["The command `no-such-command --x` cannot be started"]),
        ({"volumes": ["/data:/data:sideways"]}, []),
        ({"container_create_kwargs": {"restart_policy": {"Name": "always"}}}, ["retries"]),
    ],
)
def test_what_cannot_be_started(project: PoolProject, variables: dict[str, Any], said: list[str]) -> None:
    """The run has crashed, and says what, why, and what to do."""
    if "volumes" in variables:
        project.deploy("tell")
        text = (project.root / "syntask.yaml").read_text(encoding="utf-8")
        (project.root / "syntask.yaml").write_text(
            text.replace('"image"', '"volumes": ["/data:/data:sideways"], "image"'), encoding="utf-8"
        )
        assert "volume" in project.syntask("plan", "--all", code=1)
        return
    image = str(variables.get("image", project.image)).format(registry=project.engine.registry.address)
    run = project.run("tell", **{**variables, "image": image, "auto_remove": True})
    assert run["state"] == "CRASHED"
    for text in said:
        assert text in run["message"]
    assert project.containers() == []
    assert project.directories() == []


def test_a_worker_without_an_engine_does_not_start(project: PoolProject) -> None:
    project.environ["DOCKER_HOST"] = "unix:///nowhere/docker.sock"
    said = project.syntask("worker", "start", "--pool", project.pool, code=1)
    assert "Cannot connect to the container engine at `unix:///nowhere/docker.sock`" in said
    assert "Start Docker or Podman" in said


@pytest.mark.torture
def test_a_log_beyond_its_limit(project: PoolProject) -> None:
    project.environ["SYNTASK_LOG_LIMIT"] = "2 kB"
    run = project.run("count", parameters={"lines": 500, "pause": 0})
    logs = _completed(project, run)
    kept = [line for line in logs if line.startswith("line ")]
    assert kept == [f"line {number}" for number in range(len(kept))]
    assert f"{500 - len(kept)} more lines" in logs[-1]


def test_a_prefect_yaml_deploys_unchanged(project: PoolProject) -> None:
    """With the job variables that the documentation of Prefect shows.

    Of its tasks, as much is kept as of those that a process executes.
    """
    example = CHECKOUT / "examples" / "tasks"
    shutil.copy(example / "flows.py", project.root)
    (project.root / "prefect.yaml").write_text(
        f"""
name: boxes
definitions:
  orders: &orders {{entrypoint: "flows.py:daily_orders"}}
deployments:
- <<: *orders
  name: here
  work_pool: {{name: default}}
- <<: *orders
  name: d
  pull:
  - prefect.deployments.steps.set_working_directory:
      directory: /example
  work_pool:
    name: boxes
    job_variables:
      image: "{project.image}"
      image_pull_policy: IfNotPresent
      env: {{EXTRA: "1"}}
      volumes: ["{example}:/example:ro"]
      auto_remove: true
      network_mode: none
      stream_output: true
""",
        encoding="utf-8",
    )
    project.syntask("deploy", "--all", "--yes")
    inside, here = (project.ask(f"daily-orders/{name}") for name in ("d", "here"))
    for pool in (project.pool, "default"):
        project.syntask("worker", "start", "--pool", pool, "--run-once")

    assert "In all: 490" in _completed(project, project.state(inside))
    tasks, lines, bars = _told(project, inside)
    assert (len(tasks), len(bars)) == (12, 13)
    assert ("fetch", "Completed", 2, "shop-total", ()) in tasks
    assert sum(task == "fetch" for task, _ in lines) == 3
    assert _told(project, here) == (tasks, lines, bars)


def _told(project: PoolProject, run: str) -> tuple[list[Any], list[Any], list[Any]]:
    """What is kept of a run, without ids and times: its task runs and subflow runs, lines, and a timeline."""
    children = project.state(run)["children"]
    of = {None: "", **{each["id"]: each["of"] for each in children}}
    tasks = [
        (
            each["of"],
            each["state_name"],
            each["attempts"],
            of[each["parent"]],
            tuple(of[run] for run in each["upstream"]),
        )
        for each in children
    ]
    logs = project.json("flow-run", "logs", run)["logs"]
    lines = [(of[line["task_run_id"]], line["message"]) for line in logs if "syntask" in line["logger"]]
    bars = project.json("flow-run", "timeline", run)["bars"]
    return sorted(tasks), lines, sorted((each["depth"], each["kind"], *each["states"]) for each in bars)


def test_the_image_of_a_build_step(project: PoolProject) -> None:
    """The run is in the image that the deploy has built, with the code in it."""
    (project.root / "flows.py").write_text(
        "from syntask import flow\n\n\n@flow\ndef tell():\n    print('built in')\n", encoding="utf-8"
    )
    (project.root / "Dockerfile").write_text(
        f"FROM {project.image}\nCOPY flows.py /code/flows.py\n", encoding="utf-8"
    )
    (project.root / "syntask.yaml").write_text(
        """
name: boxes
build:
- prefect_docker.deployments.steps.build_docker_image:
    id: build
    image_name: team/built
    tag: "1"
    dockerfile: Dockerfile
deployments:
- name: d
  entrypoint: flows.py:tell
  work_pool:
    name: boxes
    job_variables:
      image: "{{ build.image }}"
      image_pull_policy: Never
""",
        encoding="utf-8",
    )
    project.syntask("deploy", "--all", "--yes")
    run = project.ask("tell/d")
    project.syntask("worker", "start", "--pool", project.pool, "--run-once")
    assert "built in" in _completed(project, project.state(run))


def test_serve_executes_the_runs_of_the_pool(project: PoolProject) -> None:
    name = project.deploy("tell")
    serve = project.begin("serve", log="serve")
    run = project.ask(name)

    _completed(project, project.wait_for(run, "COMPLETED", "FAILED", "CRASHED"))
    serve.send_signal(signal.SIGINT)
    assert serve.wait(30) == 0, project.worker_log("serve")
