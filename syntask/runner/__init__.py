"""`from syntask.runner import serve`; `syntask.runner.storage` has the locations of code."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._deployments.deploying import serve
else:
    from prefect import serve

__all__ = ["serve"]
