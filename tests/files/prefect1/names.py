import logging as log

import prefect
from prefect import Flow, Parameter, task

logger = prefect.context.get("logger")


@task
def names(query):
    return query


@task
def query():
    return helper()


def helper():
    return prefect.context.get("logger")


def build(suffix):
    with Flow("inner") as inner:
        names(suffix)
    return inner


with Flow(f"names-{log.INFO}") as flow:
    text = Parameter("text", "all")
    query = query()
    found = names(query)
    names(f"{text}")

with Flow("names") as other:
    names(found)
    names.run("x")

print(flow.name)
other.visualize()
