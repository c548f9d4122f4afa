"""Repositories with flows of Prefect 1, and what becomes of them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
import yaml

from syntask_yaml.cli.views.diagnostics import lines
from syntask_yaml.upgrade.prefect1.convert import Prefect1Options
from syntask_yaml.upgrade.result import Upgrade
from syntask_yaml.upgrade.write import write_upgrade
from tests.support.console import Console
from tests.support.upgrading import OldRepository, codes, notes

FLOW = """\
from prefect import Flow, Parameter, task
from prefect.run_configs import DockerRun
from prefect.schedules import CronSchedule
from prefect.storage import GitHub


@task
def count(shop):
    return 1


with Flow("Count stock", schedule=CronSchedule("0 6 * * *")) as flow:
    count(Parameter("shop", default="all"))

flow.storage = GitHub(repo="shop/flows", path="flows/stock.py", access_token_secret="GIT_TOKEN")
flow.run_config = DockerRun(image="shop/flows:7", labels=["big"], env={"API_KEY": "hush-hush"})
flow.register("shop")
"""


def upgrade(old: OldRepository) -> Upgrade:
    return old.upgrade(prefect_1=Prefect1Options())


def test_a_flow_runs_the_deployments_of_the_entries_of_others(old: OldRepository) -> None:
    names = FLOW.replace("with Flow", "def count_stock():\n    pass\n\n\nwith Flow")
    old.write("flows/stock.py", names)
    path = old.write(
        "flows/all.py",
        "from prefect import Flow\nfrom prefect.tasks.prefect import create_flow_run\n\n"
        'with Flow("all") as flow:\n'
        '    create_flow_run(flow_name="Count stock")\n    create_flow_run(flow_name="Order")\n',
    )
    found = upgrade(old)
    write_upgrade(found)

    text = path.read_text(encoding="utf-8")
    assert 'create_flow_run(name="Count stock/count-stock-flow")' in text
    assert 'create_flow_run(name="Order/order")' in text
    details = [problem.detail for problem in found.problems if problem.code == "p1-flow-of-flows"]
    assert len(details) == 1
    assert details[0].startswith("The flow `Order` runs as the deployment `order`")


def test_options_of_a_flow_become_an_entry(old: OldRepository) -> None:
    path = old.write("flows/stock.py", FLOW)
    found = upgrade(old)
    write_upgrade(found)

    assert "GitHub" not in path.read_text(encoding="utf-8")
    (entry,) = yaml.safe_load((old.root / "syntask.yaml").read_text(encoding="utf-8"))["deployments"]
    assert entry["name"] == "count-stock"
    assert entry["entrypoint"] == "flows/stock.py:count_stock"
    assert entry["tags"] == ["project:shop"]
    assert entry["schedules"] == [{"cron": "0 6 * * *"}]
    assert entry["work_pool"]["name"] == "docker"
    assert entry["work_pool"]["work_queue_name"] == "big"
    assert entry["work_pool"]["job_variables"]["image"] == "shop/flows:7"
    assert "git-token" in str(entry["pull"])
    assert "hush-hush" not in str(entry)
    assert found.summary.startswith("1 file of Prefect 1: 1 converted. 1 deployment:")


def test_the_branch_of_a_storage_is_read_from_the_environment_when_the_entry_is_deployed(
    old: OldRepository,
) -> None:
    branch = 'access_token_secret="GIT_TOKEN", ref=os.getenv("BRANCH", "main")'
    old.write("stock.py", "import os\n" + FLOW.replace('access_token_secret="GIT_TOKEN"', branch))
    (result,) = upgrade(old).results

    assert result.entry["pull"][0]["syntask.deployments.steps.git_clone"]["branch"] == (
        '{{ $BRANCH | default("main") }}'
    )


def test_a_second_run_has_nothing_to_do(old: OldRepository) -> None:
    old.write("flows/stock.py", FLOW)
    write_upgrade(upgrade(old))

    assert upgrade(old).is_empty


def test_files_are_only_read_if_that_is_wanted(old: OldRepository) -> None:
    old.write("flows/stock.py", FLOW)
    assert old.upgrade().is_empty


def test_an_entry_that_is_there_with_other_values_leaves_the_options_in_the_code(old: OldRepository) -> None:
    path = old.write("stock.py", FLOW)
    entry = {"name": "count-stock", "entrypoint": "stock.py:count_stock", "tags": ["other"]}
    old.write("syntask.yaml", yaml.safe_dump({"deployments": [entry]}))
    found = upgrade(old)
    write_upgrade(found)

    assert "already-declared" in codes(found.diagnostics)
    assert "p1-deployment" in codes(found.diagnostics)
    assert 'flow.register("shop")' in path.read_text(encoding="utf-8")


def test_flows_of_one_name_get_deployments_of_their_own(old: OldRepository) -> None:
    old.write("stock.py", FLOW)
    old.write("more.py", FLOW)
    found = upgrade(old)
    assert {result.converted.name for result in found.results} == {"count-stock", "stock-count-stock"}


LEFT = {
    "latin.py": b"# coding: latin-1\nimport prefect\nprefect.Flow('\xe9')\n",
    "other.py": b"from prefect import Flow\nwith Flow('\xe9'): pass\n",
    "old.py": b"from prefect import Flow\nprint 'x'\nwith Flow('f'): pass\n",
    "large.py": b"from prefect import Flow\n" + b"#" * 1024 * 1024,
    "loop.py": b"from prefect import Flow\nfor x in 'ab':\n    with Flow(x):\n        break\n",
    "book.ipynb": b'{"cells": ["from prefect import Flow\\n"]}',
}


def test_what_is_not_converted_is_reported_and_left(
    old: OldRepository, request: pytest.FixtureRequest
) -> None:
    for name, content in LEFT.items():
        (old.root / name).write_bytes(content)
    found = upgrade(old)
    said = "".join(f"{click.unstyle(line)}\n" for each in found.diagnostics for line in lines(each))

    expected = Path(__file__).parents[2] / "files" / "prefect1" / "unreadable.txt"
    if request.config.getoption("--update"):
        expected.write_text(said, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == said
    assert not found.changes
    assert {each.span.file for each in found.unresolved if each.span} == LEFT.keys()


def test_a_file_with_deployments_too_is_reported_once(old: OldRepository) -> None:
    (old.root / "deploy.py").write_bytes(b"from prefect.deployments import Deployment\n# \xe9\n")
    assert [problem.code for problem in upgrade(old).diagnostics] == ["unreadable-file"]


def test_a_renamed_parameter_is_listed(old: OldRepository) -> None:
    old.write("stock.py", FLOW.replace('"shop", default', '"The shop", default'))
    found = upgrade(old)
    assert "p1-parameter" in notes(found.diagnostics)


def test_the_command_converts_flows(tmp_path: Path) -> None:
    console = Console(tmp_path, tmp_path)
    (tmp_path / "stock.py").write_text(FLOW, encoding="utf-8")

    done = console.run("syntask upgrade --prefect1 --output json")
    document = json.loads(done.stdout)

    assert document["flows"] == [{"file": "stock.py", "functions": ["count_stock"], "todos": 0}]
    assert "hush-hush" not in done.stdout
    assert console.run("syntask upgrade --prefect1 --check").returncode == 2
    assert console.run("syntask upgrade --submit").returncode == 64


def test_a_flow_that_runs_import_is_named_by_its_module(old: OldRepository) -> None:
    text = FLOW.replace("GitHub", "Module").split("flow.storage")[0]
    old.write(
        "shop/stock.py",
        f'{text}flow.storage = Module("shop.stock")\n'
        'flow.run_config = DockerRun(image="shop/flows:7")\nflow.register("shop")\n',
    )
    old.write("shop/__init__.py", "")

    found = upgrade(old)
    write_upgrade(found)

    assert codes(found.diagnostics) == set()
    entry = yaml.safe_load((old.root / "syntask.yaml").read_text(encoding="utf-8"))["deployments"][0]
    assert entry["entrypoint"] == "shop.stock.count_stock"
    assert entry["pull"] == []


SCHEDULES = """\
from datetime import timedelta

