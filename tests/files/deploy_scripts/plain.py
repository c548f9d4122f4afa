"""Literals, and variables that hold them."""

from datetime import timedelta

from flows import count_stock, load_orders
from prefect.deployments import Deployment
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

ZONE = "Europe/Berlin"

nightly = Deployment.build_from_flow(
    flow=load_orders,
    name="nightly",
    version=3,
    tags=["sales", "night"],
    description="Every night.",
    parameters={"source": "all", "limit": 10 * 10},
    schedule=CronSchedule(cron="0 6 * * *", timezone=ZONE),
    work_queue_name="loads",
)
often = Deployment.build_from_flow(
    load_orders, "often", schedule=IntervalSchedule(interval=timedelta(minutes=5, seconds=30))
)
weekly = Deployment.build_from_flow(
    flow=count_stock,
    name="weekly",
    schedule=RRuleSchedule(rrule="FREQ=WEEKLY;BYDAY=MO", timezone="Asia/Tokyo"),
    is_schedule_active=False,
    parameters={"shops": ["north", "south"]},
    work_pool_name="default-agent-pool",
)

if __name__ == "__main__":
    nightly.apply()
    for each in (often, weekly):
        each.apply()
