"""Counts the stock of a shop each morning."""

from datetime import timedelta

import prefect
from prefect import Flow, Parameter, case, task, unmapped
from prefect.executors import LocalDaskExecutor
from prefect.run_configs import LocalRun
from prefect.schedules import CronSchedule


@task(max_retries=2, retry_delay=timedelta(seconds=10))
def read_shelves(shop):
    prefect.context.get("logger").info("reading %s", shop)
    return [3, 5, 8]


@task
def correct(count, lost):
    return count - lost


@task(log_stdout=True)
def report(counts):
    print(f"{sum(counts)} items on {len(counts)} shelves")
    return sum(counts)


@task
def is_low(total, limit):
    return total < limit


@task(log_stdout=True)
def order_more(total):
    print(f"only {total} left")


with Flow("Count stock", schedule=CronSchedule("0 6 * * *")) as flow:
    shop = Parameter("shop", default="north")
    limit = Parameter("Lowest stock", default=20)
    shelves = read_shelves(shop)
    counts = correct.map(shelves, unmapped(1))
    total = report(counts)
    with case(is_low(total, limit), True):
        order_more(total)

flow.executor = LocalDaskExecutor(scheduler="threads")
flow.run_config = LocalRun(labels=["warehouse"], env={"LEVEL": "INFO"})

if __name__ == "__main__":
    flow.register(project_name="shop")
