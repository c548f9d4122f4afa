from prefect import Flow, Parameter, case, task
from prefect.run_configs import LocalRun
from shop.flows import OwnerFlow


class LoudFlow(Flow):
    def __init__(self, name, volume=1, **kwargs):
        self.volume = volume
        super().__init__(name, **kwargs)


@task
def count(shop):
    return len(shop)


with OwnerFlow(name="Count stock", code_owners=["stock"], skip_if_running=True) as count_stock:
    shop = Parameter("shop", default="north")
    with case(count(shop), 3):
        count("found")

count_stock.run_config = LocalRun(labels=["warehouse"])

with LoudFlow("loud", volume=2, run_config=LocalRun(labels=["loud"])) as loud:
    count("x")
