"""`from syntask.logging import get_run_logger, get_logger`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._runs.late import get_run_logger
    from syntask._runs.logging import disable_run_logger, get_logger
else:
    from prefect.logging import disable_run_logger, get_logger, get_run_logger

__all__ = ["disable_run_logger", "get_logger", "get_run_logger"]
