from prefect import flow
from prefect.deployments import Deployment


@flow
def sweep():
    pass


deployment = Deployment.build_from_flow(sweep, "nightly", apply=True)
print(deployment.name)
