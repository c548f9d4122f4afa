"""Run the pull steps of a run, in its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syntask_yaml import processes
from syntask_yaml.model.events import Event, StepOutput, StepStarted
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import Policy, StepContext
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope
from syntask_yaml.worker.protocol import Job

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend
    from syntask_yaml.model.block import Block
    from syntask_yaml.operations.backend_values import BackendVariables


def pull(job: Job) -> None:
    """Run the job's pull steps, and change to the directory of the code."""
    processes.stay_together()
    backend = _LazyBackend(job.backend)
    context = StepContext(Path.cwd(), os.environ, blocks=backend.block)
    outputs = run_steps(
        [_step(stored, index) for index, stored in enumerate(job.pull_steps)],
        section="pull",
        label="pull",
        context=context,
        scope=Scope(environ=os.environ, variables=backend.variables, blocks=backend.block),
        notify=_show,
        policy=Policy(in_process=True),
    )
    directory = outputs.get("directory")
    os.chdir(context.directory / str(directory) if directory else context.directory)


class _LazyBackend:
    """The backend, imported and opened only if a step needs a block or a variable."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def _backend(self) -> Backend:
        from syntask_yaml.backend.connect import connect

        return connect(self._url, store=Path(), environ=os.environ)

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        return _LazyVariables(self)

    def block(self, type: str, name: str) -> Block | None:
        from syntask_yaml.operations.backend_values import BackendBlocks

        return BackendBlocks(self._backend)(type, name)

    def open(self) -> BackendVariables:
        from syntask_yaml.operations.backend_values import BackendVariables

        return BackendVariables(self._backend)


class _LazyVariables(Mapping[str, Any]):
    def __init__(self, backend: _LazyBackend) -> None:
        self._backend = backend

    @cached_property
    def _values(self) -> BackendVariables:
        return self._backend.open()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


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
