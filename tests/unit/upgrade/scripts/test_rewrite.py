"""With `--to`, the calls of a script are rewritten in place, and every other byte stays."""

from __future__ import annotations

import pytest

from syntask_yaml.upgrade.import_package import ImportPackage, with_imports_of
from syntask_yaml.upgrade.result import Status
from syntask_yaml.upgrade.scripts.rewrite import RewriteTarget
from tests.support.upgrading import OldRepository

IMPORTS = "from prefect.deployments import Deployment\nfrom flows import load_orders\n"
NEW = "from pathlib import Path\nfrom flows import load_orders\n"
FROM = 'load_orders.from_source(source=str(Path(__file__).parent), entrypoint="flows.py:load_orders")'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'Deployment.build_from_flow(load_orders, "nightly", apply=True)  # all\n',
            f'{FROM}.deploy(\n    name="nightly",\n    work_pool_name="default",\n)  # all\n',
        ),
        (
            'Deployment.build_from_flow(flow=load_orders, name="nightly", version=2).apply(upload=True)\n',
            f'{FROM}.deploy(\n    name="nightly",\n    version="2",\n    work_pool_name="default",\n)\n',
        ),
        (
            'd = Deployment.build_from_flow(load_orders, "nightly")\nif __name__ == "__main__":\n'
            "    d.apply(work_queue_concurrency=3)\n",
            f'd = {FROM}.to_deployment(\n    name="nightly",\n    work_pool_name="default",\n)\n'
            'if __name__ == "__main__":\n    d.apply()\n',
        ),
        (
            "for n in ['a', 'b']:\n"
            "    Deployment.build_from_flow(load_orders, f'{n}-x', tags=[n], apply=True)\n",
            f"for n in ['a', 'b']:\n    {FROM}.deploy(\n        name=f'{{n}}-x',\n        tags=[n],\n"
            '        work_pool_name="default",\n    )\n',
        ),
        (
            'Deployment.build_from_flow(load_orders, "nightly", work_queue_name="fast", output="x.yaml",\n'
            '    infra_overrides={"env.LEVEL": "DEBUG"}, parameters={ "limit":3 }, apply=True)\n',
            f'{FROM}.deploy(\n    name="nightly",\n    parameters={{ "limit":3 }},\n'
            '    work_pool_name="default",\n    work_queue_name="fast",\n'
            "    job_variables={'env': {'LEVEL': 'DEBUG'}},\n)\n",
        ),
    ],
)
def test_calls_are_rewritten(old: OldRepository, before: str, after: str) -> None:
    path = old.write("deploy.py", f"# é\n{IMPORTS}\n{before}")

    upgrade = old.written(becomes=RewriteTarget.DEPLOY)

    assert {result.status for result in upgrade.results} == {Status.REWRITTEN}
    assert path.read_text() == f"# é\n{NEW}\n{after}"
    assert not (old.root / "syntask.yaml").exists()
    assert old.upgrade(becomes=RewriteTarget.DEPLOY).is_empty
    assert old.upgrade().is_empty


def test_schedules_are_those_of_today(old: OldRepository) -> None:
    head = IMPORTS + (
        "from datetime import timedelta\n"
        "from prefect.orion.schemas.schedules import CronSchedule, IntervalSchedule\n"
    )
    path = old.write(
        "deploy.py",
        f'{head}\nDeployment.build_from_flow(load_orders, "a", apply=True, is_schedule_active=False,\n'
        '    schedule=CronSchedule(cron="0 6 * * *", timezone="Europe/Berlin"))\n'
        'Deployment.build_from_flow(load_orders, "b", apply=True,\n'
        "    schedule=IntervalSchedule(interval=timedelta(minutes=1)))\n",
    )

    old.written(becomes=RewriteTarget.DEPLOY)

    text = path.read_text()
    assert 'schedules=[Cron("0 6 * * *", timezone="Europe/Berlin", active=False)],\n    paused=True' in text
    assert "schedules=[Interval(60)]" in text
    assert "from prefect.schedules import Cron\nfrom prefect.schedules import Interval\n" in text
    assert "orion" not in text
    assert "timedelta" not in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'Deployment.build_from_flow(load_orders, "nightly", tags=["a"], apply=True)\n',
            f'{FROM}.serve(\n    name="nightly",\n    tags=["a"],\n)\n',
        ),
        (
            'd = Deployment.build_from_flow(load_orders, "nightly")\nd.apply()\n',
            f'd = {FROM}.to_deployment(\n    name="nightly",\n)\nserve(d)\n',
        ),
    ],
)
def test_one_deployment_is_served(old: OldRepository, before: str, after: str) -> None:
    path = old.write("deploy.py", f"{IMPORTS}{before}")

    old.written(becomes=RewriteTarget.SERVE)

    assert path.read_text().endswith(f"from flows import load_orders\n{after}")
    assert ("from prefect import serve\n" in path.read_text()) == ("serve(d)" in after)


