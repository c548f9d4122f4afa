"""Predict the results of build and push steps: which images are built, and which outputs are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.secret import revealed
from syntask_yaml.model.step import Step, StepOutputs
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.pipelines import pipelines_of
from syntask_yaml.operations.planned_images import Forecasts, PlannedImage
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.project.static import expected_outputs
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.fingerprint import steps_fingerprint
from syntask_yaml.steps.forecast import Forecast, ImageForecast
from syntask_yaml.steps.pipelines import Pipeline
from syntask_yaml.steps.registry import find_forecast
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.template import Scope, Unresolved, resolve

_AT_A_TIME = 4


def forecast_steps(prepared: Sequence[Prepared], context: DeployContext) -> Forecasts:
    """Return the forecast of the build and push steps. Nothing is built, pulled or changed."""
    pipelines = pipelines_of(prepared, context)
    steps = (step for each in pipelines.values() for step in (*each.build, *each.push))
    if not any(find_forecast(step.name) for step in steps):
        return Forecasts()
    from concurrent.futures import ThreadPoolExecutor  # slower to import than a plan without steps takes

    keys = {position: _key(each) for position, each in pipelines.items()}
    distinct = {keys[position]: each for position, each in pipelines.items()}
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
        walks = dict(
            zip(distinct, pool.map(lambda each: _walk(each, context), distinct.values()), strict=True)
        )
    images: dict[str, PlannedImage] = {}
    for position, each in pipelines.items():
        for step, image in walks[keys[position]].images.items():
            known = images.get(step, image)
            images[step] = known._replace(deployments=(*known.deployments, each.deployment))
    outputs = {
        position: _with_forecast(pipelines[position], walks[key].outputs) for position, key in keys.items()
    }
    return Forecasts(tuple(images.values()), outputs)


def _with_forecast(pipeline: Pipeline, outputs: Mapping[str, Value]) -> StepOutputs:
    expected = expected_outputs((*pipeline.build, *pipeline.push))
    return expected._replace(values={**expected.values, **outputs})


def _key(pipeline: Pipeline) -> str:
    return steps_fingerprint((*pipeline.build, *pipeline.push), pipeline.scope)


@dataclass
class _Walk:
    """The forecast of the steps of one pipeline, in order.

    *changes_nothing*: no step so far would change what a later step reads. *images* are by the fingerprint of
    their step.
    """

    context: DeployContext
    outputs: dict[str, Value] = field(default_factory=dict)
    images: dict[str, PlannedImage] = field(default_factory=dict)
    changes_nothing: bool = True
    _ids: set[str] = field(default_factory=set)
    _is_open: bool = False

    def look_at(self, step: Step, scope: Scope) -> None:
        """Add the forecast outputs of *step*; *scope* does not include outputs."""
        here = replace(scope, outputs=self.outputs, has_open_outputs=self._is_open)
        builtin = builtin_of(step.name)
        if builtin is None:
            self._is_open = True
            # The step may have any output, including the names that are known.
            self.outputs |= {name: Unknown(name) for name in self.outputs if name not in self._ids}
        outputs: dict[str, Value] = {name: Unknown(name) for name in builtin.outputs} if builtin else {}
        outputs |= self._known_outputs(step, here)
        self.outputs |= {name: value for name, value in outputs.items() if name not in self._ids}
        if step.id is not None:
            self.outputs[step.id] = outputs if builtin is not None else Unknown(step.id)
            self._ids.add(step.id)

    def _known_outputs(self, step: Step, scope: Scope) -> Mapping[str, Value]:
        found = _forecast(step, scope, self.context)
        is_certain = self.changes_nothing or not found.is_observed
        if found.image is not None:
            later = "" if is_certain else ", before the previous steps have run"
            reason = f"{found.image.reason}{later}"
            self.images[steps_fingerprint([step], scope)] = PlannedImage(
                found.image.image, found.image.action, reason
            )
        self.changes_nothing &= found.changes_nothing
        return found.outputs if is_certain else {}


def _walk(pipeline: Pipeline, context: DeployContext) -> _Walk:
    walk = _Walk(context)
    for step in (*pipeline.build, *pipeline.push):
        walk.look_at(step, pipeline.scope)
    return walk


def _forecast(step: Step, scope: Scope, context: DeployContext) -> Forecast:
    """Return the step's own forecast, with secrets sealed again."""
    forecast = find_forecast(step.name)
    if forecast is None:
        return Forecast()
    missing: list[Unresolved] = []
    resolved = resolve(step.inputs, scope, missing.append)
    later = {str(each.path[0]) for each in missing}
    later |= {name for name, value in resolved.items() if isinstance(value, Unknown)}
    inputs = {**resolved, **{name: Unknown(str(step.inputs[name])) for name in later}}
    scrubber = Scrubber(secrets_in(inputs))
    steps = StepContext(context.project.root, context.environ, blocks=context.blocks)
    found = forecast(revealed(inputs), steps)
    image = found.image and ImageForecast(
        scrubber.scrub(found.image.image), found.image.action, scrubber.scrub(found.image.reason)
    )
    return replace(found, outputs=scrubber.seal(found.outputs), image=image)
