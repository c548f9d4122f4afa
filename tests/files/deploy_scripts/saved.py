"""A block that is saved, and loaded by its name."""

from flows import load_orders
from prefect.deployments import Deployment
from prefect.infrastructure import DockerContainer

shop = DockerContainer(image="registry.example.com/orders:9", env={"SHOP": "north"}, networks=["inner"])
shop.save("shop", overwrite=True)

Deployment.build_from_flow(
    load_orders, name="saved", infrastructure=DockerContainer.load("shop"), load_existing=False, apply=True
)
