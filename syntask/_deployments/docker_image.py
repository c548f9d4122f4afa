"""The image for the runs of a deployment, and how to build it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal


class DockerImage:
    """An image to build and push: *name* with its registry, *tag*, and *dockerfile*.

    The default tag is the current time. `auto` is a Dockerfile that copies the project into an image with
    this version of Python. *build_kwargs* are other inputs of the step `build_docker_image`, such as
    `buildargs` or `platform`.
    """

    def __init__(
        self,
        name: str,
        tag: str | None = None,
        dockerfile: str = "auto",
        stream_progress_to: Any = ...,  # noqa: ARG002  (part of the reference)
        build_backend: Literal["docker-py", "buildx"] = "docker-py",
        **build_kwargs: Any,
    ) -> None:
        repository, named_tag = split_tag(name)
        if tag and named_tag:
            raise ValueError(f"The name of the image has the tag {named_tag!r}, and `tag` is {tag!r}.")
        self.name = repository
        # For `build=False`: a tag made from the current time was never pushed.
        self.named = f"{name}:{tag}" if tag else name
        self.tag = tag or named_tag or f"{datetime.now(UTC):%Y-%m-%dt%H-%M-%S}"
        self.dockerfile = dockerfile
        self.build_backend = build_backend
        self.build_kwargs: Mapping[str, Any] = build_kwargs

    @property
    def reference(self) -> str:
        return f"{self.name}:{self.tag}"

    def __repr__(self) -> str:
        return f"DockerImage({self.reference!r})"


def split_tag(name: str) -> tuple[str, str | None]:
    """Return the repository and the tag of an image name. A port is not a tag."""
    repository, colon, tag = name.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (name, None)
