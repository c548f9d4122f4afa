"""`from syntask.runner.storage import GitRepository`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._deployments.storage import GitCredentials, GitRepository
else:
    from prefect.runner.storage import GitCredentials, GitRepository

__all__ = ["GitCredentials", "GitRepository"]
