"""Run the function of a step: built-in ones here, custom ones here or in a separate process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syntask_yaml.errors import StepFailed, SyntaskError
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import Outputs, Policy, ProcessFailed, StepContext, StepStopped
from syntask_yaml.steps.call import call, captured, outputs_of, own_traceback, words
from syntask_yaml.steps.inputs import input_problems
from syntask_yaml.steps.registry import StepDefinition, find_step
from syntask_yaml.steps.requirements import ensure_requirements
from syntask_yaml.steps.signature import signature_of
from syntask_yaml.steps.timeout import TimePassed, interrupting

if TYPE_CHECKING:
    from syntask_yaml.processes import Finished


def invoke(step: Step, inputs: Mapping[str, Any], context: StepContext, policy: Policy) -> Outputs:
    """Return the outputs of *step* for *inputs*, which contain secrets in plain text.

    `context.directory` is set to the final directory of the step. Raises StepFailed or NotFound with the
    reason, and StepStopped if `context.stop` was set.
    """
    ensure_requirements(step, context, install=policy.install_requirements)
    definition = find_step(step.name)
    before = context.directory
    if definition.builtin is not None:
        outputs = _call_builtin(definition, step, inputs, context)
    elif policy.in_process:
        outputs = _call_here(definition, inputs, context)
    else:
        outputs = _call_in_child(definition, inputs, context)
    if policy.in_process and context.directory != before:
        os.chdir(context.directory)
    return outputs


def _call_builtin(
    definition: StepDefinition, step: Step, inputs: Mapping[str, Any], context: StepContext
) -> Outputs:
    function = definition.load(context.directory)
    given = {name: value for name, value in inputs.items() if value is not None}
    signature = signature_of(definition, context.directory)
    for problem in input_problems(step._replace(inputs=given), signature) if signature else ():
        raise StepFailed(problem.detail, hint=problem.hint)
    try:
        return outputs_of(call(function, given, context), definition.name)
    except OSError as error:
        where = f": `{error.filename}`" if error.filename else ""
        raise StepFailed(f"{error.strerror or error}{where}.") from error


def _call_here(definition: StepDefinition, inputs: Mapping[str, Any], context: StepContext) -> Outputs:
    before, here = context.directory, Path.cwd()
    try:
        with captured(context), interrupting(context.stop):
            result = call(definition.load(context.directory), inputs, context)
    except SyntaskError:
        raise
    except TimePassed:
        raise StepStopped(f"`{definition.name}` was stopped.") from None
    except (Exception, SystemExit) as error:  # whatever a user's function raises
        for line in own_traceback(error):
            context.write_error(line)
        raise StepFailed(f"`{definition.name}` raised {words(error)}") from error
    if context.directory == before and Path.cwd() != here:
        context.directory = Path.cwd()
    return outputs_of(result, definition.name)


def _call_in_child(definition: StepDefinition, inputs: Mapping[str, Any], context: StepContext) -> Outputs:
    from syntask_yaml.steps import child  # what starts processes, which most steps of a run do without
    from syntask_yaml.steps.program import run_program

    request = json.dumps({"name": definition.name, "inputs": inputs}, default=str)
    finished = run_program(child.command(), context, input=request.encode(), wants_reply=True)
    reply = _reply(definition.name, finished)
    context.directory = Path(reply["directory"])
    outputs: Outputs = reply["outputs"]
    return outputs


def _reply(name: str, finished: Finished) -> Mapping[str, Any]:
    try:
        reply: Mapping[str, Any] = json.loads(finished.reply)
    except ValueError as error:
        detail = f"The process of `{name}` exited with code {finished.code} before the step returned."
        raise ProcessFailed(detail, exit_code=finished.code) from error
    if "outputs" not in reply:
        raise ProcessFailed(reply["detail"], exit_code=finished.code, hint=reply["hint"])
    return reply
