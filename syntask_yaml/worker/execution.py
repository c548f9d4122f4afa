"""A claimed run from its start to its final state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syntask._runs.tracking import ChildChange
from syntask_yaml.backend.base import Backend, OwnBackend
from syntask_yaml.backend.clock import has_passed
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendError, NotFound, StepFailed
from syntask_yaml.model.run import Cause, LogLine, Run, State, StateType
from syntask_yaml.operations.expected import ExpectedResources
from syntask_yaml.operations.secret_variables import HINT, secret_problem
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.worker.backlog import Backlog, ClaimLost
from syntask_yaml.worker.causes import cause_of_failure
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.report_filter import ReportFilter
from syntask_yaml.worker.run_directory import own_directory, remove_directory
from syntask_yaml.worker.run_environment import NOTHING_ELSE, job_variables
from syntask_yaml.worker.runner.base import Adopter, Launch, Legacy, Runner, Running

# Types of states that a flow can return, besides COMPLETED and FAILED.
_RETURNED = {each.value: each for each in (StateType.CANCELLED, StateType.CRASHED)}
_BEGUN = (StateType.RUNNING, StateType.CANCELLING)


@dataclass
class Execution:
    """A started run, until the store has all of its reports.

    *directory* belongs to it and is removed at the end, whether or not it is the working directory.
    *is_over*: it has ended. Secrets of its job variables are masked in all reports.
    """

    claim: Claim
    running: Running
    directory: Path
    is_over: bool = False
    _report_filter: ReportFilter = field(default_factory=ReportFilter)
    _result: State | None = None
    _asked: datetime | None = None
    _grace: float = 0.0
    _cancelled: str | None = None
    _stopped: Cause | None = None
    _is_ready: bool = False
    _is_adopted: bool = False
    _keeps_directory: bool = False
    _skipped: int = 0

    def __post_init__(self) -> None:
        self._backlog = Backlog(self.directory)

    @property
    def descriptors(self) -> tuple[int, ...]:
        return () if self.is_over else self.running.descriptors

    def hear(self, now: datetime) -> None:
        """Collect the run's reports until *now*, and whether it has ended."""
        if self.is_over:
            return
        code = self.running.poll()
        for report in self._reports(is_last=code is not None):
            match report.kind:
                case "log" | "damaged":
                    self._add(self._report_filter.lines(report, now))
                case "child":
                    self._follow(self._report_filter.changes(report))
                case "renamed":
                    self._backlog.name = self._report_filter.brief(report.name)
                case "ready":
                    self._backlog.states.append((State(StateType.RUNNING), now))
                    self._is_ready = True
                case "retrying":
                    state = State(StateType.RUNNING, "Retrying", self._report_filter.brief(report.message))
                    self._backlog.states.append((state, now))
                case _:
                    self._result = self._ended(report)
        if code is not None:
            self._add(self._report_filter.last_words(now))
            self._backlog.states.append((self._final(code), now))
            self.running.close()
            self.is_over = True
        elif self._asked is not None and has_passed(self._asked, self._grace, now):
            self.running.stop(force=True)

    def _follow(self, changes: Iterator[ChildChange]) -> None:
        for change in changes:
            if not self._backlog.children.add(change):
                self._report_filter.children.left_out += 1

    def _add(self, lines: Iterator[LogLine]) -> None:
        """Keep *lines* for the store, except those that it has from the previous worker."""
        for line in lines:
            if self._is_adopted and self._skipped < self.claim.logged - self.running.logged:
                self._skipped += 1
            else:
                self._backlog.add([line])

    def put_aside(self) -> None:
        """Move reports that the store cannot take now to disk; count those that do not fit there."""
        for line in self._backlog.put_aside():
            self._report_filter.log.leave_out(line.message)

    def deliver(self, backend: OwnBackend, now: datetime) -> Iterator[State]:
        """Write the reports of the run to *backend*, and yield the states that it accepted.

        After that, a run that is ready calls its flow; a run that another worker has claimed is lost. Raises
        BackendError if the store fails.
        """
        is_ready, self._is_ready = self._is_ready, False
        try:
            yield from self._backlog.deliver(backend, self.claim, now)
        except (NotFound, ClaimLost):
            self.lose(backend.run(self.claim.run.id))
            return
        except BackendError:
            self._is_ready = is_ready
            raise
        if is_ready:
            self.running.go()

    def _reports(self, *, is_last: bool) -> Iterator[Report]:
        """Yield the new reports of the run; output beyond the log limit is only counted."""
        if self._report_filter.log.is_reached:
            self._report_filter.log.left_out += self.running.skip_output()
        return self.running.hear(is_last=is_last)

    def _ended(self, report: Report) -> State:
        name, message = self._report_filter.brief(report.name), self._report_filter.brief(report.message)
        if report.kind == "completed":
            return State(StateType.COMPLETED, name, message)
        kind = _RETURNED.get(report.state, StateType.FAILED)
        if report.stage == "server":  # a server that does not start is no failure of the flow
            kind = StateType.CRASHED
        cause = cause_of_failure(report, self.claim)
        return State(kind, name, message, cause)

    def _final(self, code: int) -> State:
        if self._cancelled is not None:
            return State(StateType.CANCELLED, message=self._cancelled, cause=self._stopped)
        if self._result is not None:
            return self._result
        message = self._report_filter.brief(self.running.explain(code))
        if code == 0:  # a custom command, or a flow that exited the process
            return State(StateType.COMPLETED, message=message)
        return State(StateType.CRASHED, message=message, cause=self.running.cause(code))

    def cancel(self, now: datetime, *, grace: float, reason: str = "", cause: Cause | None = None) -> None:
        """Ask the run to end, and kill it after *grace* seconds; *cause* is None for a requested end."""
        if self._asked is None and not self.is_over:
            self._asked, self._grace, self._cancelled, self._stopped = now, grace, reason, cause
            self.running.stop()

    def kill(self) -> None:
        """Kill the run."""
        if not self.is_over:
            self.running.stop(force=True)

    def lose(self, run: Run | None) -> None:
        """End the run, which is no longer ours, or leave it to the worker that has it now.

        *run* is the run in the store; None if it was deleted.
        """
        self._keeps_directory = run is not None and not run.state.type.is_final
        self._forget()
        if run is None or run.state.type not in _BEGUN or not self.leave():
            self.kill()

    def leave(self) -> bool:
        """Leave the run to another worker; return False if it cannot continue without this one."""
        if self.is_over or not self.running.let_go():
            return False
        self._forget()
        self._keeps_directory = self.is_over = True
        return True

    def _forget(self) -> None:
        """Deliver nothing more. A run whose begin the store does not know must not begin."""
        self._backlog.drop()
        self._is_ready = False

    def close(self) -> None:
        """Release the run's resources, and remove its directory."""
        if not self.is_over:
            self.running.close()
        self._backlog.close()
        if not self._keeps_directory:
            remove_directory(self.directory)


