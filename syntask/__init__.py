"""What flow code imports: `from syntask import flow`.

Inside a run of a Prefect worker the names are Prefect's own, so that one file runs on both.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._deployable import deploy, serve
    from syntask._flow import Flow, flow
else:
    from prefect import Flow, deploy, flow, serve

__all__ = ["Flow", "deploy", "flow", "serve"]
