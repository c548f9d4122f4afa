"""A block that is only named has the values with which a script of the repository saves it."""

from __future__ import annotations

import pytest

from tests.support.upgrading import OldRepository, codes, notes

CALL = """\
from prefect.blocks.core import Block
from prefect.deployments import Deployment
from flows import load_orders
Deployment.build_from_flow(
    load_orders, "nightly", apply=True, infrastructure=Block.load("docker-container/shop")
)
"""
BUILT = "flows.py:load_orders -n nightly"
HEAD = "from prefect.infrastructure import DockerContainer\n"


@pytest.mark.parametrize(
    "text",
    [
        'DockerContainer(image="registry.example.com/o:1").save("shop", overwrite=True)\n',
        'block = DockerContainer(image="registry.example.com/o:1")\nblock.save(name="shop")\n',
        'if __name__ == "__main__":\n    b = DockerContainer(image="registry.example.com/o:1")\n'
        '    uuid = b.save("shop", overwrite=True)\n',
        'async def main():\n    b = DockerContainer(image="registry.example.com/o:1")\n'
        '    await b.save("shop")\n',
    ],
)
def test_its_values_are_carried(old: OldRepository, text: str) -> None:
    old.write("blocks/docker.py", HEAD + text)
    old.write("deploy.py", CALL)

    (result,) = old.upgrade().results

    assert result.entry["work_pool"] == {
        "name": "shop",
        "job_variables": {"image": "registry.example.com/o:1"},
    }
    assert codes(result.problems) == set()
    assert "stale-block-copy" in notes(result.problems)


@pytest.mark.parametrize(
    "text",
    [
        'DockerContainer(image=input()).save("shop")\n',
        'DockerContainer(image="a").save("shop")\nDockerContainer(image="b").save("shop")\n',
        'DockerContainer(image="a").save("other")\n',
        'DockerContainer.load("other").save("shop")\n',
        'open("x").save("shop")\n',
        "DockerContainer(image='a').save(input())\n",
    ],
)
def test_what_is_not_certain_is_not(old: OldRepository, text: str) -> None:
    old.write("blocks.py", HEAD + text)
    old.write("deploy.py", CALL)

    upgrade = old.upgrade()
    (result,) = upgrade.results

    assert result.entry["work_pool"] == {"name": "shop"}
    assert "block-not-here" in notes(result.problems)
    command = "syntask work-pool create shop --from-block docker-container/shop --from-server=URL"
    assert command in [command for _, command in upgrade.next_steps]


def test_a_command_may_name_it_too(old: OldRepository) -> None:
    old.write("blocks.py", f'{HEAD}DockerContainer(image="registry.example.com/o:1").save("shop")\n')
    old.write(
        "ci.sh", "prefect deployment build flows.py:load_orders -n nightly -ib docker-container/shop -a\n"
    )

    (result,) = old.upgrade().results

    assert result.entry["work_pool"]["job_variables"] == {"image": "registry.example.com/o:1"}


def test_its_secrets_are_not_carried(old: OldRepository) -> None:
    old.write(
        "blocks.py",
        "from prefect.filesystems import S3\n"
        'S3(bucket_path="code", aws_access_key_id="hush-hush", '
        'aws_secret_access_key="hush-hush").save("code")\n',
    )
    old.write(
        "deploy.py",
        CALL.replace('infrastructure=Block.load("docker-container/shop")', 'storage=Block.load("s3/code")'),
    )

    upgrade = old.upgrade()

    (result,) = upgrade.results
    assert "secret-in-file" in codes(result.problems)
    assert "pull" in result.entry
    shown = [str(upgrade), *(change.difference for change in upgrade.changes), str(result.entry)]
    assert "hush-hush" not in "".join(shown)