def test_a_script_in_a_folder_names_the_top(old: OldRepository) -> None:
    path = old.write("a/b/deploy.py", f"{IMPORTS}{CALL}")

    old.written(becomes=RewriteTarget.DEPLOY)

    assert "source=str(Path(__file__).parents[2])" in path.read_text()


CALL = 'Deployment.build_from_flow(load_orders, "nightly", apply=True)\n'


@pytest.mark.parametrize(
    "text",
    [
        "Deployment.build_from_flow(load_orders, input(), apply=True)\n",
        'Deployment.build_from_flow(load_orders, "nightly", triggers=[1], apply=True)\n',
        'Deployment.build_from_flow(load_orders, "nightly", **{"apply": True})\n',
        'async def main():\n    await Deployment.build_from_flow(load_orders, "nightly", apply=True)\n',
        'd: Deployment = Deployment.build_from_flow(load_orders, "nightly")\n',
        "from prefect.infrastructure import DockerContainer\n"
        'Deployment.build_from_flow(load_orders, "nightly", infrastructure=DockerContainer(image="x"))\n',
        "from prefect.filesystems import S3\n"
        'Deployment.build_from_flow(load_orders, "nightly", storage=S3(bucket_path="x"))\n',
        'for v in [1, 2]:\n    Deployment.build_from_flow(load_orders, f"n{v}", version=v, apply=True)\n',
    ],
)
def test_what_has_no_equal_stays(old: OldRepository, text: str) -> None:
    path = old.write("deploy.py", IMPORTS + text)

    upgrade = old.written(becomes=RewriteTarget.DEPLOY)

    assert path.read_text() == IMPORTS + text
    assert {result.status for result in upgrade.results} == {Status.LEFT}
    assert "script-not-rewritten" in {problem.code for problem in upgrade.unresolved}
    assert upgrade.changes == ()


def test_several_deployments_cannot_be_served(old: OldRepository) -> None:
    path = old.write("deploy.py", IMPORTS + CALL + CALL.replace("nightly", "daily"))

    upgrade = old.written(becomes=RewriteTarget.SERVE)

    assert path.read_text().startswith(IMPORTS)
    assert {problem.code for problem in upgrade.unresolved} == {"script-not-rewritten"}


def test_files_become_entries_as_ever(old: OldRepository) -> None:
    old.deployment()
    old.write("deploy.py", IMPORTS + CALL.replace("nightly", "script"))
    old.write("ci.sh", "python deploy.py\n")

    upgrade = old.written(becomes=RewriteTarget.DEPLOY)

    assert [result.status for result in upgrade.results] == [Status.CARRIED, Status.REWRITTEN]
    assert "script" not in (old.root / "syntask.yaml").read_text()
    assert (old.root / "ci.sh").read_text() == "python deploy.py\n"
    assert ("Deploy with deploy.py", "python deploy.py") in upgrade.next_steps


def test_a_schedule_counts_from_the_same_moment(old: OldRepository) -> None:
    path = old.write(
        "deploy.py",
        f"import datetime\n{IMPORTS}from prefect.server.schemas.schedules import IntervalSchedule\n\n"
        'Deployment.build_from_flow(load_orders, "a", apply=True, schedule=IntervalSchedule(\n'
        "    interval=60, anchor_date=datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)))\n",
    )

    old.written(becomes=RewriteTarget.DEPLOY)

    text = path.read_text()
    moment = 'datetime_datetime.fromisoformat("2024-01-02T00:00:00+00:00")'
    assert f"schedules=[Interval(60, anchor_date={moment})]" in text
    assert "from datetime import datetime as datetime_datetime\n" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Path = 'x'", "str(pathlib_Path(__file__).parent)"),
        ("from shop import Path", "str(pathlib_Path(__file__).parent)"),
        ("from pathlib import Path", "str(Path(__file__).parent)"),
        ("def f(Path):\n    pass", "str(pathlib_Path(__file__).parent)"),
    ],
)
def test_a_name_that_the_script_has_for_something_else_is_not_taken(
    old: OldRepository, line: str, expected: str
) -> None:
    path = old.write(
        "deploy.py", f'{IMPORTS}{line}\nDeployment.build_from_flow(load_orders, "a", apply=True)\n'
    )

    old.written(becomes=RewriteTarget.DEPLOY)

    assert f"source={expected}," in path.read_text()


