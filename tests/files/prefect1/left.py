from datetime import timedelta
from random import choice

from prefect import Client, Flow, Parameter, Task, apply_map, case, task
from prefect.artifacts import update_link
from prefect.backend import get_key_value
from prefect.executors import DaskExecutor
from prefect.run_configs import KubernetesRun
from prefect.schedules import IntervalSchedule
from prefect.storage import Git
from prefect.tasks.prefect import create_flow_run
from prefect.tasks.secrets import PrefectSecret

WORKERS = choice([1, 2])


class Numbered(Task):
    def __init__(self, number):
        super().__init__(name=f"task {number}")

    def run(self):
        update_link("x", "y")
        return get_key_value("x"), Client()


@task(cache_for=timedelta(hours=1), cache_key="x", retry_on=ValueError)
def numbers(found):
    return [found]


@task
def size(number):
    return number


with Flow("left", storage=Git(repo="shop/flows", flow_path="left.py", use_ssh=True)) as flow:
    name = Parameter(f"name {WORKERS}", default=1)
    secret = PrefectSecret(WORKERS)
    found = numbers(name)
    with case(size(1), 1):
        chosen = size(found)
    size(chosen)
    apply_map(size, found)
    create_flow_run(flow_name="other", labels=["b"])

flow.schedule = IntervalSchedule(interval=timedelta(hours=1), end_date=choice([None]))
flow.run_config = KubernetesRun(labels=[choice(["a", "b"])])
host = f"tcp://{WORKERS}"
flow.executor = DaskExecutor(address=host)
flow.set_reference_tasks([])
flow_id = flow.register("shop")
print(flow_id)
