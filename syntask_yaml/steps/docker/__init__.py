"""The steps that build and push container images."""

from syntask_yaml.steps.docker.build import build_docker_image
from syntask_yaml.steps.docker.push import push_docker_image

__all__ = ["build_docker_image", "push_docker_image"]
