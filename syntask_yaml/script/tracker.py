"""Record the changes of a script's run in a separate thread."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread, main_thread

from syntask._runs.tracking import ChildChange, RunInfo
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.embedded.script_runs import ScriptStore
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendError, NotFound
from syntask_yaml.model.run import Cause, CauseKind, State, StateType
from syntask_yaml.script.lost import end_lost_runs
from syntask_yaml.worker.backlog import Backlog, ClaimLost
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.report_filter import ReportFilter
from syntask_yaml.worker.run_directory import own_directory, remove_directory

# Seconds: the duration of the lease, between two renewals, and between two writes.
LEASE = 60.0
_RENEW_EVERY, _EVERY = 15.0, 0.2
# Seconds that the end of a flow waits for the store.
_PATIENCE = 10.0
# The limit of queued reports; seconds that a flow waits for room in total, and at a time.
_MOST_REPORTS, _LONGEST_WAIT, _SHORT = 5_000, 1.0, 0.002
# The maximum number of expired runs that a script removes.
_REMOVED = 20
# The parent loggers of flows and tasks.
_LOGGERS = ("syntask.flow_runs", "syntask.task_runs")


def warn(text: str) -> None:
    """Print *text* to standard error once in each process: a script may call a flow a thousand times."""
    if text and not _warned:
        _warned.append(text)
        with suppress(OSError, ValueError, AttributeError):  # there may be no standard error
            sys.stderr.write(f"syntask: {text} Set SYNTASK_TRACK=0 to keep nothing.\n")


_warned: list[str] = []


class ScriptTracker:
    """A `Tracker` that writes to *backend*, where *claim* holds the run.

    Runs that ended longer ago than *keep* are removed; *limit* bytes of the log are kept, None for all.
    """

    def __init__(
        self, backend: ScriptStore, claim: Claim, *, home: Path, keep: timedelta | None, limit: int | None
    ) -> None:
        run = claim.run
        self.run = RunInfo(run.id, run.name, run.flow, run.parameters)
        self._backend, self._claim, self._keep = backend, claim, keep
        self._home, self._folder = home, own_directory(run.id, home)
        self._backlog, self._report_filter = Backlog(self._folder), ReportFilter(limit)
        self._reports: deque[Report] = deque()
        self._flows = {run.id}
        self._process = os.getpid()
        self._renewed = time.monotonic()
        self._is_cancelled = self._is_lost = False
        self._problem = ""
        self._end, self._ended = State(StateType.CRASHED), utc_now()
        self._over, self._news = Event(), Event()
        self._handler = _Handler(self)
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(self._handler)
        self._thread = Thread(target=self._work, name="syntask-script-run", daemon=True)
        self._thread.start()

    def follow(self, change: ChildChange) -> None:
        if change.kind == "flow":
            self._flows.add(change.id)
        self._add(Report("child", child=change))

    def rename(self, name: str) -> None:
        self._add(Report("renamed", name=name))

    def log(self, record: logging.LogRecord, text: str) -> None:
        """Queue a log record if it is of this run."""
        if getattr(record, "flow_run_id", None) in self._flows:
            task, moment = getattr(record, "task_run_id", None), record.created
            self._add(Report("log", text, level=record.levelno, logger=record.name, moment=moment, task=task))

    def _add(self, report: Report) -> None:
        # A process forked by the flow has no thread that would write.
        if os.getpid() == self._process and not self._is_lost:
            self._reports.append(report)
            if len(self._reports) > _MOST_REPORTS:
                self._wait_for_room()

    def _wait_for_room(self) -> None:
        """Wait for the thread to empty the queue: busy code leaves it little time."""
        self._news.set()
        until = time.monotonic() + _LONGEST_WAIT
        while len(self._reports) > _MOST_REPORTS and time.monotonic() < until:
            time.sleep(_SHORT)

    def end(self, state: str, state_name: str, message: str) -> None:
        if os.getpid() != self._process or self._over.is_set() or not StateType(state).is_final:
            return
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self._handler)
        self._end, self._ended = State(StateType(state), state_name, message), utc_now()
        self._over.set()
        self._news.set()
        self._thread.join(2 * _PATIENCE)

    @property
    def _final(self) -> State:
        end = self._end
        if self._is_cancelled:
            return State(StateType.CANCELLED)
        cause = None if end.type is StateType.COMPLETED else Cause(kind=CauseKind.CALL)
        brief = self._report_filter.brief
        return State(end.type, brief(end.name), brief(end.message), cause)

    def _work(self) -> None:
        with suppress(BackendError):
            end_lost_runs(self._backend, self._home, utc_now())
            if self._keep is not None:
                self._backend.forget(utc_now() - self._keep, limit=_REMOVED)
        while not self._over.is_set():
            self._news.wait(_EVERY)
            self._news.clear()
            self._collect()
            self._deliver()
        self._collect()
        self._backlog.add(self._report_filter.last_words(utc_now()))
        self._backlog.states.append((self._final, self._ended))
        self._backend.hurry(_PATIENCE)
        if not self._deliver():
            warn(
                f"How the run `{self.run.name}` ended could not be written, so it is shown as crashed."
                f" {self._problem}"
            )
        self._backlog.close()
        self._backend.close()
        remove_directory(self._folder)

    def _collect(self) -> None:
        """Take the queued reports, up to the limits."""
        now = utc_now()
        for _ in range(len(self._reports)):
            report = self._reports.popleft()
            for change in self._report_filter.changes(report):
                if not self._backlog.children.add(change):
                    self._report_filter.children.left_out += 1
            if report.kind == "renamed":
                self._backlog.name = self._report_filter.brief(report.name)
            elif report.kind == "log":
                self._backlog.add(self._report_filter.lines(report, now))

    def _deliver(self) -> bool:
        """Write the queued reports and renew the lease. Return whether that succeeded."""
        if self._is_lost:
            return True
        try:
            for _ in self._backlog.deliver(self._backend, self._claim, utc_now()):
                pass
            self._hold()
        except (ClaimLost, NotFound):
            self._lose()
        except BackendError as error:
            self._problem = str(error)
            for line in self._backlog.put_aside():
                self._report_filter.log.leave_out(line.message)
            return False
        return True

    def _hold(self) -> None:
        """Renew the lease when due, and stop the flow if the run is being cancelled."""
        if self._over.is_set():
            return
        states = self._backend.held([self._claim])
        if time.monotonic() > self._renewed + _RENEW_EVERY:
            self._renewed = time.monotonic()
            states = self._backend.renew([self._claim], now=utc_now(), lease=LEASE)
        if self.run.id not in states:
            raise ClaimLost
        if states[self.run.id] is StateType.CANCELLING and not self._is_cancelled:
            self._is_cancelled = True
            _interrupt()

    def _lose(self) -> None:
        self._is_lost = True
        self._reports.clear()
        self._backlog.drop()
        warn(
            f"The run `{self.run.name}` is no longer recorded: it was deleted, or ended while this process"
            " did not respond."
        )


def _interrupt() -> None:
    """Interrupt the flow as Ctrl-C does, or terminate it if it ignores SIGINT as a background job."""
    is_deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.pthread_kill(main_thread().ident or 0, signal.SIGTERM if is_deaf else signal.SIGINT)


class _Handler(logging.Handler):
    """Passes the log records of a run to its *tracker*."""

    def __init__(self, tracker: ScriptTracker) -> None:
        super().__init__()
        self._tracker = tracker

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._tracker.log(record, self.format(record))
        except Exception:  # noqa: BLE001  (logging must not end what it logs)
            self.handleError(record)
