from datetime import datetime, timedelta

from prefect import Flow, task
from prefect.executors import LocalDaskExecutor
from prefect.run_configs import DockerRun, LocalRun
from prefect.schedules import Schedule
from prefect.schedules.clocks import CronClock, IntervalClock
from prefect.schedules.filters import is_weekday
from prefect.storage import S3, GitHub

clock = IntervalClock(interval=timedelta(hours=6), start_date=datetime(2022, 1, 1))
every_day = Schedule(clocks=[CronClock("30 6 * * *")], filters=[is_weekday])
storage = GitHub(repo="shop/flows", path="/options.py", ref="main", access_token_secret="GIT_TOKEN")


@task
def count():
    return 1


with Flow(
    "count stock",
    schedule=every_day,
    run_config=DockerRun(image="shop/flows:7", env={"LEVEL": "DEBUG"}, labels=["big", "eu"]),
    executor=LocalDaskExecutor(scheduler="threads", num_workers=4),
) as flow:
    count()

flow.storage = storage
flow.register("shop", set_schedule_active=False)

with Flow("count returns") as returns:
    count()

returns.schedule = Schedule(clocks=[clock, CronClock("0 1 * * *", parameter_defaults={"a": 1})])
returns.run_config = LocalRun(working_dir="/srv")
returns.storage = S3(bucket="flows")
