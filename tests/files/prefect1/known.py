"""Options behind a flow that name what is known before it, or what the environment says."""

import os

from prefect import Flow, task
from prefect.environments import RemoteEnvironment
from prefect.executors import DaskExecutor
from prefect.storage import Git

SCHEDULER = os.environ.get("SCHEDULER", "tcp://localhost:8786")


@task
def fetch():
    return [1]


with Flow("with an executor") as flow:
    fetch()

flow.executor = DaskExecutor(SCHEDULER, debug=True)
flow.storage = Git("known.py", repo="shop/flows", branch_name=os.getenv("BRANCH", "main"))

with Flow("in an environment") as old:
    fetch()

old.environment = RemoteEnvironment(
    executor="prefect.engine.executors.LocalDaskExecutor",
    executor_kwargs={"num_workers": 4},
    labels=["big"],
)
old.register(project_name="shop")
