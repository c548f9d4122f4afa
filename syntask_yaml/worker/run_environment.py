"""The job variables and the environment of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import StepFailed
from syntask_yaml.model.job_variables import job_configuration
from syntask_yaml.model.secret import revealed_text
from syntask_yaml.operations.backend_values import BackendBlocks, BackendVariables
from syntask_yaml.operations.expected import ExpectedResources
from syntask_yaml.template import Scope, Unresolved, resolve
from syntask_yaml.template.scope import LEFT, Answer
from syntask_yaml.worker.protocol import RUN_ID

# Variables of every run, in any Python.
AT_START = {"PYTHONUNBUFFERED": "1"}
# Of a backend that has all expected objects.
NOTHING_ELSE = ExpectedResources()


def job_variables(
    claim: Claim, backend: Backend, environ: Mapping[str, str], expected: ExpectedResources = NOTHING_ELSE
) -> dict[str, Any]:
    """Return the configuration of a job: the pool's template with the job variables, resolved.

    Blocks and variables are looked up. Raises StepFailed for one without a value.
    """
    configuration = job_configuration(claim.base_job_template, claim.job_variables, environ)
    return looked_up(configuration, backend, expected)


def looked_up(
    variables: Mapping[str, Any], backend: Backend, expected: ExpectedResources = NOTHING_ELSE
) -> dict[str, Any]:
    """Return *variables* with blocks and variables looked up. Raises StepFailed for one without a value."""
    missing: list[Unresolved] = []
    scope = Scope(**_values(backend, expected), leaves_unset=True)
    resolved = resolve(dict(variables), scope, missing.append)
    if missing:
        first = missing[0]
        where = ".".join(str(step) for step in first.path)
        raise StepFailed(
            f"The job variable `{where}` has no value. {first.reason.detail}", hint=first.reason.hint
        )
    return dict(resolved)


def _values(backend: Backend, expected: ExpectedResources) -> dict[str, Any]:
    """Return the blocks and variables of *backend* and the *expected* ones, for a scope."""
    return {
        "variables": BackendVariables(backend.variables, expected.variables()),
        "blocks": BackendBlocks(backend.block, expected.blocks()),
    }


def pull_steps(
    stored: Sequence[Mapping[str, Any]], backend: Backend, expected: ExpectedResources = NOTHING_ELSE
) -> list[dict[str, Any]]:
    """Return pull steps with blocks and variables looked up, for a place without access to the backend.

    Other references stay. Raises StepFailed for one without a value.
    """
    scope = _BackendScope(**_values(backend, expected), leaves_unset=True)
    missing: list[Unresolved] = []
    found = []
    for index, step in enumerate(stored):
        found.append({name: resolve(inputs or {}, scope, missing.append) for name, inputs in step.items()})
        for each in missing:
            detail = f"Pull step {index + 1} has an input without a value. {each.reason.detail}"
            raise PullStepFailed(detail, hint=each.reason.hint, index=index)
    return found


class PullStepFailed(StepFailed):
    """A value of a pull step, counted from 0 by *index*, could not be looked up."""

    def __init__(self, detail: str, *, hint: str, index: int) -> None:
        super().__init__(detail, hint=hint)
        self.index = index


class _BackendScope(Scope):
    """A scope that resolves blocks and variables only."""

    def _output(self, name: str) -> Answer:  # noqa: ARG002
        return LEFT


def environment(
    claim: Claim, backend_url: str, variables: Mapping[str, Any], environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of a run: the worker's *environ*, ours over it, and `env` over both.

    A name whose value is null is removed. Raises StepFailed if `env` is not a mapping.
    """
    given = {**environ, "SYNTASK_BACKEND": backend_url, **run_variables(claim, variables)}
    return {name: value for name, value in given.items() if value is not None}


def run_variables(claim: Claim, variables: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the variables that identify a run, and `env` over them; null values remove a name.

    Raises StepFailed if `env` is not a mapping.
    """
    env = variables.get("env") or {}
    if not isinstance(env, Mapping):
        raise StepFailed("The job variable `env` is not a mapping.", hint="Write `NAME: VALUE` below it.")
    return {
        **AT_START,
        RUN_ID: claim.run.id,
        "SYNTASK__FLOW_RUN_NAME": claim.run.name,
        "SYNTASK__DEPLOYMENT": claim.run.deployment or "",
        **{str(key): None if value is None else revealed_text(value) for key, value in env.items()},
    }
