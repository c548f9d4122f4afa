"""Deployments of agents, made by a real Prefect 2 on a real server."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.prefect_server import PrefectServer

FLOWS = '''\
from prefect import flow


@flow
def load_orders(source: str = "shop", limit: int = 1):
    """Load orders."""
'''

_BUILD = """\
from datetime import timedelta

from prefect.deployments import Deployment
from prefect.filesystems import GitHub, RemoteFileSystem
from prefect.infrastructure import DockerContainer
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule

from flows import load_orders

docker = DockerContainer(image="orders:2", env={"LEVEL": "INFO"})
docker.save("orders", overwrite=True)
hub = GitHub(repository="https://git.example/orders", access_token="hush-hush-token")
hub.save("code", overwrite=True)
RemoteFileSystem(basepath="s3://orders", settings={"secret": "hush-hush"}).save("store", overwrite=True)
common = {"flow": load_orders, "skip_upload": True, "entrypoint": "flows.py:load_orders"}
nightly = Deployment.build_from_flow(
    **common,
    name="nightly",
    infrastructure=DockerContainer.load("orders"),
    schedule=CronSchedule(cron="0 6 * * *", timezone="Europe/Berlin"),
    infra_overrides={"env.LEVEL": "DEBUG"},
    work_queue_name="loads",
    output="nightly-deployment.yaml",
)
nightly.apply(work_queue_concurrency=3)
often = Deployment.build_from_flow(
    **common,
    name="often",
    storage=GitHub.load("code"),
    path="",
    schedule=IntervalSchedule(interval=timedelta(minutes=10)),
)
often.apply()
paused = Deployment.build_from_flow(
    **common,
    name="paused",
    schedule=CronSchedule(cron="0 7 * * *"),
    is_schedule_active=False,
)
paused.apply()
"""


def build_deployments(server: PrefectServer, folder: Path) -> None:
    """Make three deployments and their blocks; *folder* has the flow, and the file of the first one."""
    folder.joinpath("flows.py").write_text(FLOWS, encoding="utf-8")
    folder.joinpath("build.py").write_text(_BUILD, encoding="utf-8")
    argv = [server.python, "build.py"]
    done = subprocess.run(
        argv, cwd=folder, env=server.client_environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    folder.joinpath("build.py").unlink()
    server.request("POST", "/concurrency_limits/", {"tag": "db", "concurrency_limit": 2})
