"""`from syntask.deployments import deploy, run_deployment`, and `Deployment` for scripts of Prefect 2."""

import os
from typing import TYPE_CHECKING

from syntask._deployments.agents import Deployment

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._deployments.deployable import RunnerDeployment
    from syntask._deployments.deploying import deploy
    from syntask._deployments.run_deployment import arun_deployment, run_deployment
else:
    from prefect.deployments import arun_deployment, deploy, run_deployment
    from prefect.deployments.runner import RunnerDeployment

__all__ = ["Deployment", "RunnerDeployment", "arun_deployment", "deploy", "run_deployment"]
