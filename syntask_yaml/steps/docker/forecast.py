"""Predict the results of the image steps, even without the docker package."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.errors import NotFound, StepFailed
from syntask_yaml.model.value import Unknown, Value, holds_unknown
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.image import image_outputs, repository_of
from syntask_yaml.steps.forecast import BUILD, UNKNOWN, Forecast, ImageForecast

# Inputs of a build that do not affect the image.
_BESIDES = frozenset(
    "tag additional_tags timeout push persist_dockerfile dockerfile_output_path stream_progress".split()
)


def forecast_build(inputs: Mapping[str, Value], context: StepContext) -> Forecast:
    """Return the predicted action for the image, and the outputs if it does not have to be built."""
    name = inputs.get("image_name")
    image = name.name if isinstance(name, Unknown) else str(name)
    material = {key: value for key, value in inputs.items() if key not in _BESIDES and value is not None}
    if holds_unknown(material):
        return _unknown(image, "known after the previous steps have run")
    try:
        from syntask_yaml.steps.docker.dry_run import dry_run

        found = dry_run(material, context)
    except ImportError:
        return _unknown(image, "builds require `pip install 'syntask-yaml[docker]'`")
    except (StepFailed, NotFound) as error:
        return _unknown(image, error.detail)
    except OSError as error:
        return _unknown(image, str(error))
    if found.forecast.action in (BUILD, UNKNOWN):
        return Forecast(is_observed=found.forecast.action == BUILD, image=found.forecast)
    tag = inputs.get("tag") or found.first_tag or Unknown("tag")
    outputs = image_outputs(found.forecast.image, tag, inputs.get("additional_tags"))
    outputs["image_id"] = found.image_id or Unknown("image_id")
    return Forecast(outputs, changes_nothing=True, is_observed=True, image=found.forecast)


def _unknown(image: str, reason: str) -> Forecast:
    return Forecast(image=ImageForecast(image, UNKNOWN, reason))


def forecast_push(inputs: Mapping[str, Value], context: StepContext) -> Forecast:
    """Return the outputs of a push, which are its inputs."""
    name, tag = inputs.get("image_name"), inputs.get("tag") or Unknown("tag")
    try:
        repository = repository_of(name, context.environ) if isinstance(name, str) else None
    except StepFailed:
        repository = None
    more = inputs.get("additional_tags")
    outputs = {} if repository is None else image_outputs(repository, tag, more)
    return Forecast(outputs, changes_nothing=True)