def start_execution(
    claim: Claim,
    backend: Backend,
    start: Runner,
    *,
    home: Path,
    environ: Mapping[str, str],
    log_limit: int | None = None,
    expected: ExpectedResources = NOTHING_ELSE,
) -> Execution:
    """Start a claimed run; *log_limit* bytes of its log are kept, None for all.

    *expected* objects count as if the backend had them. Raises StepFailed for a job variable without a value,
    or with a secret where none is allowed, and the errors of *start*.
    """
    variables = job_variables(claim, backend, environ, expected)
    for name, value in variables.items():
        if detail := secret_problem(name, value):
            raise StepFailed(detail, hint=HINT)
    directory = own_directory(claim.run.id, home)
    launch = Launch(
        claim=claim,
        variables=variables,
        backend=backend,
        environ=environ,
        directory=directory,
        home=home,
        log_limit=log_limit,
        expected=expected,
    )
    return Execution(
        claim,
        start(launch),
        directory,
        _report_filter=ReportFilter(log_limit, Scrubber(secrets_in(variables))),
    )


def adopt_execution(
    claim: Claim,
    backend: Backend,
    adopt: Adopter,
    *,
    home: Path,
    environ: Mapping[str, str],
    log_limit: int | None = None,
) -> Execution:
    """Take over a run that another worker started, with the parameters of `start_execution`."""
    directory = own_directory(claim.run.id, home)
    running = adopt(Legacy(claim=claim, backend=backend, environ=environ, directory=directory))
    return Execution(claim, running, directory, _report_filter=ReportFilter(log_limit), _is_adopted=True)
