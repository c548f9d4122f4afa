"""Blocks, one with a field that Prefect ignores, and an asynchronous script."""

import asyncio

from flows import load_orders
from prefect.deployments.deployments import Deployment as Built
from prefect.infrastructure import DockerContainer, KubernetesJob, Process
from prefect.infrastructure.kubernetes import KubernetesImagePullPolicy

COMMON = {"work_queue_name": "containers", "tags": ["containers"]}


async def main():
    """Deploy."""
    image = "registry.example.com/orders"
    container = DockerContainer(image=f"{image}:7", image_name="none", env={"A": "b"}, auto_remove=True)
    built = await Built.build_from_flow(
        load_orders, name="container", infrastructure=container, infra_overrides={"env.C": "d"}, **COMMON
    )
    await built.apply()
    job = await Built.build_from_flow(
        flow=load_orders,
        name="job",
        infrastructure=KubernetesJob(
            image=f"{image}:8",
            namespace="jobs",
            image_pull_policy=KubernetesImagePullPolicy.ALWAYS,
            finished_job_ttl=5 * 60,
        ),
        **COMMON,
    )
    job.description = "On the cluster."
    await job.apply()
    await Built(
        name="constructed",
        flow_name="load-orders",
        entrypoint="flows.py:load_orders",
        infrastructure=Process(env={"LEVEL": "INFO"}),
        parameters={"source": "x"},
    ).apply()


asyncio.run(main())
