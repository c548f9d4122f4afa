"""`from syntask.schedules import Cron, Interval, RRule`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._deployments.schedules import Cron, Interval, RRule, Schedule
else:
    from prefect.schedules import Cron, Interval, RRule, Schedule

__all__ = ["Cron", "Interval", "RRule", "Schedule"]
