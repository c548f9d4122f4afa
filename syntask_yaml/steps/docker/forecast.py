"""What a build step would do, found out without building, pulling or changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.engine import open_engine
from syntask_yaml.steps.docker.image import repository_of
from syntask_yaml.steps.docker.key import KeyUnknown, key_of
from syntask_yaml.steps.docker.known import HERE, find_image, why_built
from syntask_yaml.steps.docker.refusals import EngineFailed
from syntask_yaml.steps.docker.request import request_of

BUILD, PULL, UNCHANGED, UNKNOWN = "build", "pull", "unchanged", "unknown"

# Inputs that say nothing of what is built.
_BESIDES = (
    "tag",
    "additional_tags",
    "push",
    "persist_dockerfile",
    "dockerfile_output_path",
    "stream_progress",
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What becomes of an *image*: it is built, pulled, unchanged, or that is not known; and why.

    Of an image that is here already, also the tag that it was given first and its id.
    """

    image: str
    action: str
    reason: str
    first_tag: str | None = None
    image_id: str = ""


def forecast(inputs: Mapping[str, Any], context: StepContext) -> Forecast:
    """What `build_docker_image` would do with *inputs*, which hold secrets in clear. Raises StepFailed."""
    image = repository_of(str(inputs.get("image_name")), context.environ)
    given = {name: value for name, value in inputs.items() if name not in _BESIDES and value is not None}
    request = request_of(context, **given)
    if request.is_forced:
        return Forecast(image, BUILD, "it is to be built again")
    try:
        with open_engine(context) as engine:
            if request.credentials is not None:
                engine.login(request.credentials, request.registry)
            key = key_of(request, engine, context)
            known = find_image(key, request, engine)
            if known is None:
                return Forecast(image, BUILD, why_built(key, request, engine))
    except KeyUnknown as error:
        return Forecast(image, BUILD, f"whether it was built before cannot be known: {error.detail}")
    except EngineFailed as error:
        return Forecast(image, UNKNOWN, error.detail)
    if known.where == HERE:
        return Forecast(image, UNCHANGED, "nothing changed", known.first_tag, known.id)
    return Forecast(image, PULL, "the registry has the image that was built from the same")
