"""What flow code imports: `from syntask import flow`.

Inside a run of a Prefect worker `flow` is Prefect's own, so that one file runs on both.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._flow import flow
else:
    from prefect import flow

__all__ = ["flow"]
