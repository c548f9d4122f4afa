"""Loops, functions and the environment."""

import os
from datetime import datetime

import pendulum
from dateutil.rrule import MO, MONTHLY, rrule
from jobs.prices import update_prices
from prefect.deployments import Deployment
from prefect.server.schemas.schedules import IntervalSchedule, RRuleSchedule

CURRENCIES = {"euro": "EUR", "yen": "JPY"}


def deploy(name, currency, tags=("prices",)):
    """Deploy one."""
    Deployment.build_from_flow(
        flow=update_prices,
        name=f"{name}-prices",
        parameters={"currency": currency},
        tags=[*tags, os.environ["TEAM"], f"stage-{os.getenv('STAGE', 'dev')}"],
        infra_overrides={"env": {"LEVEL": "DEBUG", "CURRENCY": currency}},
        apply=True,
    )


for key, value in CURRENCIES.items():
    deploy(key, value)
deploy("pound", currency="GBP", tags=["other"])

Deployment.build_from_flow(
    update_prices,
    name="from-a-date",
    schedule=IntervalSchedule(interval=3600, anchor_date=pendulum.datetime(2024, 2, 3, 4, tz="UTC")),
    apply=True,
)
Deployment.build_from_flow(
    update_prices,
    name="first-monday",
    schedule=RRuleSchedule.from_rrule(rrule(MONTHLY, dtstart=datetime(2024, 1, 1, 6), byweekday=[MO(1)])),
    apply=True,
)
