"""Run one list of steps, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from syntask_yaml.errors import NotFound, StepFailed
from syntask_yaml.model.events import Observer, StepFinished, StepOutput, StepStarted
from syntask_yaml.model.secret import revealed
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import PLAIN, Outputs, Policy, StepContext, StepFailedAt, StepStopped
from syntask_yaml.steps.invoke import invoke
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.steps.timeout import TIMEOUT, timeout_of
from syntask_yaml.stopping import Deadline
from syntask_yaml.template import Scope, Unresolved, resolve

_LAST_LINES = 30


def run_steps(
    steps: Sequence[Step],
    *,
    section: str,
    label: str,
    context: StepContext,
    scope: Scope,
    notify: Observer,
    policy: Policy = PLAIN,
) -> Outputs:
    """Run the *steps* of a *section* in order, and return their outputs by id and by name.

    Inputs are resolved against *scope* and the previous outputs. Steps may change `context.directory`.
    *label* names their deployments in the output. Raises StepFailedAt for the first failed step, and
    StepStopped if `context.stop` is set.
    """
    outputs: dict[str, Any] = {}
    ids: set[str] = set()
    scrubber = Scrubber()
    for step in steps:
        if context.stop.is_set():
            raise StepStopped(f"`{step.name}` was not started.")
        run = _Run(step, section, label, context, notify, scrubber)
        given = run.outputs(replace(scope, outputs={**scope.outputs, **outputs}), policy)
        # An output with the name of an earlier step's id does not hide that step.
        outputs |= {name: value for name, value in given.items() if name not in ids}
        if step.id is not None:
            outputs[step.id] = given
            ids.add(step.id)
    return outputs


def _too_long(step: Step, deadline: Deadline) -> StepFailed:
    detail = f"`{step.name}` exceeded its `timeout` of {deadline.seconds:g} s and was stopped."
    return StepFailed(detail, hint="Increase `timeout`, or check in its output what it was waiting for.")


@dataclass(slots=True)
class _Run:
    """A running step. Secrets of its list are masked in its output."""

    step: Step
    section: str
    label: str
    context: StepContext
    notify: Observer
    scrubber: Scrubber
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))

    def outputs(self, scope: Scope, policy: Policy) -> Outputs:
        """Return the outputs of the step; those that contain a secret are of type `Secret`."""
        began = monotonic()
        self.notify(StepStarted(self.label, self.section, self.step.name))
        outputs = self._outputs(scope, policy)
        # Raised outside the `except` block, because the original exception may contain secrets.
        if isinstance(outputs, StepFailedAt):
            raise outputs
        self.notify(StepFinished(self.label, self.section, self.step.name, monotonic() - began))
        sealed: Outputs = self.scrubber.seal(outputs)
        return sealed

    def _outputs(self, scope: Scope, policy: Policy) -> Outputs | StepFailedAt:
        own = replace(self.context, write=self._write, write_error=self._write_error)
        try:
            inputs = self._inputs(scope, allow_unset=policy.allow_unset)
            seconds = timeout_of(self.step, inputs, own.directory)
            if seconds is not None:
                inputs = {name: value for name, value in inputs.items() if name != TIMEOUT}
                own.stop = Deadline(self.context.stop, seconds)
            outputs = invoke(self.step, revealed(inputs), own, policy)
        except StepStopped:
            if isinstance(own.stop, Deadline) and own.stop.has_passed:
                return self._failure(_too_long(self.step, own.stop))
            raise
        except (StepFailed, NotFound) as error:
            return self._failure(error)
        self.context.directory = own.directory
        return outputs

    def _inputs(self, scope: Scope, *, allow_unset: bool) -> Mapping[str, Any]:
        missing: list[Unresolved] = []
        inputs: Mapping[str, Any] = resolve(self.step.inputs, scope, missing.append)
        for each in missing:
            place = f"Cannot resolve `{each.raw}` in the input `{each.path[0]}` of `{self.step.name}`."
            if not allow_unset:
                raise StepFailed(f"{place} {each.reason.detail}", hint=each.reason.hint)
            self._write_error(f"{place} {each.reason.detail} An empty value is used.")
        self.scrubber.learn(secrets_in(inputs))
        return inputs

    def _failure(self, error: StepFailed | NotFound) -> StepFailedAt:
        return StepFailedAt(
            self.step,
            self.scrubber.scrub(error.detail),
            hint=self.scrubber.scrub(error.hint),
            lines=tuple(self.lines),
            exit_code=getattr(error, "process_exit_code", None),
        )

    def _write(self, line: str) -> None:
        self._tell(line, is_error=False)

    def _write_error(self, line: str) -> None:
        self._tell(line, is_error=True)

    def _tell(self, text: str, *, is_error: bool) -> None:
        for line in self.scrubber.scrub(text).split("\n"):
            self.lines.append(line)
            self.notify(StepOutput(self.label, line, is_error))
