"""`from syntask.docker import DockerImage`."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING or not os.environ.get("PREFECT__FLOW_RUN_ID"):
    from syntask._deployments.docker_image import DockerImage
else:
    from prefect.docker import DockerImage

__all__ = ["DockerImage"]
