"""One claimed run from its start to its final state."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.clock import has_passed
from syntask_yaml.backend.queue import Claim, RunQueue
from syntask_yaml.errors import BackendError, NotFound, StepFailed
from syntask_yaml.model.run import LogLine, State, StateType
from syntask_yaml.operations.secret_variables import HINT, secret_problem
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.worker.backlog import Backlog
from syntask_yaml.worker.log_limit import LogLimit
from syntask_yaml.worker.protocol import LONGEST_TEXT, Report
from syntask_yaml.worker.run_environment import job_variables, own_directory, remove_directory
from syntask_yaml.worker.runner.base import Launch, Runner, Running

# Far above the levels of `logging`; a store cannot hold every number.
_HIGHEST = 1000


@dataclass
class Execution:
    """A run that was started, until the store has everything that it reported.

    *directory* belongs to it and is removed at the end, whether or not it runs there. *is_over*: it has
    ended. Secrets from its job variables are masked in everything that it reports.
    """

    claim: Claim
    running: Running
    directory: Path
    is_over: bool = False
    _scrubber: Scrubber = field(default_factory=Scrubber)
    _log_limit: LogLimit = field(default_factory=LogLimit)
    _damaged: int = 0
    _result: State | None = None
    _asked: datetime | None = None
    _grace: float = 0.0
    _cancelled: str | None = None
    _is_ready: bool = False

    def __post_init__(self) -> None:
        self._backlog = Backlog(self.directory)

    @property
    def descriptors(self) -> tuple[int, ...]:
        return () if self.is_over else self.running.descriptors

    def hear(self, now: datetime) -> None:
        """Collect what the run reported until *now*, and whether it has ended."""
        if self.is_over:
            return
        code = self.running.poll()
        for report in self._reports(is_last=code is not None):
            match report.kind:
                case "log" | "damaged":
                    self._backlog.add(self._lines(report, now))
                case "ready":
                    self._backlog.states.append(State(StateType.RUNNING))
                    self._is_ready = True
                case "retrying":
                    state = State(StateType.RUNNING, "Retrying", self._brief(report.message))
                    self._backlog.states.append(state)
                case _:
                    self._result = self._ended(report)
        if code is not None:
            self._backlog.add(self._last_words(now))
            self._backlog.states.append(self._final(code))
            self.running.close()
            self.is_over = True
        elif self._asked is not None and has_passed(self._asked, self._grace, now):
            self.running.stop(force=True)

    def put_aside(self) -> None:
        """Keep on disk what the store cannot take for now; count what the disk cannot take."""
        for line in self._backlog.put_aside():
            self._log_limit.leave_out(line.message)

    def deliver(self, queue: RunQueue, now: datetime) -> Iterator[State]:
        """Write what the run has reported to *queue*, and yield the states that it accepted.

        After that, a run that is ready calls its flow; a run that another worker has is ended. Raises
        BackendError if the store fails.
        """
        is_ready, self._is_ready = self._is_ready, False
        try:
            yield from self._backlog.deliver(queue, self.claim, now)
        except NotFound:  # the run was deleted
            self._backlog.states = self._backlog.states or [State(StateType.CRASHED)]
        except BackendError:
            self._is_ready = is_ready
            raise
        if self._backlog.states:
            self._backlog.states.clear()
            self.kill()  # another worker took the run over
        elif is_ready:
            self.running.go()

    def _reports(self, *, is_last: bool) -> Iterator[Report]:
        """Yield what the run reported since; beyond the log limit, its output is only counted."""
        if self._log_limit.is_reached:
            self._log_limit.left_out += self.running.skip_output()
        return self.running.hear(is_last=is_last)

    def _lines(self, report: Report, now: datetime) -> Iterator[LogLine]:
        """Yield the log line of *report*, masked, unless it exceeds the log limit."""
        logger = report.logger
        if report.kind == "damaged":
            self._damaged += 1
            logger = "report"
        if self._log_limit.admits(report.message, is_own=not logger):
            message = self._scrubber.scrub(report.message)
            yield LogLine(now, max(0, min(report.level, _HIGHEST)), message, self._brief(logger))

    def _last_words(self, now: datetime) -> Iterator[LogLine]:
        if self._damaged:
            text = f"{self._damaged} reports of the run were damaged; they are stored above as plain text."
            yield LogLine(now, logging.WARNING, text)
        if self._log_limit.is_reached:
            yield LogLine(now, logging.WARNING, self._log_limit.last_words())

    def _brief(self, text: str) -> str:
        """Return *text*, masked and cut to its maximum length."""
        return _cut(self._scrubber.scrub(text))

    def _ended(self, report: Report) -> State:
        if report.kind == "completed":
            return State(StateType.COMPLETED)
        return State(StateType.FAILED, self._brief(report.name), self._brief(report.message))

    def _final(self, code: int) -> State:
        if self._cancelled is not None:
            return State(StateType.CANCELLED, message=self._cancelled)
        if self._result is not None:
            return self._result
        if code == 0:
            return State(StateType.COMPLETED)
        return State(StateType.CRASHED, message=_how_it_ended(code))

    def cancel(self, now: datetime, *, grace: float, reason: str = "") -> None:
        """Ask the run to end, and kill it after *grace* seconds."""
        if self._asked is None and not self.is_over:
            self._asked, self._grace, self._cancelled = now, grace, reason
            self.running.stop()

    def kill(self) -> None:
        """Kill the run."""
        if not self.is_over:
            self.running.stop(force=True)

    def close(self) -> None:
        """Release the run's resources, and remove its directory."""
        if not self.is_over:
            self.running.close()
        self._backlog.close()
        remove_directory(self.directory)


def start_execution(
    claim: Claim,
    backend: Backend,
    start: Runner,
    *,
    home: Path,
    environ: Mapping[str, str],
    log_limit: int | None = None,
) -> Execution:
    """Start a claimed run; *log_limit* bytes of its log are kept, None for all.

    Raises StepFailed for a job variable without a value, or with a secret where none can be kept; and
    what *start* raises.
    """
    variables = job_variables(claim, backend, environ)
    for name, value in variables.items():
        if detail := secret_problem(name, value):
            raise StepFailed(detail, hint=HINT)
    directory = own_directory(claim.run.id, home)
    launch = Launch(
        claim=claim, variables=variables, backend_url=backend.url, environ=environ, directory=directory
    )
    return Execution(
        claim,
        start(launch),
        directory,
        _scrubber=Scrubber(secrets_in(variables)),
        _log_limit=LogLimit(log_limit),
    )


def _cut(text: str) -> str:
    more = len(text) - LONGEST_TEXT
    return f"{text[:LONGEST_TEXT]}… ({more:,} more characters)" if more > 0 else text


def _how_it_ended(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        more = " This often means that the machine ran out of memory." if name == "SIGKILL" else ""
        return f"The process of the run was killed by {name}.{more}"
    return f"The process of the run exited with code {code} without a result."
