"""The interface for predicting the results of a step without running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from syntask_yaml.model.value import Value
from syntask_yaml.steps.base import StepContext

# The possible actions for an image.
BUILD, PULL, UNCHANGED, UNKNOWN = "build", "pull", "unchanged", "unknown"


class ImageForecast(NamedTuple):
    """The predicted *action* for an *image*, `build`, `pull`, `unchanged` or `unknown`, and the reason."""

    image: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """The predicted result of a step.

    *outputs* are the known ones. *changes_nothing*: the step has no effect on later steps.
    *is_observed*: the prediction depends on the current files and engine, which earlier steps may change.
    *image* is set by steps that build one.
    """

    outputs: Mapping[str, Value] = field(default_factory=dict)
    changes_nothing: bool = False
    is_observed: bool = False
    image: ImageForecast | None = None


# Takes the inputs of the step, with secrets in plain text, and `Unknown` for values that depend on earlier
# steps. Changes nothing, and does not raise if it cannot predict the result.
Forecaster: TypeAlias = Callable[[Mapping[str, Value], StepContext], Forecast]
