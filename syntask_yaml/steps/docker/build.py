"""The step `build_docker_image`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from syntask_yaml.errors import StepFailed
from syntask_yaml.files import write_atomically
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.docker.buildkit import build_with_buildkit
from syntask_yaml.steps.docker.cache import HERE, CachedImage, fetch, find_image, why_built
from syntask_yaml.steps.docker.cache_key import FILES, NO_LABELS, BuildKey, KeyUnknown, bring_bases, key_of
from syntask_yaml.steps.docker.classic import build_with_engine
from syntask_yaml.steps.docker.engine import Engine, open_engine
from syntask_yaml.steps.docker.forecast import forecast_build
from syntask_yaml.steps.docker.image import IMAGE_OUTPUTS, Image, named, tag_of_time
from syntask_yaml.steps.docker.push import push_image
from syntask_yaml.steps.docker.request import BuildRequest, request_of


@step(
    "build_docker_image",
    package="docker",
    outputs=(*IMAGE_OUTPUTS, "image_id"),
    extra="docker",
    on_stock_workers=True,
    forecast=forecast_build,
)
def build_docker_image(
    context: StepContext,
    *,
    image_name: str,
    dockerfile: str = "Dockerfile",
    tag: str | None = None,
    additional_tags: Sequence[str] | None = None,
    ignore_cache: bool = False,
    persist_dockerfile: bool = False,
    dockerfile_output_path: str = "Dockerfile.generated",
    build_backend: Literal["docker-py", "buildx"] = "docker-py",
    path: str | None = None,
    pull: bool = True,
    platform: str | None = None,
    buildargs: Mapping[str, Any] | None = None,
    target: str | None = None,
    labels: Mapping[str, Any] | None = None,
    nocache: bool = False,
    secrets: Mapping[str, Any] | None = None,
    ssh: bool | str | list[str] | None = None,
    push: bool = False,
    credentials: Mapping[str, Any] | None = None,
    stream_progress: bool = True,
    **options: Any,
) -> Outputs:
    """Build a container image.

    An image that was already built from the same inputs, here or in the registry, is reused, unless
    *ignore_cache*. Raises StepFailed.

    Args:
        image_name: The name of the image, including the registry.
            Example: `registry.example.com/team/flows`.
        dockerfile: The Dockerfile, or `auto` to generate one. Example: `auto`.
        tag: The tag of the image. Default: the time of its first build. Example: `{{ sha.stdout }}`.
        additional_tags: Additional tags for the image. Example: `["latest"]`.
        ignore_cache: Whether to build the image even if nothing changed. Example: `true`.
        persist_dockerfile: Whether to keep the Dockerfile that `auto` generates. Example: `true`.
        dockerfile_output_path: The file to keep it in. Example: `Dockerfile.flows`.
        build_backend: The builder: the engine's own, or BuildKit through the `docker` program.
            Example: `buildx`.
        path: The build context: a directory, without the files that `.dockerignore` excludes.
            Example: `images/etl`.
        pull: Whether to check the registry for newer base images. Example: `false`.
        platform: The target platform of the image. Example: `linux/amd64`.
        buildargs: Values for the `ARG`s of the Dockerfile. They stay in the image history; use `secrets` for
            secrets. Example: `{"VERSION": "{{ $VERSION }}"}`.
        target: The stage of the Dockerfile to build. Example: `runtime`.
        labels: Labels for the image. Example: `{"team": "data"}`.
        nocache: Whether to ignore the layer cache. Example: `true`.
        secrets: Files for `RUN --mount=type=secret,id=…` that are stored in no layer: for each id a text,
            `{env: NAME}` or `{file: PATH}`. Requires BuildKit.
            Example: `{"pip.conf": "{{ syntask.blocks.secret.pip-conf }}"}`.
        ssh: The ssh agent or keys for `RUN --mount=type=ssh`: true, `default`, `id=path` or a list of these.
            Requires BuildKit. Example: `default`.
        push: Whether to push the image after the build. Example: `true`.
        credentials: The credentials of the registry: `username`, `password` and optionally `registry_url`,
            usually a block. Example: `{{ syntask.blocks.docker-registry-credentials.team }}`.
        stream_progress: Whether to show the output of the build. Example: `false`.
        **options: Further keys are options of the build.
    """
    request = request_of(
        context,
        image_name=image_name,
        dockerfile=dockerfile,
        tag=tag,
        additional_tags=additional_tags,
        ignore_cache=ignore_cache,
        build_backend=build_backend,
        path=path,
        pull=pull,
        platform=platform,
        buildargs=buildargs,
        target=target,
        labels=labels,
        nocache=nocache,
        secrets=secrets,
        ssh=ssh,
        credentials=credentials,
        **options,
    )
    if persist_dockerfile and request.dockerfile.path is None:
        write_atomically(context.directory / dockerfile_output_path, request.dockerfile.text)
    with open_engine(context) as engine:
        if credentials is not None:
            engine.login(credentials, request.registry)
        image, image_id = _made(request, engine, context, shows=stream_progress)
        if push:
            push_image(image, engine, context, is_forced=request.is_forced, shows=stream_progress)
    return {**image.as_outputs(), "image_id": image_id}


def _made(request: BuildRequest, engine: Engine, context: StepContext, *, shows: bool) -> tuple[Image, str]:
    """Return the image of a request and its id, from the cache or built."""
    key: BuildKey | None = None
    bring_bases(request, engine)
    try:
        key = key_of(request, engine, context)
    except KeyUnknown as error:
        context.write(f"Cannot determine whether the image is up to date: {error.detail}")
    cached = None if key is None or request.is_forced else find_image(key, request, engine)
    if key is not None and cached is not None:
        return _reused(cached, key, request, engine, context, shows=shows)
    if key is not None:
        why = "a rebuild was requested" if request.is_forced else why_built(key, request, engine)
        context.write(f"Building: {why}")
    return _built(request, key, engine, context, shows=shows)


def _reused(
    cached: CachedImage,
    key: BuildKey,
    request: BuildRequest,
    engine: Engine,
    context: StepContext,
    *,
    shows: bool,
) -> tuple[Image, str]:
    if cached.where != HERE:
        context.write("Build skipped: the registry has an image that was built from the same inputs")
        cached = fetch(key, request, engine, context, shows=shows)
    else:
        context.write("Build skipped: nothing changed")
    tag = request.tag or cached.first_tag or tag_of_time(datetime.now(UTC))
    image = named(request.name, tag, request.additional_tags)
    _name(cached.id, image, key, engine)
    return image, cached.id


def _built(
    request: BuildRequest, key: BuildKey | None, engine: Engine, context: StepContext, *, shows: bool
) -> tuple[Image, str]:
    image = named(request.name, request.tag or tag_of_time(datetime.now(UTC)), request.additional_tags)
    own = key.labels(image.tag) if key is not None else NO_LABELS
    # An image that only this engine has cannot be pulled.
    pull = request.pull and (key is None or key.has_registry)
    wanted = replace(request, labels={**request.labels, **own}, pull=pull)
    if request.with_buildkit:
        image_id = build_with_buildkit(wanted, image, engine, context, shows=shows)
    else:
        files = key.parts[FILES] if key is not None else request.build_context.digest(context)
        image_id = build_with_engine(wanted, engine, context, files=files, shows=shows)
    if not image_id:
        raise StepFailed(f"`{image.reference}` was not built: the container engine returned no image.")
    _name(image_id, image, key, engine)
    # Some builders report only a prefix of the id.
    found = engine.ask("Inspecting the image", lambda api: api.inspect_image(image.reference))
    return image, str(found["Id"])


def _name(image_id: str, image: Image, key: BuildKey | None, engine: Engine) -> None:
    for tag in (*image.tags, *([key.tag] if key is not None else [])):
        engine.ask(f"Tagging `{image.name}:{tag}`", partial(_give, image_id, image.name, tag))


def _give(image_id: str, name: str, tag: str, api: Any) -> bool:
    return bool(api.tag(image_id, name, tag))
