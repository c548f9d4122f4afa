"""The step `push_docker_image`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.docker.cache_key import build_record
from syntask_yaml.steps.docker.engine import Engine, open_engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.steps.docker.forecast import forecast_push
from syntask_yaml.steps.docker.image import (
    IMAGE_OUTPUTS,
    Image,
    named,
    registry_of,
    repository_of,
    tag_of_time,
)
from syntask_yaml.steps.docker.progress import follow
from syntask_yaml.steps.docker.registry import digest_at_registry, is_at_registry


@step(
    "push_docker_image",
    package="docker",
    outputs=IMAGE_OUTPUTS,
    extra="docker",
    on_stock_workers=True,
    forecast=forecast_push,
)
def push_docker_image(
    context: StepContext,
    *,
    image_name: str,
    tag: str | None = None,
    credentials: Mapping[str, Any] | None = None,
    additional_tags: Sequence[str] | None = None,
    ignore_cache: bool = False,
    build_backend: Literal["docker-py", "buildx"] = "docker-py",  # noqa: ARG001  (part of the reference: pushing is the same)
    stream_progress: bool = True,
) -> Outputs:
    """Push a container image.

    A tag that the registry already has for this image is not pushed again, unless *ignore_cache*. Raises
    StepFailed.

    Args:
        image_name: The name of the image, including the registry. Example: `{{ build-image.image_name }}`.
        tag: The tag to push. Example: `{{ build-image.tag }}`.
        credentials: The credentials of the registry: `username`, `password` and optionally `registry_url`,
            usually a block. Default: the login of the Docker configuration.
            Example: `{{ syntask.blocks.docker-registry-credentials.team }}`.
        additional_tags: Additional tags to push. Example: `["latest"]`.
        ignore_cache: Whether to push even if nothing changed. Example: `true`.
        build_backend: Has no effect; accepted for compatibility. Example: `buildx`.
        stream_progress: Whether to show the progress. Example: `false`.
    """
    name = repository_of(image_name, context.environ)
    image = named(name, tag or tag_of_time(datetime.now(UTC)), additional_tags)
    with open_engine(context) as engine:
        if credentials is not None:
            engine.login(credentials, registry_of(name))
        push_image(image, engine, context, is_forced=ignore_cache, shows=stream_progress)
    return image.as_outputs()


def push_image(
    image: Image, engine: Engine, context: StepContext, *, is_forced: bool = False, shows: bool = True
) -> None:
    """Push all tags of an image, and the tag of its cache key. Raises StepFailed."""
    try:
        found = engine.ask(f"Inspecting `{image.reference}`", lambda api: api.inspect_image(image.reference))
    except EngineFailed as error:
        hint = "Build it first with a `build_docker_image` step, or fix `image_name` and `tag`."
        raise StepFailed(f"The image `{image.reference}` does not exist.", hint=hint) from error
    digests = {each.rpartition("@")[2] for each in found.get("RepoDigests") or ()}
    for tag in image.tags:
        if not is_forced and digest_at_registry(f"{image.name}:{tag}", engine) in digests:
            context.write(f"{image.name}:{tag} is already in the registry")
        else:
            _push(image.name, tag, engine, context, shows=shows)
    _push_key(image.name, found, engine, context)


def _push(name: str, tag: str, engine: Engine, context: StepContext, *, shows: bool) -> None:
    reports = engine.follow(
        f"Pushing `{name}:{tag}`", lambda api: api.push(name, tag=tag, stream=True, decode=True)
    )
    follow(reports, context.write, shows=shows)


def _push_key(name: str, found: Mapping[str, Any], engine: Engine, context: StepContext) -> None:
    """Push the tag of the cache key, so that other machines find the image. Failures are only reported."""
    tag = build_record((found.get("Config") or {}).get("Labels") or {}).get("key_tag", "")
    # Images based on this one inherit its labels, and do not have the tag.
    has_tag = any(each.endswith(f":{tag}") for each in found.get("RepoTags") or ())
    if not has_tag or is_at_registry(name, tag, engine):
        return
    try:
        engine.ask("Tagging the image", lambda api: api.tag(found["Id"], name, tag))
        _push(name, tag, engine, context, shows=False)
    except EngineFailed as error:
        context.write_error(f"Other machines will rebuild this image: {error.detail}")
