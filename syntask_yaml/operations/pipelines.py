"""Run the build and push steps of a plan, and collect their outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import StepFailed
from syntask_yaml.model.events import Observer
from syntask_yaml.model.step import StepOutputs
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.steps.base import Policy, StepContext
from syntask_yaml.steps.pipelines import Pipeline, run_pipelines


@dataclass(frozen=True, slots=True)
class Built:
    """The results of the steps, by the position of their deployment in the plan.

    *failed* has the pipelines that did not succeed; None if they were stopped or not started. *labels* are
    the display names of the deployments.
    """

    outputs: Mapping[int, StepOutputs]
    failed: Mapping[int, StepFailed | None]
    labels: Mapping[int, str] = field(default_factory=dict)

    def diagnostics(self, context: DeployContext) -> Iterator[Diagnostic]:
        """Yield each failed step once, at its location in the file, with the deployments that need it."""
        for error in dict.fromkeys(error for error in self.failed.values() if error is not None):
            needing = tuple(self.labels[at] for at, failed in self.failed.items() if failed == error)
            yield from _placed(error, needing, context)


def pipelines_of(prepared: Sequence[Prepared], context: DeployContext) -> dict[int, Pipeline]:
    """Return the pipelines of deployments with steps, by position."""
    # Local steps may use secrets, while the command runs.
    scope = replace(context.scope(StepOutputs()), blocks=context.fresh_blocks())
    return {
        position: Pipeline(each.label, each.declaration.build, each.declaration.push, scope)
        for position, each in enumerate(prepared)
        if each.deployment is not None and each.has_steps
    }


def run_steps_of(
    prepared: Sequence[Prepared],
    context: DeployContext,
    *,
    jobs: int,
    install_requirements: bool,
    keep_going: bool,
    notify: Observer,
    rebuild: bool = False,
) -> Built:
    """Run every distinct list of build and push steps once.

    *rebuild*: build images even if nothing changed.
    """
    pipelines = pipelines_of(prepared, context)
    if not pipelines:
        return Built({}, {})
    results = run_pipelines(
        list(pipelines.values()),
        jobs=jobs,
        context=StepContext(
            context.project.root, context.environ, blocks=context.fresh_blocks(), rebuild=rebuild
        ),
        notify=notify,
        policy=Policy(install_requirements=install_requirements, allow_unset=context.allow_unset),
        keep_going=keep_going,
    )
    by_position = dict(zip(pipelines, results, strict=True))
    return Built(
        {
            position: StepOutputs(result.outputs)
            for position, result in by_position.items()
            if result.outputs is not None
        },
        {position: result.error for position, result in by_position.items() if result.outputs is None},
        {position: pipeline.deployment for position, pipeline in pipelines.items()},
    )


def _placed(error: StepFailed, needing: tuple[str, ...], context: DeployContext) -> Iterator[Diagnostic]:
    for diagnostic in error.diagnostics:
        place = context.project.document.root.at(diagnostic.path)
        yield replace(diagnostic, span=place.key_span, used=place.used_span, entries=needing)
