"""What flow code imports: `from syntask import flow`.

Inside a run of a Prefect worker `flow` is Prefect's own, so that one file runs on both.
"""

import os

if os.environ.get("PREFECT__FLOW_RUN_ID"):
    from prefect import flow
else:
    from syntask._flow import flow

__all__ = ["flow"]
