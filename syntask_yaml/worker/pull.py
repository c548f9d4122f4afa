"""The pull steps of a run, in its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syntask_yaml import processes
from syntask_yaml.model.block import Block
from syntask_yaml.model.events import Event, StepOutput, StepStarted
from syntask_yaml.model.secret import with_secret_texts
from syntask_yaml.model.step import Step
from syntask_yaml.operations.backend_values import BackendBlocks, BackendVariables
from syntask_yaml.steps.base import Policy, StepContext
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope
from syntask_yaml.worker.protocol import Job

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend


def pull(job: Job) -> None:
    """Run the job's pull steps, and change to the directory of the code."""
    processes.stay_together()
    backend = cache(partial(_open, job.backend))  # lazily, for steps that need a block or a variable
    blocks = BackendBlocks(lambda *key: backend().block(*key), dict(map(_block, job.blocks.items())))
    variables = BackendVariables(lambda: backend().variables(), job.variables)
    context = StepContext(Path.cwd(), os.environ, blocks=blocks)
    outputs = run_steps(
        [_step(stored, index) for index, stored in enumerate(job.pull_steps)],
        section="pull",
        label="pull",
        context=context,
        scope=Scope(environ=os.environ, variables=variables, blocks=blocks),
        notify=_show,
        policy=Policy(in_process=True),
    )
    directory = outputs.get("directory")
    os.chdir(context.directory / str(directory) if directory else context.directory)


def _open(url: str) -> Backend:
    from syntask_yaml.backend.connect import connect

    return connect(url, store=Path(), environ=os.environ)


def _block(expected: tuple[str, Mapping[str, Any]]) -> tuple[str, Block]:
    """Return an expected block, any string of which may be a secret."""
    full_name, data = expected
    kind, _, name = full_name.partition("/")
    return full_name, Block(kind, name, {key: with_secret_texts(value) for key, value in data.items()})


def _step(stored: Mapping[str, Any], index: int) -> Step:
    name, given = next(iter(stored.items()))
    inputs = dict(given or {})
    identity, requires = inputs.pop("id", None), inputs.pop("requires", ())
    return Step(
        name=name,
        inputs=inputs,
        id=identity,
        requires=(requires,) if isinstance(requires, str) else tuple(requires),
        path=("pull", index),
    )


def _show(event: Event) -> None:
    match event:
        case StepStarted(_, _, step):
            sys.stdout.write(f"pull: {step.rpartition('.')[2]}\n")
        case StepOutput(_, line, is_error):
            (sys.stderr if is_error else sys.stdout).write(f"{line}\n")
