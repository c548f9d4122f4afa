"""The interface for predicting the results of a step without running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from syntask_yaml.model.value import Value
from syntask_yaml.steps.base import StepContext

# What may become of an image.
BUILD, PULL, UNCHANGED, UNKNOWN = "build", "pull", "unchanged", "unknown"


class ImageForecast(NamedTuple):
    """What becomes of an *image*: *action* is `build`, `pull`, `unchanged` or `unknown`; and why."""

    image: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a step would do and output.

    *outputs* are those that are known. *changes_nothing*: no later step would see a difference.
    *is_observed*: it depends on files and engines as they are now, which earlier steps may change.
    *image* is set by steps that make one.
    """

    outputs: Mapping[str, Value] = field(default_factory=dict)
    changes_nothing: bool = False
    is_observed: bool = False
    image: ImageForecast | None = None


# Is given the inputs of the step, with secrets in clear and `Unknown` where only earlier steps can tell;
# changes nothing, and raises nothing where it cannot tell.
Forecaster: TypeAlias = Callable[[Mapping[str, Value], StepContext], Forecast]
