"""Runs that are done again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import BackendConflict, BackendUnreachable, SyntaskError
from syntask_yaml.model.run import Run


@dataclass(frozen=True, slots=True)
class Retry:
    """What became of the retry of *run*: the run *by* which it is done again, or why it is not."""

    run: Run
    by: Run | None = None
    error: SyntaskError | None = None

    @property
    def action(self) -> str:
        """Whether it is retried, was skipped because it need not or cannot be, or failed."""
        if self.error is None:
            return "retried"
        return "skipped" if isinstance(self.error, BackendConflict) else "failed"


def retry_each(backend: Backend, runs: Iterable[Run], *, again: bool) -> Iterator[Retry]:
    """Do the *runs* again, one after the other; one that cannot be stops no other.

    Once a server is gone, nothing more is tried.
    """
    gone: BackendUnreachable | None = None
    for run in runs:
        try:
            if gone is not None:
                raise gone.of_the_rest
            retry = Retry(run, by=backend.retry(run.id, again=again))
        except SyntaskError as error:
            if isinstance(error, BackendUnreachable):
                gone = gone or error
            retry = Retry(run, error=error)
        yield retry
