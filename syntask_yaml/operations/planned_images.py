"""The images and outputs that a plan expects from build and push steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from syntask_yaml.model.step import StepOutputs


class PlannedImage(NamedTuple):
    """The forecast of an image (`steps.forecast.ImageForecast`), and the *deployments* that use it."""

    image: str
    action: str
    reason: str
    deployments: tuple[str, ...] = ()


_NO_OUTPUTS: Mapping[int, StepOutputs] = {}


class Forecasts(NamedTuple):
    """The *images* of the build steps, in file order, and the known *outputs* by position of the deployment.

    Outputs that are not known before a step runs are `Unknown` or missing.
    """

    images: tuple[PlannedImage, ...] = ()
    outputs: Mapping[int, StepOutputs] = _NO_OUTPUTS


def as_json(images: Sequence[PlannedImage]) -> Iterator[dict[str, Any]]:
    """Yield the images as `plan --output json` prints them."""
    for each in images:
        yield {
            "image": each.image,
            "action": each.action,
            "reason": each.reason,
            "deployments": list(each.deployments),
        }
