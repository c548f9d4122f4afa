"""`from syntask.deployments import deploy`, and `Deployment` for scripts of Prefect 2."""

import os
from typing import TYPE_CHECKING

from syntask._agents import Deployment

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._deployable import RunnerDeployment, deploy
else:
    from prefect.deployments import deploy
    from prefect.deployments.runner import RunnerDeployment

__all__ = ["Deployment", "RunnerDeployment", "deploy"]
