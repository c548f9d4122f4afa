"""The runners, one for each type of work pool that `syntask` serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import ModuleType
from typing import cast

from syntask_yaml.errors import StepFailed
from syntask_yaml.worker.runner.base import Adopter, Launch, Leftovers, Legacy, Runner, Running
from syntask_yaml.worker.runner.process import process_runner, start_process


def _docker() -> ModuleType:
    """Return the runner for containers, which needs docker-py."""
    try:
        from syntask_yaml.worker.runner import docker
    except ImportError as error:
        detail = "Work pools of type `docker` require the Docker client for Python, which is not installed."
        raise StepFailed(detail, hint="Run `pip install 'syntask-yaml[docker]'`.") from error
    return docker


def _start_container(launch: Launch, /) -> Running:
    return cast("Running", _docker().start_container(launch))


def _adopt_container(legacy: Legacy, /) -> Running:
    return cast("Running", _docker().adopt_container(legacy))


def _docker_leftovers(store: str, environ: Mapping[str, str]) -> Leftovers:
    try:
        return cast("Leftovers", _docker().leftovers(store, environ))
    except StepFailed:  # no run of it can have begun here
        return _NoLeftovers()


class _NoLeftovers:
    def tick(self, _now: datetime, _is_over: Callable[[str], bool], /) -> None:
        pass


def _find_engine(environ: Mapping[str, str]) -> None:
    _docker().find_engine(environ)


# All tables are by work pool type.
RUNNERS: Mapping[str, Runner] = {"process": start_process, "docker": _start_container}


def runners_of_worker(environ: Mapping[str, str]) -> Mapping[str, Runner]:
    """Return the runners for the runs of a worker with *environ*."""
    return {**RUNNERS, "process": process_runner(environ)}


# Adopters of runs that outlive their worker.
ADOPTERS: Mapping[str, Adopter] = {"docker": _adopt_container}
# Cleaners of leftovers, for a store and the environment of a worker.
LEFTOVERS: Mapping[str, Callable[[str, Mapping[str, str]], Leftovers]] = {"docker": _docker_leftovers}
# Checks that raise StepFailed if the environment of a worker lacks a prerequisite of its runs.
NEEDS: Mapping[str, Callable[[Mapping[str, str]], None]] = {"docker": _find_engine}
