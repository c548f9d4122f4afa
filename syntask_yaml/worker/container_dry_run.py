"""A dry run in a container of the deployment's image: everything up to the call of the flow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from time import monotonic
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.prefect.names import DIALECTS
from syntask_yaml.backend.prefect.settings import stock_environ
from syntask_yaml.errors import StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.events import Observer, StepOutput
from syntask_yaml.model.job_variables import with_defaults
from syntask_yaml.model.secret import Secret, revealed, revealed_text
from syntask_yaml.operations.check import Failure
from syntask_yaml.operations.expected import ExpectedResources
from syntask_yaml.settings import read_settings
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.container import OUT, NoSuchProgram, bring, lines_of_container
from syntask_yaml.steps.docker.containers import find_containers, remove_container
from syntask_yaml.steps.docker.engine import Engine, open_engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.worker.container.life import DRY_RUN, PYTHONS, STORE
from syntask_yaml.worker.dry_run import (
    DryRunResult,
    claim_of,
    dry_run,
    failure_of,
    failure_to_start,
    pool_of,
    too_long,
)
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.run_environment import NOTHING_ELSE, PullStepFailed, looked_up, pull_steps
from syntask_yaml.worker.runner.base import Launch, Running
from syntask_yaml.worker.runner.docker import start_container

# The script is sent on the input too: anyone who may ask the engine can see arguments and environment.
_BEGIN = (
    "import sys; r = sys.stdin.buffer; exec(compile(r.read(int(r.readline())), 'syntask-check', 'exec'), "
    "{'__name__': '__main__'})"
)
_LOGINS = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")
# Job variables for the place where a container runs, with docker-py's names.
_HOST_OPTIONS: Mapping[str, str] = {"network_mode": "network_mode", "volumes": "binds"}


@dataclass(frozen=True, slots=True)
class _Job:
    """What the container gets, secrets in clear; *scrubber* masks them."""

    image: str
    given: bytes
    options: Mapping[str, Any]
    scrubber: Scrubber


class _Failed(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def dry_run_in_container(
    deployment: Deployment,
    backend: Backend,
    *,
    image: str,
    environ: Mapping[str, str],
    context: StepContext,
    timeout: float,
    notify: Observer,
    expected: ExpectedResources = NOTHING_ELSE,
) -> DryRunResult:
    """Do in a container of *image* what a worker's program does there, with *environ* and, if the backend is
    a server, its address.

    With an empty *image*, that of the job variables is used. Blocks and variables are looked up here; what is
    *expected* of the backend counts as if it were there.
    Taking longer than *timeout* seconds, without the pull of the image, is a failure. The container is
    removed when this returns. In a docker pool of our own backend, a run is started there as our worker
    does; elsewhere, with the Prefect or else the Syntask of the image.
    """
    began = monotonic()
    pool = pool_of(deployment, backend, expected)
    if backend.features.has_own_worker and pool is not None and pool.type == "docker":
        try:
            return _as_our_worker(deployment, backend, image, environ, context, timeout, notify, expected)
        except _Failed as error:
            return DryRunResult(monotonic() - began, error.failure)
    server = {} if backend.features.has_own_worker else stock_environ(backend.url, context.environ)
    try:
        job = _job(deployment, backend, image, {**server, **environ}, expected)
        report = _report_of(job, context, deployment.full_name, timeout, notify)
    except _Failed as error:
        return DryRunResult(monotonic() - began, error.failure)
    return DryRunResult(monotonic() - began, None if report.kind == "ready" else failure_of(report))


def _as_our_worker(
    deployment: Deployment,
    backend: Backend,
    image: str,
    environ: Mapping[str, str],
    context: StepContext,
    timeout: float,
    notify: Observer,
    expected: ExpectedResources,
) -> DryRunResult:
    def start(launch: Launch) -> Running:
        env = {**environ, **(launch.variables.get("env") or {})}
        variables = {**launch.variables, "env": env, "auto_remove": True, "image_pull_policy": "IfNotPresent"}
        # The package is made once, and not below the directory of this check.
        home = read_settings(context.environ).home
        launch = replace(launch, home=home, variables={**variables, "image": brought})
        return start_container(launch, patience=timeout)

    brought = image or _image_of(deployment, backend, expected)
    try:
        with open_engine(context) as engine:
            for left in find_containers(engine, {STORE: DRY_RUN}):  # by a check that was killed
                if left.has_ended:
                    remove_container(engine, left.id)
            _bring(brought, engine)
    except EngineFailed as error:
        raise _Failed(Failure("engine", error.detail, error.hint)) from error
    return dry_run(
        deployment,
        backend,
        environ=context.environ,
        timeout=timeout,
        notify=notify,
        expected=expected,
        start=start,
    )


def _image_of(deployment: Deployment, backend: Backend, expected: ExpectedResources) -> str:
    claim = claim_of(deployment, backend, expected)
    try:
        job = looked_up(with_defaults(claim.base_job_template, claim.job_variables), backend, expected)
    except StepFailed as error:
        raise _Failed(Failure("start", error.detail, error.hint)) from error
    return _named(str(job.get("image") or ""))


def _named(image: str) -> str:
    if not image:
        detail = "Neither `work_pool.job_variables.image` nor the pool's template names an image."
        raise _Failed(Failure("image", detail, "Use `--image NAME`, or add `image:` to the job variables."))
    return image


def _bring(image: str, engine: Engine) -> None:
    try:
        bring(image, engine)
    except EngineFailed as error:
        detail = f"The image `{image}` does not exist here and cannot be pulled. {error.detail}"
        hint = error.hint or "Build it first: `syntask render --after-build` runs the build steps."
        raise _Failed(Failure("image", detail, hint)) from error


def _report_of(job: _Job, context: StepContext, label: str, timeout: float, notify: Observer) -> Report:
    """Return the report of the container, and pass its output to *notify*."""
    stage = "engine"
    try:
        with open_engine(context) as engine:
            stage = "start"
            _bring(job.image, engine)
            deadline = monotonic() + timeout
            for python in PYTHONS:
                with suppress(NoSuchProgram):
                    return _run(job, python, engine, label, deadline, notify)
    except EngineFailed as error:
        raise _Failed(Failure(stage, job.scrubber.scrub(error.detail), error.hint)) from error
    except TimeoutError:
        raise _Failed(too_long()) from None
    detail = f"The image `{job.image}` has no Python: neither `python` nor `python3` is on its PATH."
    raise _Failed(Failure("image", detail, "Use a base image with Python and Prefect."))


def _run(job: _Job, python: str, engine: Engine, label: str, deadline: float, notify: Observer) -> Report:
    words = (python, "-u", "-c", _BEGIN)
    report: Report | None = None
    last = ""
    lines = lines_of_container(
        engine,
        job.image,
        words,
        given=job.given,
        deadline=deadline,
        is_last=lambda where, line: where == OUT and _decoded(line) is not None,
        options=job.options,
    )
    with closing(lines):
        for where, line in lines:
            text = job.scrubber.scrub(line)
            found = _decoded(text) if where == OUT else None
            if found is not None:
                report = report or found
                continue
            notify(StepOutput(label, text, is_error=False))
            last = text.strip() or last
    if report is not None:
        return report
    detail = f"The container of `{job.image}` exited without a report."
    raise _Failed(Failure("start", f"{detail} Its last line of output: {last}" if last else detail))


def _decoded(line: str) -> Report | None:
    report = Report.decode(line.encode(errors="replace"))
    return None if report.kind == "damaged" else report  # output of the image's own entrypoint


def _job(
    deployment: Deployment,
    backend: Backend,
    image: str,
    environ: Mapping[str, str],
    expected: ExpectedResources,
) -> _Job:
    try:
        claim = claim_of(deployment, backend, expected)
        template = with_defaults(claim.base_job_template, claim.job_variables)
        variables = looked_up(template, backend, expected)
    except StepFailed as error:
        raise _Failed(Failure("start", error.detail, error.hint)) from error
    image = _named(image or str(variables.get("image") or ""))
    env = variables.get("env") or {}
    if not isinstance(env, Mapping):
        hint = "Write `NAME: VALUE` below it."
        raise _Failed(Failure("start", "The job variable `env` is not a mapping.", hint))
    try:
        steps = [_for_prefect(step) for step in pull_steps(deployment.pull_steps, backend, expected)]
    except PullStepFailed as error:
        raise _Failed(failure_to_start(error)) from error
    document = {
        "environ": {
            **environ,
            **{str(key): revealed_text(value) for key, value in env.items() if value is not None},
        },
        "entrypoint": deployment.entrypoint or "",
        "parameters": deployment.parameters,
        "pull_steps": revealed(steps),
    }
    script = files("syntask_yaml.worker").joinpath("container_entrypoint.py").read_bytes()
    given = b"%d\n%s%s\n" % (len(script), script, json.dumps(document).encode())
    options = {theirs: variables[name] for name, theirs in _HOST_OPTIONS.items() if variables.get(name)}
    logins = {name: Secret(value) for name, value in environ.items() if name in _LOGINS}
    return _Job(image, given, options, Scrubber(secrets_in([variables, steps, logins])))


def _for_prefect(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a pull step under Prefect's name."""
    ((name, inputs),) = step.items()
    if builtin_of(name) is not None:  # Prefect's own have no limit
        inputs = {key: value for key, value in inputs.items() if key != "timeout"}
    return {next(iter(DIALECTS["prefect"].step({name: {}}))): inputs}
