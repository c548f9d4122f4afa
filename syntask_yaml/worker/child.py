"""The process of a run: `python -m syntask_yaml.worker.child`, started or forked for a worker.

It reads its job, runs the pull steps, loads the entrypoint, reports that it is ready, waits for `go`, and
calls the flow. When its worker dies, it is killed at once, with all processes that it started.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Collection
from contextlib import suppress
from threading import Event, Thread
from typing import IO

from syntask._exceptions import TerminationSignal
from syntask._runs.root import enter
from syntask._runs.states import Completed
from syntask._runs.tracking import ChildChange, RunInfo
from syntask_yaml.worker.invoke_flow import Call, bind, call_flow
from syntask_yaml.worker.lifeline import bind_life
from syntask_yaml.worker.load_flow import load_flow
from syntask_yaml.worker.protocol import CONTROL_FD, FORK_FD, GO, LONGEST_TEXT, REPORT_FD, Job, Report
from syntask_yaml.worker.reporter import Reporter, flush


class _WorkerTracker:
    """A tracker that reports the children of *run* to the worker; `main` reports the run's end."""

    def __init__(self, run: RunInfo, report: Reporter) -> None:
        self.run = run
        self._report = report

    def follow(self, change: ChildChange) -> None:
        with suppress(OSError):  # the flow closed the pipe
            self._report(Report("child", child=change._replace(message=change.message[:LONGEST_TEXT])))

    def rename(self, name: str) -> None:
        with suppress(OSError):
            self._report(Report("renamed", name=name[:LONGEST_TEXT]))

    def end(self, state: str, state_name: str, message: str) -> None:
        """Do nothing, because `main` reports the end."""


class _LogHandler(logging.Handler):
    """A handler that sends log records to the worker with their level, instead of to standard error."""

    def __init__(self, report: Reporter) -> None:
        super().__init__()
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        try:
            task = getattr(record, "task_run_id", None)
            text, level = self.format(record), record.levelno
            self._report(Report("log", text, level=level, logger=record.name, task=task))
        except Exception:  # noqa: BLE001  (logging must not end the run)
            self.handleError(record)


class _Control:
    """The pipe from the worker, which sends a job, then `go`. The run lives while the pipe is open."""

    def __init__(self, descriptor: int) -> None:
        self._pipe: IO[bytes] = os.fdopen(descriptor, "rb")
        self.job = Job.decode(self._pipe.readline())
        self._go = Event()
        bind_life(self._pipe.fileno())
        Thread(target=self._listen, name="syntask-control", daemon=True).start()

    def _listen(self) -> None:
        while line := self._pipe.readline():
            if line == GO:
                self._go.set()
        os.killpg(os.getpgrp(), signal.SIGKILL)

    def wait(self, report: Reporter) -> None:
        """Report that the run is ready, and wait for `go`."""
        bind_life(self._pipe.fileno(), is_bound=False)  # `go` must not end the run
        report(Report("ready"))
        self._go.wait()
        bind_life(self._pipe.fileno())


def main() -> int:
    """Do the job of the control pipe; the exit code is 0 if the flow completed."""
    ahead: Collection[str] = ()
    if FORK_FD in os.environ:
        from syntask_yaml.worker.fork_server import serve

        ahead = serve(_inherited(FORK_FD))
    control = _Control(_inherited(CONTROL_FD))
    report = Reporter(_inherited(REPORT_FD))
    handler = _LogHandler(report)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    # httpx logs each request, including those of Prefect's client, which the flow did not make.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        call = _prepared(control.job, ahead, report, handler)
        report.stage = "call"
        control.wait(report)
        state = call_flow(call, on_retry=report.retrying)
        if not state.is_completed():
            report.ended(state)
            return 1
    except TerminationSignal as error:
        flush()
        signal.signal(error.signal, signal.SIG_DFL)
        os.kill(os.getpid(), error.signal)
        return 1
    except BaseException as error:  # noqa: BLE001  (any exception of a flow is its result)
        if report.stage != "call" or not _is_success(error):
            report.failed(error)
            return 1
        state = Completed()
    report.completed(state)
    return 0


def _prepared(job: Job, ahead: Collection[str], report: Reporter, handler: logging.Handler) -> Call:
    """Pull and load the flow, and return its call; *ahead* are modules that were imported for pull steps."""
    _pull(job, ahead)
    report.stage = "load"
    function = load_flow(job.entrypoint)
    if "prefect.flows" in sys.modules:
        from syntask_yaml.worker.prefect_flow import provide_server, take_logs

        report.stage = "server"
        take_logs(handler)
        provide_server(function)
    report.stage = "parameters"
    enter(_WorkerTracker(job.run_info, report))
    return bind(function, job.parameters)


def _pull(job: Job, ahead: Collection[str]) -> None:
    """Run the pull steps; without any, unload the modules that were imported *ahead* for them."""
    if job.pull_steps:
        from syntask_yaml.worker.pull import pull

        pull(job)
    else:
        for name in ahead:
            del sys.modules[name]


def _inherited(name: str) -> int:
    """Return a pipe from the worker, and keep processes of the flow from inheriting it."""
    descriptor = int(os.environ.pop(name))
    os.set_inheritable(descriptor, False)
    return descriptor


def _is_success(error: BaseException) -> bool:
    try:
        return isinstance(error, SystemExit) and error.code in (None, 0)
    except BaseException:  # noqa: BLE001  (this executes user code, too)
        return False


if __name__ == "__main__":
    sys.exit(main())
