"""Predict what a build step would do, without building or pulling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.cache import HERE, find_image, why_built
from syntask_yaml.steps.docker.cache_key import KeyUnknown, key_of
from syntask_yaml.steps.docker.engine import open_engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.steps.docker.image import repository_of
from syntask_yaml.steps.docker.request import request_of
from syntask_yaml.steps.forecast import BUILD, PULL, UNCHANGED, UNKNOWN, ImageForecast


@dataclass(frozen=True, slots=True)
class DryRun:
    """The predicted action for an image; for an existing one, also its id and first tag."""

    forecast: ImageForecast
    first_tag: str | None = None
    image_id: str = ""


def dry_run(inputs: Mapping[str, Any], context: StepContext) -> DryRun:
    """Return what `build_docker_image` would do with *inputs*, which contain secrets in plain text.

    The inputs are those of `request_of`. Raises StepFailed if the image cannot be built.
    """
    image = repository_of(str(inputs.get("image_name")), context.environ)
    request = request_of(context, **inputs)
    if request.is_forced:
        return DryRun(ImageForecast(image, BUILD, "a rebuild was requested"))
    try:
        with open_engine(context) as engine:
            if request.credentials is not None:
                engine.login(request.credentials, request.registry)
            key = key_of(request, engine, context)
            cached = find_image(key, request, engine)
            if cached is None:
                return DryRun(ImageForecast(image, BUILD, why_built(key, request, engine)))
    except KeyUnknown as error:
        reason = f"cannot determine whether the image is up to date: {error.detail}"
        return DryRun(ImageForecast(image, BUILD, reason))
    except EngineFailed as error:
        return DryRun(ImageForecast(image, UNKNOWN, error.detail))
    if cached.where == HERE:
        return DryRun(ImageForecast(image, UNCHANGED, "nothing changed"), cached.first_tag, cached.id)
    return DryRun(ImageForecast(image, PULL, "the registry has an image that was built from the same inputs"))
