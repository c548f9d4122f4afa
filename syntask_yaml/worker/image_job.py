"""The job of a dry run in an image: the input of the container, and its options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.prefect.names import DIALECTS
from syntask_yaml.errors import StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.events import Observer
from syntask_yaml.model.job_variables import with_defaults
from syntask_yaml.model.secret import Secret, revealed, revealed_text
from syntask_yaml.operations.check import Failure
from syntask_yaml.operations.expected import ExpectedResources
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.worker.dry_run import claim_of, failure_to_start
from syntask_yaml.worker.run_environment import NOTHING_ELSE, PullStepFailed, looked_up, pull_steps

_LOGINS = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")
# Job variables for the engine, with docker-py's names.
_HOST_OPTIONS: Mapping[str, str] = {"network_mode": "network_mode", "volumes": "binds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCheck:
    """A dry run of *deployment* in a container of *image*, or of the image of its job variables if empty.

    *environ* is added to the environment of the image, *context* is that of this machine. *expected* objects
    count as if the backend had them. *timeout* is in seconds, without the pull of the image.
    """

    deployment: Deployment
    backend: Backend
    image: str
    environ: Mapping[str, str]
    context: StepContext
    timeout: float
    notify: Observer
    expected: ExpectedResources = NOTHING_ELSE


@dataclass(frozen=True, slots=True)
class ImageJob:
    """The input of the container with plain secrets, which *scrubber* masks."""

    image: str
    given: bytes
    options: Mapping[str, Any]
    scrubber: Scrubber


class DryRunFailed(Exception):
    """The deployment could not be started in the image."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def image_of(check: ImageCheck) -> str:
    """Return the image to check. Raises DryRunFailed if none is named."""
    return check.image or _image_in(_job_variables(check))


def make_job(check: ImageCheck, environ: Mapping[str, str]) -> ImageJob:
    """Return the job of *check* with *environ*. Raises DryRunFailed if it cannot be prepared."""
    variables = _job_variables(check)
    env = variables.get("env") or {}
    if not isinstance(env, Mapping):
        hint = "Write `NAME: VALUE` below it."
        raise DryRunFailed(Failure("start", "The job variable `env` is not a mapping.", hint))
    steps = _pull_steps(check)
    document = {
        "environ": {
            **environ,
            **{str(key): revealed_text(value) for key, value in env.items() if value is not None},
        },
        "entrypoint": check.deployment.entrypoint or "",
        "parameters": check.deployment.parameters,
        "pull_steps": revealed(steps),
    }
    script = files("syntask_yaml.worker").joinpath("container_entrypoint.py").read_bytes()
    given = b"%d\n%s%s\n" % (len(script), script, json.dumps(document).encode())
    options = {theirs: variables[name] for name, theirs in _HOST_OPTIONS.items() if variables.get(name)}
    logins = {name: Secret(value) for name, value in environ.items() if name in _LOGINS}
    image = check.image or _image_in(variables)
    return ImageJob(image, given, options, Scrubber(secrets_in([variables, steps, logins])))


def _job_variables(check: ImageCheck) -> Mapping[str, Any]:
    """Return the job variables with resolved blocks and variables. Raises DryRunFailed."""
    try:
        claim = claim_of(check.deployment, check.backend, check.expected)
        template = with_defaults(claim.base_job_template, claim.job_variables)
        return looked_up(template, check.backend, check.expected)
    except StepFailed as error:
        raise DryRunFailed(Failure("start", error.detail, error.hint)) from error


def _image_in(variables: Mapping[str, Any]) -> str:
    image = str(variables.get("image") or "")
    if not image:
        detail = "Neither `work_pool.job_variables.image` nor the pool's template names an image."
        hint = "Use `--image NAME`, or add `image:` to the job variables."
        raise DryRunFailed(Failure("image", detail, hint))
    return image


def _pull_steps(check: ImageCheck) -> list[Mapping[str, Any]]:
    try:
        steps = pull_steps(check.deployment.pull_steps, check.backend, check.expected)
        return [_for_prefect(step) for step in steps]
    except PullStepFailed as error:
        raise DryRunFailed(failure_to_start(error)) from error


def _for_prefect(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a pull step under Prefect's name."""
    ((name, inputs),) = step.items()
    if builtin_of(name) is not None:  # Prefect's own steps have no limit
        inputs = {key: value for key, value in inputs.items() if key != "timeout"}
    return {next(iter(DIALECTS["prefect"].step({name: {}}))): inputs}
