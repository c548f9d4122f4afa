"""Orders of a shop."""

from datetime import timedelta

import prefect
from prefect import Flow, Parameter, task, unmapped


@task(max_retries=3, retry_delay=timedelta(minutes=1), log_stdout=True)
def extract(source, limit):
    print(source)
    return list(range(limit))


@task(nout=2, checkpoint=False, timeout=30)
def split(rows):
    prefect.context.get("logger").info("split %s", rows)
    return rows[:1], rows[1:]


@task
def scale(row, factor):
    return row * factor


@task(name="Load all", tags=["db"])
def load(rows, day):
    logger = prefect.context.get("logger")
    logger.info(day)


with Flow("Load orders") as flow:
    source = Parameter("source", default="shop")
    count = Parameter("limit")  # how many
    day = Parameter("Business day", default=None)
    rows = extract(source, count)
    first, rest = split(rows)
    scaled = scale.map(rest, unmapped(2))
    load(scaled, day)
    load([first, rows], day, upstream_tasks=[scaled])

if __name__ == "__main__":
    flow.run(parameters={"limit": 3, "Business day": "monday"})
    flow.register(project_name="shop")