from prefect.schedules import IntervalSchedule

hourly = IntervalSchedule(interval=timedelta(hours=1))
daily = IntervalSchedule(interval=timedelta(days=1))
weekly = IntervalSchedule(interval=timedelta(weeks=1))
"""


def test_what_another_file_still_takes_stays_where_it_is(old: OldRepository) -> None:
    flow = FLOW.replace("prefect.schedules import CronSchedule", "schedules import hourly")
    old.write("flows/stock.py", flow.replace('CronSchedule("0 6 * * *")', "hourly"))
    old.write("flows/order.py", "import schedules\n\nfor each in (schedules.weekly,):\n    print(each)\n")
    path = old.write("flows/schedules.py", SCHEDULES)
    found = upgrade(old)
    write_upgrade(found)

    text = path.read_text(encoding="utf-8")
    assert "hourly" not in text
    assert "daily" not in text
    assert "weekly = IntervalSchedule(interval=timedelta(weeks=1))" in text
    assert "P1-schedule" in text
    assert "schedules" not in (path.parent / "stock.py").read_text(encoding="utf-8")
    assert "interval: 3600" in (old.root / "syntask.yaml").read_text(encoding="utf-8")


def test_an_entry_names_the_flow_where_other_files_do(old: OldRepository) -> None:
    old.write("flows/names.py", 'STOCK = "Count stock"\n')
    text = FLOW.replace('"Count stock"', "STOCK").replace(
        "prefect import Flow", "names import STOCK\nfrom prefect import Flow", 1
    )
    old.write("flows/stock.py", text)
    old.write("flows/other.py", FLOW.replace("Count stock", "Other"))
    write_upgrade(upgrade(old))

    entries = yaml.safe_load((old.root / "syntask.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [entry.get("flow_name") for entry in entries] == [None, "Count stock"]
