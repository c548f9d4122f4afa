"""Runs as containers of Docker or Podman."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.engine import open_engine
from syntask_yaml.steps.scrubber import secrets_in
from syntask_yaml.worker.container.journal import JournalWriter
from syntask_yaml.worker.container.leftovers import ContainerLeftovers
from syntask_yaml.worker.container.life import BOX, DRY_RUN, RUN, START, STORE, ContainerLife
from syntask_yaml.worker.container.options import container_plan
from syntask_yaml.worker.container.package import package_in
from syntask_yaml.worker.container.run import ContainerRun
from syntask_yaml.worker.container.run_directory import Order, RunDirectory
from syntask_yaml.worker.run_environment import pull_steps, run_variables
from syntask_yaml.worker.runner.base import Launch, Legacy


def start_container(launch: Launch, *, patience: float | None = None) -> ContainerRun:
    """Start a run as a container with the job variables of prefect-docker.

    Slow operations, such as the pull of the image, happen afterwards. With *patience*, the run ends unless it
    gets `go` within so many seconds. Raises StepFailed, OSError.
    """
    claim, variables = launch.claim, launch.variables
    start = claim.token[:8] or "box"
    run_directory = RunDirectory(launch.directory / start)
    plan = container_plan(
        variables,
        run_id=claim.run.id,
        run_name=claim.run.name,
        directory=run_directory.directory,
        package=package_in(launch.home),
    )
    steps = pull_steps(claim.pull_steps, launch.backend, launch.expected)
    order = Order.of(
        launch.job,
        pull_steps=steps,
        environ=run_variables(claim, variables),
        command=plan.command,
        log_limit=launch.log_limit,
        patience=patience,
        secrets=tuple(secrets_in([variables, steps])),
    )
    run_directory.make()
    with closing(JournalWriter(run_directory.journal)) as journal:
        journal.begin(claim.logged)
    life = ContainerLife(
        labels={
            STORE: launch.backend.url if claim.token else DRY_RUN,
            RUN: claim.run.id,
            START: start,
            BOX: str(run_directory.directory),
        },
        context=StepContext(Path(), launch.environ),
        run_directory=run_directory,
        plan=plan,
        give_order=lambda entrypoint: run_directory.put(order.with_entrypoint(entrypoint)),
    )
    return ContainerRun(life)


def adopt_container(legacy: Legacy) -> ContainerRun:
    """Find the container of a run that another worker started, by its labels."""
    life = ContainerLife(
        labels={STORE: legacy.backend.url, RUN: legacy.claim.run.id},
        context=StepContext(Path(), legacy.environ),
        directory=legacy.directory,
    )
    return ContainerRun(life)


def find_engine(environ: Mapping[str, str]) -> None:
    """Raise EngineFailed if no engine answers."""
    with open_engine(StepContext(Path(), environ)):
        pass


def leftovers(store: str, environ: Mapping[str, str]) -> ContainerLeftovers:
    """Return a function that removes leftover containers of *store* from the engine of *environ*."""
    return ContainerLeftovers(store, environ)
