"""A filter of a run's reports, which masks secrets, truncates strings, and applies limits."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from syntask._runs.tracking import ChildChange
from syntask_yaml.model.run import LogLine
from syntask_yaml.steps.scrubber import Scrubber
from syntask_yaml.worker.children import ChildLimit, is_id, masked_change
from syntask_yaml.worker.log_limit import LogLimit
from syntask_yaml.worker.protocol import LONGEST_TEXT, Report

# Far above the levels of `logging`; a store has a limited range of numbers.
_HIGHEST = 1000


@dataclass
class ReportFilter:
    """A filter with a limit of *limit* bytes for the log, and as many for children; None for no limit."""

    limit: int | None = None
    scrubber: Scrubber = field(default_factory=Scrubber)
    _damaged: int = 0

    def __post_init__(self) -> None:
        self.log = LogLimit(self.limit)
        self.children = ChildLimit(self.limit)

    def lines(self, report: Report, now: datetime) -> Iterator[LogLine]:
        """Yield the log line of *report*, unless it exceeds the limit."""
        logger = report.logger
        if report.kind == "damaged":
            self._damaged += 1
            logger = "report"
        if self.log.admits(report.message, is_own=not logger):
            message = self.scrubber.scrub(report.message)
            moment = now if report.moment is None else _moment(report.moment, now)
            level = max(0, min(report.level, _HIGHEST))
            task = report.task if is_id(report.task) else None
            yield LogLine(moment, level, message, self.brief(logger), task)

    def changes(self, report: Report) -> Iterator[ChildChange]:
        """Yield the change of a child in *report*, unless it exceeds the limit."""
        if report.child is not None:
            change = masked_change(report.child, self.scrubber.scrub)
            if self.children.admits(change):
                yield change

    def last_words(self, now: datetime) -> Iterator[LogLine]:
        """Yield the lines about rejected reports."""
        if self._damaged:
            text = f"{self._damaged} reports of the run were damaged; they are stored above as plain text."
            yield LogLine(now, logging.WARNING, text)
        if self.log.is_reached:
            yield LogLine(now, logging.WARNING, self.log.last_words())
        if self.children.left_out:
            yield LogLine(now, logging.WARNING, self.children.last_words())

    def brief(self, text: str) -> str:
        """Return *text*, masked and truncated to its maximum length."""
        return _cut(self.scrubber.scrub(text))


def _moment(seconds: float, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # written by the code of the run
        return now


def _cut(text: str) -> str:
    more = len(text) - LONGEST_TEXT
    return f"{text[:LONGEST_TEXT]}… ({more:,} more characters)" if more > 0 else text
