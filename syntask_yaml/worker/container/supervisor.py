"""The first process in the container of a run, which starts the run and writes its journal.

As the first process it also forwards signals and reaps orphaned processes. It runs with the Python of the
image and uses only this package.
"""

from __future__ import annotations

import logging
import os
import select
import shlex
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from syntask_yaml.steps.scrubber import Scrubber
from syntask_yaml.worker.children import ChildLimit
from syntask_yaml.worker.container.journal import NO_SUCH_COMMAND, Ended, JournalWriter
from syntask_yaml.worker.container.run_directory import DIRECTORY_INSIDE, PACKAGE_INSIDE, Order, RunDirectory
from syntask_yaml.worker.log_limit import Amount, LogLimit
from syntask_yaml.worker.protocol import Job, Report
from syntask_yaml.worker.run_process import RunProcess

# Seconds between polls of conditions without events.
_BEFORE_GO, _AFTER_GO = 0.02, 0.5
# Files with the count of out-of-memory kills in a container: cgroups v2 and v1.
_OOM_COUNTERS = (
    Path("/sys/fs/cgroup/memory.events"),
    Path("/sys/fs/cgroup/memory/memory.oom_control"),
)


def main(python: str) -> int:
    """Run the order, and return the exit code of the run; *python* is the name of the image's Python."""
    directory = RunDirectory(Path(DIRECTORY_INSIDE))
    journal = JournalWriter(directory.journal, waits=True)
    order = directory.take()
    words = (*order.entrypoint, *(order.command or (python, PACKAGE_INSIDE, "run")))
    try:
        process = RunProcess(_job(order), words, directory=Path.cwd(), environ=_environ(order))
    except (OSError, ValueError) as error:
        reason = f"The command `{shlex.join(words)}` cannot be started in the image: {error}."
        journal.end(Ended(NO_SUCH_COMMAND, reason))
        return NO_SUCH_COMMAND
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stop())
    code = _Watch(process, directory, journal, order).until_end()
    return 128 - code if code < 0 else code


def _job(order: Order) -> Job:
    return Job(**{**order.job, "pull_steps": tuple(order.job["pull_steps"])})


def _environ(order: Order) -> dict[str, str]:
    # The image's own environment. Tini, if it is the entrypoint, need not be the first process.
    own = {"TINI_SUBREAPER": ""} if order.entrypoint else {}
    given = {**os.environ, **own, **order.environ}
    return {name: value for name, value in given.items() if value is not None}


@dataclass
class _Watch:
    """The process of the run, until it has ended."""

    process: RunProcess
    run_directory: RunDirectory
    journal: JournalWriter
    order: Order

    def __post_init__(self) -> None:
        self._scrubber = Scrubber(self.order.secrets)
        self._limit = LogLimit(self.order.log_limit)
        self._child_limit = ChildLimit(self.order.log_limit)
        self._told = Amount()
        self._may_go = False
        self._began = monotonic()
        self._before = _oom_kills()

    def until_end(self) -> int:
        while True:
            code = self.process.poll()
            self._pass_on(is_last=code is not None)
            if code is not None:
                break
            if not self._may_go:
                self._check_go()
            _reap_orphans(self.process.pid)
            pause = _AFTER_GO if self._may_go else _BEFORE_GO
            select.select(self.process.descriptors, (), (), pause)
        self.process.close()
        if self._child_limit.left_out:
            self.journal.report(Report("log", self._child_limit.last_words(), level=logging.WARNING))
        killed = _oom_kills() > self._before
        self.journal.end(Ended(code, out_of_memory=killed, left_out=self._limit.left_out - self._told))
        return code

    def _check_go(self) -> None:
        patience = self.order.patience
        if self.run_directory.is_free_to_go:
            self._may_go = True
            self.process.go()
        elif patience is not None and monotonic() > self._began + patience:
            self.process.stop(force=True)

    def _pass_on(self, *, is_last: bool) -> None:
        """Write the reports of the run to the journal, masked, and up to its log limit."""
        if self._limit.is_reached:
            self._limit.left_out += self.process.skip_output()
        for report in self.process.hear(is_last=is_last):
            if self._is_kept(report):
                self.journal.report(report.masked(self._scrubber.scrub))

    def _is_kept(self, report: Report) -> bool:
        """Return whether *report* fits into the log, or is the first that does not, for the worker."""
        if report.child is not None:
            return self._child_limit.admits(report.child)
        if report.kind not in ("log", "damaged"):
            return True
        was_reached = self._limit.is_reached
        message = self._scrubber.scrub(report.message)
        is_own = report.kind == "log" and not report.logger
        if self._limit.admits(message, is_own=is_own):
            return True
        if not was_reached:
            self._told = self._limit.left_out
        return not was_reached


def _reap_orphans(own: int) -> None:
    """Reap ended processes without another waiter, except the run's own."""
    with suppress(ChildProcessError):
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid == own:
                return
            os.waitpid(ended.si_pid, 0)


def _oom_kills() -> int:
    for path in _OOM_COUNTERS:
        with suppress(OSError, ValueError):
            for line in path.read_text(encoding="ascii").splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
    return 0
