"""The interface of runners.

The worker polls: no verb waits, and none but `Runner.__call__` raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.queue import Claim
from syntask_yaml.model.run import Cause, Run
from syntask_yaml.operations.expected import ExpectedResources
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import Job, Report
from syntask_yaml.worker.run_environment import NOTHING_ELSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a runner needs to start a run.

    *variables* are its job variables, with blocks and variables looked up: they can contain `Secret`s.
    *environ* is the environment of the worker. *directory* belongs to the run. It does not exist yet, and
    the worker removes it at the end; *home* is that of all runs. *log_limit* bytes of a log are kept, None
    for all. What is *expected* of the backend counts as if it were there.
    """

    claim: Claim
    variables: Mapping[str, Any]
    backend: Backend
    environ: Mapping[str, str]
    directory: Path
    home: Path
    log_limit: int | None = None
    expected: ExpectedResources = NOTHING_ELSE

    @property
    def job(self) -> Job:
        return Job(
            run_id=self.claim.run.id,
            entrypoint=self.claim.entrypoint,
            backend=self.backend.url,
            parameters=self.claim.parameters,
            pull_steps=self.claim.pull_steps,
            about=_about(self.claim.run),
        )


def _about(run: Run) -> dict[str, Any]:
    """Return what flow code can ask of *run*, besides its id and parameters."""
    return {
        "name": run.name,
        "flow": run.flow,
        "tags": list(run.tags),
        "deployment": run.deployment and run.deployment.partition("/")[2],
        "deployment_id": run.deployment_id,
        "scheduled": run.scheduled and run.scheduled.isoformat(),
        "work_pool": run.work_pool,
        "work_queue": run.work_queue,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Legacy:
    """What a runner needs to find a run of another worker. The fields are those of `Launch`."""

    claim: Claim
    backend: Backend
    environ: Mapping[str, str]
    directory: Path


class Running(Protocol):
    """A run that was started."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """File descriptors that become readable when there is something to hear."""
        ...

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None until the run has ended."""
        ...

    @property
    def logged(self) -> int:
        """The number of log lines before the first one that the run reports."""
        ...

    def hear(self, *, is_last: bool = False) -> Iterator[Report]:
        """Yield what the run reported since: its own reports, and its output as log lines.

        With *is_last*, after its end, also what it did not finish.
        """
        ...

    def skip_output(self) -> Amount:
        """Drop the output since, and return how much it was."""
        ...

    def go(self) -> None:
        """Let the run call the flow. Before that, it has reported that it is ready."""
        ...

    def stop(self, *, force: bool = False) -> None:
        """Ask the run and all that it started to end; with *force*, end them."""
        ...

    def explain(self, code: int) -> str:
        """Say how a run ended that reported no result, and what to do if there is something."""
        ...

    def cause(self, code: int) -> Cause:
        """Return the same for programs."""
        ...

    def let_go(self) -> bool:
        """Leave the run as it is, for the worker that has it now; False where it would not go on."""
        ...

    def close(self) -> None:
        """End what the run left behind, and release its resources."""
        ...


class Runner(Protocol):
    """Starts runs."""

    def __call__(self, launch: Launch, /) -> Running:
        """Start a run.

        Raises StepFailed for a job variable that cannot be used, OSError or ValueError where there is no
        such program or directory, or no process can have such an environment.
        """
        ...


class Adopter(Protocol):
    """Finds runs again that another worker started, and that outlived it."""

    def __call__(self, legacy: Legacy, /) -> Running:
        """Return the run, which reports everything from its start on, and how it ended if it has."""
        ...


class Leftovers(Protocol):
    """Removes what runs left behind that ended, or never began, while they had no worker."""

    def tick(self, now: datetime, is_over: Callable[[str], bool], /) -> None:
        """Do what is due at *now*, without waiting; *is_over* tells of a run's id whether it has ended."""
        ...
