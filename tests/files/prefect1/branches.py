from prefect import Flow, Parameter, case, task
from prefect.client import Secret
from prefect.tasks.secrets import EnvVarSecret, PrefectSecret

limit = Parameter("limit", default=5)
token = PrefectSecret("API_TOKEN")


@task
def is_large(limit):
    return limit > 3


@task
def notify(text, token):
    return Secret("WEBHOOK").get()


@task
def archive(rows):
    return rows


with Flow("Branches") as flow:
    region = EnvVarSecret("REGION")
    large = is_large(limit)
    with case(large, True):
        sent = notify("large", token)
        archive(sent)
    with case(large, False):
        notify(region, token)
