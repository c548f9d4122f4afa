"""A dry run in a container of the deployment's image, up to the call of the flow."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

from syntask_yaml.backend.prefect.settings import stock_environ
from syntask_yaml.model.events import Observer, StepOutput
from syntask_yaml.operations.check import Failure
from syntask_yaml.settings import read_settings
from syntask_yaml.steps.docker.container import OUT, NoSuchProgram, bring, lines_of_container
from syntask_yaml.steps.docker.containers import find_containers, remove_container
from syntask_yaml.steps.docker.engine import Engine, open_engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.worker.container.life import DRY_RUN, PYTHONS, STORE
from syntask_yaml.worker.dry_run import DryRunResult, dry_run, failure_of, pool_of, too_long
from syntask_yaml.worker.image_job import DryRunFailed, ImageCheck, ImageJob, image_of, make_job
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.runner.base import Launch, Running
from syntask_yaml.worker.runner.docker import start_container

# The script is sent on the input too, because arguments and environment are visible to all users of the
# engine.
_BEGIN = (
    "import sys; r = sys.stdin.buffer; exec(compile(r.read(int(r.readline())), 'syntask-check', 'exec'), "
    "{'__name__': '__main__'})"
)


class _Attempt(NamedTuple):
    """A job in an engine, until *deadline*; *notify* receives its output under *label*."""

    job: ImageJob
    engine: Engine
    deadline: float
    label: str
    notify: Observer


def dry_run_in_container(check: ImageCheck) -> DryRunResult:
    """Do the work of a run in a container up to the call of the flow, and remove the container.

    In a docker pool of an embedded backend, the run is started as by our worker; elsewhere, with the image's
    Prefect or else Syntask, and the address of the server.
    """
    began = monotonic()
    try:
        if _has_our_worker(check):
            return _as_our_worker(check)
        report = _report_of(check, make_job(check, _environ(check)))
    except DryRunFailed as error:
        return DryRunResult(monotonic() - began, error.failure)
    return DryRunResult(monotonic() - began, None if report.kind == "ready" else failure_of(report))


def _has_our_worker(check: ImageCheck) -> bool:
    pool = pool_of(check.deployment, check.backend, check.expected)
    return check.backend.features.has_own_worker and pool is not None and pool.type == "docker"


def _environ(check: ImageCheck) -> Mapping[str, str]:
    if check.backend.features.has_own_worker:
        return check.environ
    return {**stock_environ(check.backend.url, check.context.environ), **check.environ}


def _as_our_worker(check: ImageCheck) -> DryRunResult:
    def start(launch: Launch) -> Running:
        env = {**check.environ, **(launch.variables.get("env") or {})}
        variables = {**launch.variables, "env": env, "auto_remove": True, "image_pull_policy": "IfNotPresent"}
        # The package is created once, outside of the directory of this check.
        home = read_settings(check.context.environ).home
        launch = replace(launch, home=home, variables={**variables, "image": image})
        return start_container(launch, patience=check.timeout)

    image = image_of(check)
    try:
        with open_engine(check.context) as engine:
            for left in find_containers(engine, {STORE: DRY_RUN}):  # left by a killed check
                if left.has_ended:
                    remove_container(engine, left.id)
            _pull_image(image, engine)
    except EngineFailed as error:
        raise DryRunFailed(Failure("engine", error.detail, error.hint)) from error
    return dry_run(
        check.deployment,
        check.backend,
        environ=check.context.environ,
        timeout=check.timeout,
        notify=check.notify,
        expected=check.expected,
        start=start,
    )


def _pull_image(image: str, engine: Engine) -> None:
    try:
        bring(image, engine)
    except EngineFailed as error:
        detail = f"The image `{image}` does not exist here and cannot be pulled. {error.detail}"
        hint = error.hint or "Build it first: `syntask render --after-build` runs the build steps."
        raise DryRunFailed(Failure("image", detail, hint)) from error


def _report_of(check: ImageCheck, job: ImageJob) -> Report:
    """Return the report of the container, and forward its output."""
    stage = "engine"
    try:
        with open_engine(check.context) as engine:
            stage = "start"
            _pull_image(job.image, engine)
            deadline = monotonic() + check.timeout
            attempt = _Attempt(job, engine, deadline, check.deployment.full_name, check.notify)
            for python in PYTHONS:
                with suppress(NoSuchProgram):
                    return _run(attempt, python)
    except EngineFailed as error:
        raise DryRunFailed(Failure(stage, job.scrubber.scrub(error.detail), error.hint)) from error
    except TimeoutError:
        raise DryRunFailed(too_long()) from None
    detail = f"The image `{job.image}` has no Python: neither `python` nor `python3` is on its PATH."
    raise DryRunFailed(Failure("image", detail, "Use a base image with Python and Prefect."))


def _run(attempt: _Attempt, python: str) -> Report:
    """Run the job with the program *python*. Raises NoSuchProgram, DryRunFailed, and errors of the engine."""
    job = attempt.job
    report: Report | None = None
    last = ""
    lines = lines_of_container(
        attempt.engine,
        job.image,
        (python, "-u", "-c", _BEGIN),
        given=job.given,
        deadline=attempt.deadline,
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
            attempt.notify(StepOutput(attempt.label, text, is_error=False))
            last = text.strip() or last
    if report is not None:
        return report
    detail = f"The container of `{job.image}` exited without a report."
    raise DryRunFailed(Failure("start", f"{detail} Its last line of output: {last}" if last else detail))


def _decoded(line: str) -> Report | None:
    report = Report.decode(line.encode(errors="replace"))
    return None if report.kind == "damaged" else report  # output of the image's own entrypoint
