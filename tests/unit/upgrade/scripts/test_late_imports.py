"""Scripts whose functions need what Prefect 3 does not have: runs of the flows beside them can load them."""

from __future__ import annotations

import pytest

from tests.support.upgrading import FLOW, OldRepository

BUILD = 'Deployment.build_from_flow(load_orders, name="nightly")'
IMPORT = "from prefect.deployments import Deployment\n"
INSIDE = f"    {IMPORT}"


@pytest.mark.parametrize(
    ("head", "code", "changed"),
    [
        (
            IMPORT,
            f"def deploy(level):\n    built = {BUILD}\n    print(built.apply())\n",
            f"def deploy(level):\n{INSIDE}    built = {BUILD}\n    print(built.apply())\n",
        ),
        (
            IMPORT,
            f"async def deploy(level):\n    # Now.\n    built = await {BUILD}\n"
            "    print(await built.apply())\n",
            f"async def deploy(level):\n    # Now.\n{INSIDE}    built = await {BUILD}\n"
            "    print(await built.apply())\n",
        ),
        (
            IMPORT,
            f'def deploy(level):\n    """Deploy."""\n    print({BUILD}.apply())\n',
            f'def deploy(level):\n    """Deploy."""\n{INSIDE}    print({BUILD}.apply())\n',
        ),
        (
            IMPORT,
            f"def deploy():\n    built = {BUILD}\n    print(built.apply())\n\n\n"
            'if __name__ == "__main__":\n    deploy()\n',
            f"def deploy():\n{INSIDE}    built = {BUILD}\n    print(built.apply())\n\n\n"
            'if __name__ == "__main__":\n    deploy()\n',
        ),
        (
            IMPORT,
            f'if __name__ == "__main__":\n    built = {BUILD}\n    print(built.apply())\n',
            f'if __name__ == "__main__":\n{INSIDE}    built = {BUILD}\n    print(built.apply())\n',
        ),
        (
            "from prefect.filesystems import GitHub, LocalFileSystem\nimport prefect.deployments\n" + IMPORT,
            f"def code():\n    return GitHub.load('code')\n\n\n"
            f"def deploy(level):\n    built = {BUILD}\n    print(built.apply(), LocalFileSystem)\n",
            "def code():\n    from prefect.filesystems import GitHub\n    return GitHub.load('code')\n\n\n"
            f"def deploy(level):\n{INSIDE}    built = {BUILD}\n    print(built.apply(), LocalFileSystem)\n",
        ),
        (
            "from prefect.orion.schemas.schedules import (\n    CronSchedule as Cron,\n)\n" + IMPORT,
            f"def deploy(level):\n    built = {BUILD}\n    built.schedule = Cron(cron='0 6 * * *')\n"
            "    print(built.apply())\n",
            "def deploy(level):\n    from prefect.orion.schemas.schedules import CronSchedule as Cron\n"
            f"{INSIDE}    built = {BUILD}\n    built.schedule = Cron(cron='0 6 * * *')\n"
            "    print(built.apply())\n",
        ),
    ],
)
def test_they_are_imported_where_they_are_used(
    old: OldRepository, head: str, code: str, changed: str
) -> None:
    path = old.write("deploy.py", f"{head}{FLOW}\n\n{code}")

    upgrade = old.written()

    assert upgrade.unresolved == ()
    mark, _, text = path.read_text(encoding="utf-8").partition("\n")
    assert mark.startswith("# syntask upgrade: now in syntask.yaml as load-orders/nightly")
    assert text.endswith(f"{FLOW}\n\n{changed}")
    assert "Deployment" not in text.partition("@flow")[0]
    assert old.written().is_empty


@pytest.mark.parametrize(
    "code",
    [
        f"def deploy(level):\n    return {BUILD}\n\n\ndeploy(1)\n",
        f"def deploy(level): print({BUILD})\n",
        f"def deploy(level) -> Deployment:\n    print({BUILD})\n",
        f"def deploy(built=Deployment):\n    print({BUILD})\n",
        f"class Deploying:\n    def deploy(self):\n        print({BUILD})\n",
        f"def deploy(level):\n    print({BUILD})\n\n\n@flow\ndef other():\n    deploy(1)\n",
        f"def deploy(level):\n    print({BUILD})\n\n\ndef inner():\n    deploy(1)\n\n\n"
        "@flow\ndef other():\n    inner()\n",
        f"@flow\ndef deploy():\n    print({BUILD})\n",
        f"def deploy(level):\n    print({BUILD})\n\n\ndef other():\n    Deployment = None\n",
    ],
)
def test_a_script_whose_flows_or_top_need_them_is_reported(old: OldRepository, code: str) -> None:
    path = old.write("deploy.py", f"{IMPORT}{FLOW}\n\n{code}")

    upgrade = old.written()

    assert "imports-prefect-2" in {problem.code for problem in upgrade.unresolved}
    assert f"{IMPORT}{FLOW}" in path.read_text(encoding="utf-8")
