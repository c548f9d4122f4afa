"""Scripts that hold the flow as well: after the upgrade, runs can load them."""

from __future__ import annotations

import ast

import pytest

from syntask_yaml.upgrade.scripts.content import removed_imports
from tests.support.upgrading import FLOW, OldRepository

HEAD = f"from prefect.deployments import Deployment\n{FLOW}"
BUILD = 'Deployment.build_from_flow(load_orders, name="nightly", apply=True)'
SCHEDULED = 'Deployment.build_from_flow(load_orders, name="nightly", schedule=schedule)'
CRON = "from prefect.orion.schemas.schedules import CronSchedule\n"


@pytest.mark.parametrize(
    "code",
    [
        f"{BUILD}\n",
        f"deployment = {BUILD}\ndeployment.apply()\n",
        f"{BUILD}.apply()\n",
        f'def deploy():\n    """Do."""\n    built = {BUILD}\n    built.apply(upload=True)\n\n\ndeploy()\n',
        f"for name in ['nightly']:\n    {BUILD}\n",
        f'def deploy():\n    {BUILD}\n\n\nif __name__ == "__main__":\n    # now\n    deploy()\n',
        f'{CRON}schedule = CronSchedule(cron="0 6 * * *")\n{SCHEDULED}.apply()\n',
    ],
)
def test_the_code_that_deploys_goes_and_the_flow_stays(old: OldRepository, code: str) -> None:
    path = old.write("deploy.py", HEAD + code)

    upgrade = old.written()

    assert upgrade.unresolved == ()
    mark, _, text = path.read_text(encoding="utf-8").partition("\n")
    assert mark.startswith("# syntask upgrade: now in syntask.yaml as load-orders/nightly")
    assert text.strip() == FLOW.strip()


def test_other_code_stays_as_it_is(old: OldRepository) -> None:
    rest = "import sys  # for later\n\nLIMIT = 3  # of all\n"
    end = 'if __name__ == "__main__":\n    load_orders(limit=LIMIT)\n'
    path = old.write("deploy.py", f"{HEAD}{rest}{BUILD}\n{end}")

    assert old.written().unresolved == ()

    assert path.read_text(encoding="utf-8").endswith(f"{FLOW}{rest}{end}")


@pytest.mark.parametrize(
    ("code", "left"),
    [
        (f"def deploy(level):\n    print(level)\n    {BUILD}\n", "def deploy(level):\n    print(level)\n"),
        (f"for _ in range(1):\n    {BUILD}\n", "for _ in range(1):\n    pass\n"),
    ],
)
def test_what_may_have_effects_of_its_own_stays(old: OldRepository, code: str, left: str) -> None:
    path = old.write("deploy.py", HEAD + code)

    assert old.written().unresolved == ()

    assert path.read_text(encoding="utf-8").endswith(f"{FLOW}{left}")


@pytest.mark.parametrize(
    "code",
    [
        f"built = {BUILD}\nprint(built.name)\n",
        f"def deploy(level):\n    {BUILD}\n\n\ndeploy(3)\n",
        f'from prefect.filesystems import GitHub\n{BUILD}\nGitHub.load("code")\n',
        f"print(Deployment)\n{BUILD}\n",
    ],
)
def test_a_script_in_which_other_code_needs_it_is_reported(old: OldRepository, code: str) -> None:
    path = old.write("deploy.py", HEAD + code)

    upgrade = old.written()

    assert "imports-prefect-2" in {problem.code for problem in upgrade.unresolved}
    assert path.read_text(encoding="utf-8").endswith(HEAD + code)
    assert list(removed_imports(ast.parse(HEAD + code)))


def test_a_script_whose_deployments_are_not_all_entries_is_reported(old: OldRepository) -> None:
    """Nothing of it is taken away."""
    other = "Deployment.build_from_flow(load_orders, name=input(), apply=True)"
    path = old.write("deploy.py", f"{HEAD}{BUILD}\n{other}\n")

    upgrade = old.written()

    assert "imports-prefect-2" in {problem.code for problem in upgrade.unresolved}
    assert path.read_text(encoding="utf-8") == f"{HEAD}{BUILD}\n{other}\n"
