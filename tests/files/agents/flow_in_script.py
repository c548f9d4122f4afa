from prefect import flow
from prefect.deployments import Deployment


@flow
def sweep():
    pass


Deployment.build_from_flow(sweep, "nightly", apply=True)
