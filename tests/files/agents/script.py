#!/usr/bin/env python3
"""Deploy the loads."""

import os

from flows import load_orders
from prefect.deployments import Deployment
from prefect.filesystems import S3
from prefect.infrastructure import DockerContainer
from prefect.server.schemas.schedules import CronSchedule

ZONE = "Europe/Berlin"

Deployment.build_from_flow(
    flow=load_orders,
    name="nightly",
    parameters={"source": "shop"},
    schedule=CronSchedule(cron="0 6 * * *", timezone=ZONE),
    work_queue_name="loads",
    work_pool_name="default-agent-pool",
    output="script.yaml",
    apply=True,
)

for shop in ["north", "south"]:
    Deployment.build_from_flow(
        load_orders,
        f"{shop}-orders",
        version=2,
        parameters={"source": shop, "limit": int(os.environ["LIMIT"])},
        infrastructure=DockerContainer(
            image="registry.example.com/orders:7", env={"SHOP_TOKEN": "hush-hush"}
        ),
        storage=S3(
            bucket_path="code/orders", aws_secret_access_key="hush-hush", aws_access_key_id="hush-hush"
        ),
    )

late = Deployment.build_from_flow(
    load_orders, "late", tags=[input()], storage=S3.load("code"), ignore_file=".ignored", skip_upload=True
)
late.apply(work_queue_concurrency=2)
Deployment.build_from_flow(load_orders, input()).apply()
