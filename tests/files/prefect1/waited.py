"""Tasks that are called once for each item of what they wait for."""

from prefect import Flow, task, unmapped


@task
def items():
    return [1, 2]


@task
def sign(number=0):
    return number


with Flow("waited") as flow:
    signs = sign.map(upstream_tasks=[items])
    sign.map(number=unmapped(3), upstream_tasks=[signs])