BUILT = f'{FROM}.to_deployment(\n    name=%s,\n    work_pool_name="default",\n)'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "found = [Deployment.build_from_flow(load_orders, n) for n in ('a', 'b')]\n"
            "for each in found:\n    each.apply()\n",
            f"found = [{BUILT % 'n'} for n in ('a', 'b')]\nfor each in found:\n    each.apply()\n",
        ),
        (
            "d = Deployment.build_from_flow(load_orders, 'a')\nd.apply()\n"
            "d = Deployment.build_from_flow(load_orders, 'b')\nd.apply(upload=True)\n",
            f"d = {BUILT % repr('a')}\nd.apply()\nd = {BUILT % repr('b')}\nd.apply()\n",
        ),
        (
            "d = Deployment.build_from_flow(load_orders, 'a', apply=True)\nprint(d)\n",
            f"d = {BUILT.replace('to_deployment', 'deploy') % repr('a')}\nprint(d)\n",
        ),
        (
            "d = Deployment.build_from_flow(load_orders, 'a', apply=True)\nd.apply()\n",
            f"d = {BUILT % repr('a')}\nd.apply()\n",
        ),
    ],
)
def test_what_is_built_is_applied_as_before(old: OldRepository, before: str, after: str) -> None:
    path = old.write("deploy.py", f"{IMPORTS}\n{before}")

    old.written(becomes=RewriteTarget.DEPLOY)

    assert path.read_text() == f"{NEW}\n{after}"


def test_a_variable_of_two_branches_is_applied_once(old: OldRepository) -> None:
    path = old.write(
        "deploy.py",
        f"{IMPORTS}import os\nif os.environ.get('X'):\n"
        "    d = Deployment.build_from_flow(load_orders, 'a')\nelse:\n"
        "    d = Deployment.build_from_flow(load_orders, 'b')\nd.apply(upload=False)\n",
    )

    old.written(becomes=RewriteTarget.DEPLOY)

    assert path.read_text().count("to_deployment(") == 2
    assert path.read_text().endswith("\nd.apply()\n")


@pytest.mark.parametrize(
    "text",
    [
        "d = Deployment.build_from_flow(load_orders, 'a', apply=True)\nprint(d.name)\n",
        "ds = [Deployment.build_from_flow(load_orders, 'a')]\nfor d in ds:\n    d.apply(upload=True)\n",
    ],
)
def test_what_would_fail_today_is_not_rewritten(old: OldRepository, text: str) -> None:
    path = old.write("deploy.py", f"{IMPORTS}{text}")

    (result,) = old.upgrade(becomes=RewriteTarget.DEPLOY).results

    assert [each.code for each in result.problems if not each.is_note] == ["script-not-rewritten"]
    assert path.read_text() == f"{IMPORTS}{text}"


def test_names_come_from_the_package_of_the_script(old: OldRepository) -> None:
    """Or from the one that is asked for, as far as it has them."""
    text = (
        "from {0}.deployments import Deployment\nfrom {0}.server.schemas.schedules import CronSchedule\n"
        "from flows import load_orders\n"
        "Deployment.build_from_flow(load_orders, 'n', schedule=CronSchedule(cron='0 6 * * *'), apply=True)\n"
    )
    wanted = "from {}.schedules import Cron\n"
    path = old.write("deploy.py", text.format("syntask"))

    old.written(becomes=RewriteTarget.DEPLOY)

    assert wanted.format("syntask") in path.read_text()
    path.write_text(text.format("prefect"))
    old.written(becomes=RewriteTarget.DEPLOY, package=ImportPackage.SYNTASK)
    assert wanted.format("syntask") in path.read_text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from prefect import flow, task\n", "from syntask import flow, task\n"),
        (
            "def f():\n    from prefect.schedules import Cron as C\n",
            "def f():\n    from syntask.schedules import Cron as C\n",
        ),
        (
            "from prefect import (  # both\n    flow,\n    serve,\n)\n",
            "from syntask import (  # both\n    flow,\n    serve,\n)\n",
        ),
        ("from prefect.engine import signals\n", "from prefect.engine import signals\n"),
        ("import prefect\nfrom . import prefect\n", "import prefect\nfrom . import prefect\n"),
    ],
)
def test_what_a_package_has_is_imported_from_it(before: str, after: str) -> None:
    assert with_imports_of(before, ImportPackage.SYNTASK) == after
    assert with_imports_of(after, ImportPackage.PREFECT) == before
