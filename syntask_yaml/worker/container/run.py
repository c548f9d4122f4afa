"""A run in a container, from the worker's side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from syntask_yaml.model.run import Cause, CauseKind
from syntask_yaml.worker.container.journal import NO_SUCH_COMMAND, NOT_STARTED, Ended, JournalReader
from syntask_yaml.worker.container.life import ContainerLife
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.run_process import how_it_ended

# Seconds within which a stopped container has to end.
_REMOVAL = 15.0


@dataclass
class ContainerRun:
    """A `Running` whose reports come from a journal, and whose end comes from the engine."""

    life: ContainerLife
    _journal: JournalReader | None = None
    _is_last_read: bool = False
    _is_counted: bool = False

    @property
    def descriptors(self) -> tuple[int, ...]:
        return ()

    @property
    def logged(self) -> int:
        return self._journal.begun if self._journal is not None else 0

    def poll(self) -> int | None:
        ended = self.life.ended
        if ended is None:
            return None
        if not self._is_last_read:  # the journal was complete before
            self._is_last_read = True
            if self._journal is not None:
                self._journal.is_at_end = False
        journal = self._opened()
        if journal is not None and not journal.is_at_end:
            return None
        return (self._supervised or ended).code

    @property
    def _supervised(self) -> Ended | None:
        """The end that the supervisor reported, which takes precedence, if it did."""
        return self._journal.ended if self._journal is not None else None

    def _opened(self) -> JournalReader | None:
        if self._journal is None and self.life.run_directory is not None:
            self._journal = JournalReader(self.life.run_directory.journal)
        return self._journal

    def hear(self, *, is_last: bool = False) -> Iterator[Report]:
        journal = self._opened()
        return iter(()) if journal is None else journal.reports(is_last=is_last)

    def skip_output(self) -> Amount:
        if self._supervised is None or self._is_counted:
            return Amount()
        self._is_counted = True
        return self._supervised.left_out

    def go(self) -> None:
        if self.life.run_directory is not None:
            with suppress(OSError):  # its directory was removed, and so was the run
                self.life.run_directory.go()

    def stop(self, *, force: bool = False) -> None:
        self.life.stop(force=force)

    def cause(self, code: int) -> Cause:
        if self._is_out_of_memory:
            return Cause(kind=CauseKind.MEMORY, exit_code=code)
        found = self._supervised or self.life.ended
        if found is not None and found.reason and code in (NOT_STARTED, NO_SUCH_COMMAND):
            return Cause(kind=CauseKind.NOT_STARTED)
        return Cause(kind=CauseKind.EXIT, exit_code=code)

    @property
    def _is_out_of_memory(self) -> bool:
        known = (self._supervised, self.life.ended)
        return any(each is not None and each.out_of_memory for each in known)

    def explain(self, code: int) -> str:
        supervised, engine = self._supervised, self.life.ended
        if self._is_out_of_memory:
            limit = f" of {_size(self.life.memory)}" if self.life.memory else ""
            return (
                f"The run was killed because its container reached the memory limit{limit}."
                " Raise `mem_limit`, or use less memory."
            )
        if supervised is not None:
            return supervised.reason or how_it_ended(code)
        if engine is not None and engine.reason:
            return engine.reason
        return how_it_ended(code).replace("process", "container", 1)

    def let_go(self) -> bool:
        self.life.leave()
        self._close_journal()
        return True

    def close(self) -> None:
        if self.life.ended is None:
            self.life.stop(force=True)
            self.life.join(_REMOVAL)
        self._close_journal()

    def _close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()


def _size(amount: int) -> str:
    """Return *amount* of bytes in the format of `mem_limit`."""
    for unit in ("", "k", "m"):
        if amount % 1024:
            return f"{amount}{unit}"
        amount //= 1024
    return f"{amount}g"
