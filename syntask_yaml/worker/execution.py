"""One claimed run from its start to its final state."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from syntask_yaml.backend.base import Backend, Claim
from syntask_yaml.model.run import LogLine, State, StateType
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.worker.log_limit import LogLimit
from syntask_yaml.worker.process import RunProcess
from syntask_yaml.worker.protocol import LONGEST_TEXT, Job, Report
from syntask_yaml.worker.surroundings import directory_of, environment, job_variables, remove_directory

# No level of `logging` is near; a store does not hold every number.
_HIGHEST = 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """What a run has said since the last time: lines to keep, and the state it is in now, if another.

    *is_ready*: it may begin. *is_over*: its process has ended.
    """

    lines: tuple[LogLine, ...] = ()
    state: State | None = None
    is_ready: bool = False
    is_over: bool = False


@dataclass
class Execution:
    """A run that goes on. *directory* is its own, None where it runs in one that was configured.

    Secrets that it has from its job variables are masked in all that it says.
    """

    claim: Claim
    process: RunProcess
    directory: Path | None
    _scrubber: Scrubber = field(default_factory=Scrubber)
    _log_limit: LogLimit = field(default_factory=LogLimit)
    _damaged: int = 0
    _result: State | None = None
    _kill_at: datetime | None = None
    _cancelled: str | None = None

    @property
    def descriptors(self) -> tuple[int, ...]:
        return self.process.descriptors

    def hear(self, now: datetime) -> Heard:
        """What the run said until *now*, and whether it has ended."""
        code = self.process.poll()
        lines: list[LogLine] = []
        state, is_ready = None, False
        for report in self._reports(is_last=code is not None):
            match report.kind:
                case "log" | "damaged":
                    lines += self._lines(report, now)
                case "ready":
                    state, is_ready = State(StateType.RUNNING), True
                case "retrying":
                    state = State(StateType.RUNNING, "Retrying", self._brief(report.message))
                case _:
                    self._result = self._ended(report)
        if self._kill_at is not None and now >= self._kill_at:
            self.process.stop(force=True)
        if code is None:
            return Heard(tuple(lines), state, is_ready)
        return Heard((*lines, *self._last_words(now)), self._final(code), is_over=True)

    def _reports(self, *, is_last: bool) -> Iterator[Report]:
        """What the run has said since; output that is not kept is only counted."""
        if self._log_limit.is_reached:
            self._log_limit.left_out += self.process.skip_output()
        return self.process.hear(is_last=is_last)

    def _lines(self, report: Report, now: datetime) -> Iterator[LogLine]:
        """The line of the log that is kept of *report*, masked."""
        logger = report.logger
        if report.kind == "damaged":
            self._damaged += 1
            logger = "report"
        if self._log_limit.admits(report.message, is_own=not logger):
            message = self._scrubber.scrub(report.message)
            yield LogLine(now, max(0, min(report.level, _HIGHEST)), message, self._brief(logger))

    def _last_words(self, now: datetime) -> Iterator[LogLine]:
        if self._damaged:
            text = (
                f"{self._damaged} reports of the run were damaged on their way; they are above, as they came."
            )
            yield LogLine(now, logging.WARNING, text)
        if self._log_limit.is_reached:
            yield LogLine(now, logging.WARNING, self._log_limit.last_words())

    def _brief(self, text: str) -> str:
        """*text*, masked and not longer than it should be."""
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

    def go(self) -> None:
        self.process.go()

    def cancel(self, now: datetime, *, grace: float, reason: str = "") -> None:
        """Ask the run to end, and end it when *grace* seconds have passed."""
        if self._kill_at is None:
            self._kill_at = now + timedelta(seconds=grace)
            self._cancelled = reason
            self.process.stop()

    def kill(self) -> None:
        """End the run at once."""
        self.process.stop(force=True)

    def close(self) -> None:
        """Let go of the process, and remove the run's own directory."""
        self.process.close()
        if self.directory is not None:
            remove_directory(self.directory)


def start_execution(
    claim: Claim,
    backend: Backend,
    *,
    home: Path,
    environ: Mapping[str, str],
    log_limit: int | None = None,
) -> Execution:
    """Start the process of a claimed run; *log_limit* bytes of its log are kept, None for all.

    Raises StepFailed for a job variable without a value; OSError or ValueError where there is no such
    program or directory, or no process can have such an environment.
    """
    variables = job_variables(claim, backend)
    job = Job(
        run_id=claim.run.id,
        entrypoint=claim.entrypoint,
        backend=backend.url,
        parameters=claim.parameters,
        pull_steps=claim.pull_steps,
    )
    own_environ = environment(claim, backend, variables, environ)
    command = str(variables.get("command") or "") or None
    with directory_of(claim.run.id, variables.get("working_dir"), home) as (directory, own):
        process = RunProcess(job, directory=directory, environ=own_environ, command=command)
    return Execution(claim, process, own, Scrubber(secrets_in(variables)), LogLimit(log_limit))


def _cut(text: str) -> str:
    more = len(text) - LONGEST_TEXT
    return f"{text[:LONGEST_TEXT]}… ({more:,} more characters)" if more > 0 else text


def _how_it_ended(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        more = " Often that means that the machine was out of memory." if name == "SIGKILL" else ""
        return f"The process of the run was ended by {name}.{more}"
    return f"The process of the run ended with exit code {code} and said nothing of the flow."
