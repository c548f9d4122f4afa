from prefect import Flow, Parameter, case, task
from prefect.engine import signals
from prefect.engine.signals import ENDRUN, SKIP
from prefect.engine.state import Failed, Skipped


@task
def orders(shop):
    if not shop:
        raise ENDRUN(state=Failed("no shop"))
    return [1, 2]


@task
def send(order):
    if order > 1:
        raise SKIP("large ones are sent by hand")
    if order < 0:
        raise signals.SKIP


@task
def report(order):
    try:
        raise ENDRUN(Skipped(message=f"nothing to say of {order}"))
    finally:
        print("done")


with Flow("skips") as flow:
    shop = Parameter("shop", default="north")
    found = orders(shop)
    send.map(found)
    with case(shop, "north"):
        report(found)
