"""Conditions, comprehensions, options that grow, classes of constants, and a folder that is searched too."""

import os
import sys
from pathlib import Path

from prefect.deployments import Deployment
from prefect.infrastructure.process import Process
from prefect.server.schemas.schedules import CronSchedule

sys.path.append(str(Path(__file__).resolve().parent / "jobs"))

from prices import update_prices

RATES = {"dev": {"cron": "0 8 * * *"}, "prod": {"cron": "0 6 * * *"}}
STAGE = "prod"


class Queues:
    """The work queues."""

    FAST = "fast"
    SLOW = "slow"


def process():
    """A block that is saved, by its name."""
    Process(env={"LEVEL": "INFO"}).save(f"{os.environ['TEAM']}-process", overwrite=True)
    return Process.load(f"{os.environ['TEAM']}-process")


def parameters(*, currency):
    """What differs from the defaults."""
    given = [("currency", currency), ("other", None)]
    return {key: value for key, value in given if value}


def deploy(name, cron=None, **more):
    """Deploy one."""
    options = {"name": name, "tags": [tag for tag in ("rates", "old") if tag != "old"]}
    if cron:
        options["schedule"] = CronSchedule(cron=cron)
    Deployment.build_from_flow(
        flow=update_prices,
        parameters=parameters(currency="EUR" if cron is None else "JPY"),
        work_queue_name=Queues.SLOW if cron else Queues.FAST,
        apply=True,
        **options,
        **more,
    )


deploy("by-hand")
deploy("by-stage", RATES[STAGE]["cron"], version="7", description=RATES.get("none", "Rates."))
deploy("saved-by-stage", infrastructure=process())
Deployment.build_from_flow(
    update_prices,
    name="in-the-environment",
    work_queue_name=os.environ["TEAM"],
    description=f"For {os.environ['TEAM']}.",
    infrastructure=Process(env={"STAGE": os.getenv("STAGE", "dev")}),
    apply=True,
)
