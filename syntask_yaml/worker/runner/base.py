"""The port: what executes a run for the worker, on this machine or elsewhere.

The worker polls: no verb waits, and none but `Runner.__call__` raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from syntask_yaml.backend.queue import Claim
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import Job, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a run is started with.

    *variables* are its job variables, with blocks and variables looked up: they can contain `Secret`s.
    *environ* is the environment of the worker. *directory* belongs to the run. It does not exist yet, and
    the worker removes it at the end.
    """

    claim: Claim
    variables: Mapping[str, Any]
    backend_url: str
    environ: Mapping[str, str]
    directory: Path

    @property
    def job(self) -> Job:
        return Job(
            run_id=self.claim.run.id,
            entrypoint=self.claim.entrypoint,
            backend=self.backend_url,
            parameters=self.claim.parameters,
            pull_steps=self.claim.pull_steps,
        )


class Running(Protocol):
    """A run that was started."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """File descriptors that become readable when there is something to hear."""
        ...

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None until the run has ended."""
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
