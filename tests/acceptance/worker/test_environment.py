"""What a run is started with: job variables, secrets, and the values of the backend."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from syntask_yaml.model.run import StateType
from tests.support.site import Site

Deployed = Callable[..., Site]
SECRET = "s3cr3t-of-the-house"


def pooled(**variables: Any) -> dict[str, Any]:
    return {"work_pool": {"name": "default", "job_variables": variables}}


def ran(site: Site, name: str, **request: Any) -> str:
    """The output of a run of that deployment, which completed."""
    (run,) = site.ask(name, **request)
    site.work()
    ended = site.run(run)
    assert ended.state.type is StateType.COMPLETED, ended.state
    return site.text(run)


def test_job_variables_become_the_environment(deployed: Deployed) -> None:
    """Over the worker's; nothing of the pipes between worker and run is seen."""
    env = {"TOKEN": "{{ syntask.variables.token }}", "NUMBER": "7", "MARKS": "here"}
    site = deployed(environ={"TOKEN": "of the worker"})
    site.syntask("variable", "set", "token", "from a variable")
    site.deploy({"tells": {"entrypoint": "plain.py:tells_its_environment", **pooled(env=env)}})
    text = ran(site, "tells")
    assert {"TOKEN from a variable", "NUMBER 7", "MARKS here"} <= set(text.split("\n"))
    assert "FD" not in text


def test_a_run_has_job_variables_of_its_own(deployed: Deployed) -> None:
    """Over the deployment's, name by name."""
    site = deployed(tells_its_environment=pooled(env={"TOKEN": "a", "NUMBER": "b"}))
    text = ran(site, "tells_its_environment", job_variables={"env": {"NUMBER": "c"}})
    assert {"TOKEN a", "NUMBER c"} <= set(text.split("\n"))


def test_the_working_directory(deployed: Deployed) -> None:
    """The one that is configured, which stays; otherwise an empty one, which goes."""
    site = deployed("says_where_it_is")
    site.deploy(
        {
            "own": {"entrypoint": f"{site.code}/plain.py:says_where_it_is", "pull": []},
            "configured": {
                "entrypoint": "plain.py:says_where_it_is",
                "pull": [],
                **pooled(working_dir=str(site.code)),
            },
        }
    )
    assert f"here {site.home}/runs/" in ran(site, "own")
    assert f"here {site.code}" in ran(site, "configured").split("\n")
    assert (site.code / "plain.py").is_file()


def test_no_file_of_the_user_stands_in_for_a_module_that_we_need(deployed: Deployed) -> None:
    """Only where the flow itself asks for it."""
    site = deployed()
    for name in ("json", "signal", "yaml", "syntask_yaml"):
        (site.code / f"{name}.py").write_text("raise RuntimeError('not this one')\n")
    site.deploy(
        {"here": {"entrypoint": "plain.py:undecorated", "pull": [], **pooled(working_dir=str(site.code))}}
    )
    assert "hello nobody" in ran(site, "here")


def test_parameters_from_the_command_line(deployed: Deployed) -> None:
    """One by one, typed by the flow's schema; or all of them as JSON."""
    site = deployed("undecorated")
    one = site.syntask("deployment", "run", "undecorated/undecorated", "-p", "name=Ada Lovelace").strip()
    all_ = site.syntask(
        "deployment", "run", "undecorated/undecorated", "--params", '{"name": "Grace"}'
    ).strip()
    site.work()
    assert "hello Ada Lovelace" in site.text(one)
    assert "hello Grace" in site.text(all_)
    shown = json.loads(site.syntask("flow-run", "inspect", all_, "--output", "json"))
    assert shown["parameters"] == {"name": "Grace"}


@pytest.fixture(name="guarded")
def _guarded(deployed: Deployed) -> Site:
    """A site with a secret, which a job variable and a pull step ask for."""
    site = deployed()
    site.syntask("block", "create", "secret", "token", stdin=f"{SECRET}\n")
    site.deploy(
        {
            "tells": {
                "entrypoint": "plain.py:tells_its_environment",
                **pooled(env={"TOKEN": "{{ syntask.blocks.secret.token }}"}),
            },
            "names": {
                "entrypoint": "plain.py:logs_a_secret_name",
                **pooled(env={"TOKEN": "{{ syntask.blocks.secret.token }}"}),
            },
            "pulls": {
                "entrypoint": "plain.py:returns",
                "pull": [
                    {
                        "syntask.deployments.steps.run_shell_script": {
                            "script": f"printenv TOKEN\nprintenv MORE\nfalse {'x' * 3}",
                            "env": {"TOKEN": "{{ syntask.blocks.secret.token }}", "MORE": "seen"},
                        }
                    }
                ],
            },
        }
    )
    return site


def test_a_secret_is_in_the_environment_and_not_in_the_log(guarded: Site) -> None:
    """Even if the flow prints it."""
    text = ran(guarded, "tells")
    assert "TOKEN ***" in text.split("\n")


def test_a_secret_as_the_name_of_a_logger_is_not_in_the_log(guarded: Site) -> None:
    (run,) = guarded.ask("names")
    guarded.work()
    (line,) = [line for line in guarded.lines(run) if line.message == "hello"]
    assert line.logger == "***"


def test_a_secret_of_a_pull_step_is_not_in_the_log(guarded: Site) -> None:
    """Nor in the message of the run, when the step fails."""
    (run,) = guarded.ask("pulls")
    guarded.work()
    ended = guarded.run(run)
    assert ended.state.type is StateType.FAILED
    text = guarded.text(run)
    assert "seen" in text
    assert "***" in text
    assert SECRET not in text + ended.state.message


def test_a_secret_is_nowhere_in_the_store(guarded: Site) -> None:
    """Whatever has run: not in a row, a log or a write-ahead file; nor in what the worker says."""
    for name in ("tells", "names", "pulls"):
        guarded.ask(name)
    with guarded.worker("--run-once") as worker:
        assert worker.wait(60) == 0
    kept = [file for file in guarded.folder.rglob("*") if file.is_file() and "code" not in file.parts]
    assert kept
    assert [file for file in kept if SECRET.encode() in file.read_bytes()] == []


@pytest.mark.parametrize("name", ["command", "working_dir"])
def test_a_secret_that_everybody_could_read_is_refused(deployed: Deployed, name: str) -> None:
    """At plan, with the place, and, where a run brings it, by the worker; it says why, and nothing of it."""
    value = "/opt/{{ syntask.blocks.secret.token }}"
    site = deployed("returns")
    site.syntask("block", "create", "secret", "token", stdin=f"{SECRET}\n")
    site.declare({"returns": {"entrypoint": "plain.py:returns", **pooled(**{name: value})}})
    said = site.call("plan", "--all")
    assert said.returncode == 1
    assert f"The job variable `{name}` contains a secret" in said.stderr
    assert "syntask.yaml:" in said.stderr

    (run,) = site.ask("returns", job_variables={name: value})
    site.work()
    state = site.run(run).state
    assert (state.type, SECRET in state.message) == (StateType.CRASHED, False)
    assert f"The job variable `{name}` contains a secret" in state.message


def test_a_secret_that_is_gone(deployed: Deployed) -> None:
    """The run cannot start, and says what is missing."""
    site = deployed(returns=pooled(env={"TOKEN": "{{ syntask.blocks.secret.gone }}"}))
    (run,) = site.ask("returns")
    site.work()
    state = site.run(run).state
    assert state.type is StateType.CRASHED
    assert "The job variable `env.TOKEN` has no value" in state.message
