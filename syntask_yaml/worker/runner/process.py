"""Runs as child processes of the worker."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from syntask_yaml.model.secret import revealed
from syntask_yaml.worker.fork_client import ForkingSpawn, can_fork
from syntask_yaml.worker.run_directory import working_directory
from syntask_yaml.worker.run_environment import AT_START, environment
from syntask_yaml.worker.run_process import RunProcess
from syntask_yaml.worker.runner.base import Launch, Runner
from syntask_yaml.worker.spawn import Spawn, spawn_program

# `-P`: no file of the user can shadow a module that the start of a run needs.
DEFAULT_COMMAND = (sys.executable, "-P", "-m", "syntask_yaml.worker.child")


def start_process(launch: Launch, *, spawn: Spawn = spawn_program) -> RunProcess:
    """Start a run as a process: the `command` in the `working_dir` of the job variables, with their `env`."""
    variables = launch.variables
    environ = environment(launch.claim, launch.backend.url, variables, launch.environ)
    command = str(variables.get("command") or "")
    words = shlex.split(command) if command else DEFAULT_COMMAND
    with working_directory(variables.get("working_dir"), launch.directory) as directory:
        job = replace(launch.job, **_expected(launch))
        return RunProcess(job, words, directory=directory, environ=environ, spawn=spawn)


def _expected(launch: Launch) -> dict[str, Any]:
    """Return the objects that count as if the backend had them, with plain secrets."""
    blocks = {name: revealed(block.data) for name, block in launch.expected.blocks().items()}
    return {"variables": launch.expected.variables(), "blocks": blocks}


def process_runner(environ: Mapping[str, str]) -> Runner:
    """Return a runner for a worker with *environ*, which forks runs if possible."""
    if not can_fork():
        return start_process
    return partial(start_process, spawn=ForkingSpawn(DEFAULT_COMMAND, {**environ, **AT_START}))
