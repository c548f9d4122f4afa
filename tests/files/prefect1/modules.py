from prefect import Flow, task
from prefect.run_configs import KubernetesRun
from prefect.storage import Module


@task
def count():
    return 1


with Flow("imported", storage=Module("flows")) as imported:
    count()

imported.run_config = KubernetesRun(image="shop/flows:1")

with Flow("other", storage=Module("shop.flows")) as other:
    count()
