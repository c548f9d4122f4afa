"""The interface of runners.

The worker polls: no method waits, and only `Runner.__call__` raises.
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
    """The parameters of a runner to start a run.

    *variables* are its job variables, with blocks and variables looked up, possibly with `Secret` values.
    *environ* is the environment of the worker. *directory* belongs to the run. It does not exist yet, and the
    worker removes it at the end; *home* is the parent of all runs' directories. *log_limit* bytes of a log
    are kept, None for all. *expected* objects count as if the backend had them.
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
    """Return the information about *run* for flow code, besides its id and parameters."""
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
    """The parameters of a runner to adopt a run of another worker. The fields are those of `Launch`."""

    claim: Claim
    backend: Backend
    environ: Mapping[str, str]
    directory: Path


class Running(Protocol):
    """A started run."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """File descriptors that become readable when there are reports."""
        ...

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None until the run has ended."""
        ...

    @property
    def logged(self) -> int:
        """The number of log lines before the first one that the run reports."""
        ...

    def hear(self, *, is_last: bool = False) -> Iterator[Report]:
        """Yield the new reports of the run: its own, and its output as log lines.

        With *is_last*, after its end, also incomplete ones.
        """
        ...

    def skip_output(self) -> Amount:
        """Drop the output since the last call, and return its amount."""
        ...

    def go(self) -> None:
        """Let the run call the flow, after it reported that it is ready."""
        ...

    def stop(self, *, force: bool = False) -> None:
        """Ask the run and all of its processes to end; with *force*, kill them."""
        ...

    def explain(self, code: int) -> str:
        """Describe the end of a run that reported no result, with a hint if there is one."""
        ...

    def cause(self, code: int) -> Cause:
        """Return the same for programs."""
        ...

    def let_go(self) -> bool:
        """Leave the run to the worker that has it now; return False if it would not continue."""
        ...

    def close(self) -> None:
        """Kill remaining processes of the run, and release its resources."""
        ...


class Runner(Protocol):
    """A function that starts runs."""

    def __call__(self, launch: Launch, /) -> Running:
        """Start a run.

        Raises StepFailed for an invalid job variable, OSError or ValueError if the program or directory does
        not exist, or the environment is invalid.
        """
        ...


class Adopter(Protocol):
    """A function that finds a run that another worker started, and that outlived it."""

    def __call__(self, legacy: Legacy, /) -> Running:
        """Return the run, which reports everything from its start on, and its end if it has ended."""
        ...


class Leftovers(Protocol):
    """A cleaner of leftovers of runs that ended, or never began, while they had no worker."""

    def tick(self, now: datetime, is_over: Callable[[str], bool], /) -> None:
        """Do the work that is due at *now*, without waiting; *is_over* returns whether a run id has ended."""
        ...
