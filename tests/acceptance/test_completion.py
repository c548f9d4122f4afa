"""What a shell completes while somebody types."""

from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from syntask_yaml.cli.main import cli
from tests.support.console import Console

PROJECT = """\
name: shop
deployments:
  - {name: hourly, entrypoint: "flows.py:load"}
  - {name: nightly, entrypoint: "flows.py:load"}
"""
FLOWS = """\
from syntask import flow


@flow
def load(source: str = "orders", limit: int = 1) -> None: ...
"""


@pytest.fixture(name="shop")
def _shop(console: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A project of which one deployment is deployed, in the environment of a shell."""
    (console.directory / "flows.py").write_text(FLOWS, encoding="utf-8")
    (console.directory / "syntask.yaml").write_text(PROJECT, encoding="utf-8")
    for name, value in console.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(console.directory)
    return console


def _completed(*words: str) -> list[str]:
    """What the last of *words* may become."""
    shell = ShellComplete(cli, {}, "syntask", "_SYNTASK_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


def test_names_of_the_project(shop: Console) -> None:
    """Those that are declared in the file that is meant."""
    assert _completed("deploy", "-n", "") == ["hourly", "nightly"]
    assert _completed("plan", "--name", "n") == ["nightly"]
    assert _completed("-C", str(shop.directory), "deployment", "set", "h") == ["hourly"]
    (shop.directory / "other.yaml").write_text(PROJECT.replace("hourly", "weekly"), encoding="utf-8")
    assert _completed("-f", "other.yaml", "deploy", "-n", "w") == ["weekly"]


def test_names_of_a_project_with_targets(shop: Console) -> None:
    """Also where none is the default one; texts that are no names, or not yet, are left out."""
    text = (
        PROJECT
        + """\
  - {name: "load-{{ $STAGE }}", entrypoint: "flows.py:load"}
  - {name: null, entrypoint: "flows.py:load"}
targets:
  dev: {}
  prod: {name_prefix: "p-"}
"""
    )
    (shop.directory / "syntask.yaml").write_text(text, encoding="utf-8")

    assert _completed("deploy", "-n", "") == ["hourly", "nightly"]
    assert _completed("-t", "prod", "deploy", "-n", "") == ["p-hourly", "p-nightly"]
    assert _completed("deploy", "--target", "") == ["dev", "prod"]
    assert _completed("--target", "p") == ["prod"]


def test_names_of_work_queues(shop: Console) -> None:
    """Those of the pool that was named before."""
    shop.run("syntask work-pool create big && syntask work-queue create fast -p big")
    shop.run("syntask work-queue create slow")

    assert _completed("work-queue", "pause", "") == ["default", "slow"]
    assert _completed("work-queue", "pause", "-p", "big", "") == ["default", "fast"]
    assert _completed("worker", "start", "-p", "big", "-q", "f") == ["fast"]
    assert _completed("deploy", "--work-queue", "s") == ["slow"]


def test_names_of_the_backend(shop: Console) -> None:
    """Deployments, parameters, pools, variables, blocks and runs."""
    shop.run("syntask deploy -n hourly")
    shop.run("syntask variable set region eu")
    run = shop.run("syntask --quiet deployment run hourly").stdout.split()[-1]

    assert _completed("deployment", "run", "") == ["load/hourly"]
    assert _completed("deployment", "run", "hourly", "-p", "") == ["source=", "limit="]
    assert _completed("deploy", "--pool", "") == ["default"]
    assert _completed("worker", "start", "--pool", "d") == ["default"]
    assert _completed("variable", "get", "re") == ["region"]
    assert _completed("flow-run", "logs", run[:4]) == [run]


def test_names_that_stand_in_no_file() -> None:
    """Recipes and time zones."""
    assert _completed("init", "--recipe", "docker-a") == ["docker-azure"]
    assert _completed("deploy", "--timezone", "Europe/Berl") == ["Europe/Berlin"]


def test_what_cannot_be_listed_is_completed_to_nothing(shop: Console) -> None:
    """And nothing is created while somebody types."""
    (shop.directory / "syntask.yaml").write_text("deployments: [", encoding="utf-8")

    assert _completed("deploy", "-n", "") == []
    assert _completed("deployment", "run", "") == []
    assert not (shop.home / ".syntask").exists()


@pytest.mark.usefixtures("shop")
def test_nothing_is_said_into_the_line_that_is_typed(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even that there is no store yet."""
    assert _completed("deployment", "run", "") == []
    assert capsys.readouterr() == ("", "")
