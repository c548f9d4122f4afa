"""`from syntask.flows import Flow, flow`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._definitions.decorators import flow
    from syntask._definitions.flow import Flow
else:
    from prefect.flows import Flow, flow

__all__ = ["Flow", "flow"]
