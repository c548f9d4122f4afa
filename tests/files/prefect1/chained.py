"""Chains of calls, and tasks that end well without a result."""

from prefect import Flow, Parameter, task
from prefect.engine import signals

fetch_1 = "taken"


@task
def fetch(shop="north"):
    return [shop]


@task
def count(rows=()):
    return len(rows)


@task
def report(total=0):
    if not total:
        raise signals.SUCCESS("nothing to report")
    if total > 99:
        raise signals.SKIP


with Flow("in order") as flow:
    shop = Parameter("shop", default="south")
    flow.chain(fetch(shop), count(), count(rows=[1]), count())
    report()

with Flow("behind a result") as behind:
    rows = fetch()
    behind.chain(
        rows,
        count.map([[1], [2]]),
        count(
            rows,
            upstream_tasks=[rows],
        ),
    )
    unread = report(1)
