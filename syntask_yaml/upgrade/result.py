"""What an upgrade comes to: a value that says everything, and has changed nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.editor import difference
from syntask_yaml.upgrade.draft import BlockNeed, Converted
from syntask_yaml.upgrade.equivalents import Answer
from syntask_yaml.upgrade.pools import PoolNeed
from syntask_yaml.upgrade.secrets import hide_in_text


class Status(Enum):
    """What became of a deployment."""

    CARRIED = "carried"
    NOTED = "with notes"
    THERE = "there already"
    LEFT = "not carried"


@dataclass(frozen=True, slots=True)
class DeploymentResult:
    """A deployment, its *entry* as the project file *target* has it, and what is reported about it."""

    converted: Converted
    entry: Mapping[str, Any]
    target: Path
    status: Status
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file as it is and as it is to be: *before* None is a new one, *after* None one that is deleted.

    With *is_private*, the rest of the file may hold secrets, and only the lines that change are shown.
    """

    path: Path
    shown: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    encoding: str = "utf-8"
    is_private: bool = False

    @property
    def difference(self) -> str:
        """The lines that differ, without secrets."""
        if self.after is None:
            return f"delete {self.shown}\n"
        lines = difference(self.before or "", self.after, file=self.shown)
        if not self.is_private:
            return lines
        kept = (line for line in lines.splitlines() if line[:1] in "+-@")
        return "".join(f"{hide_in_text(line)}\n" for line in kept)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Everything that was found, and what becomes of it."""

    results: tuple[DeploymentResult, ...] = ()
    pools: tuple[PoolNeed, ...] = ()
    blocks: tuple[BlockNeed, ...] = ()
    answers: tuple[Answer, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    changes: tuple[FileChange, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that is reported, file by file."""
        of_results = (problem for result in self.results for problem in result.problems)
        of_commands = (problem for answer in self.answers for problem in answer.problems)
        return (*self.problems, *of_results, *of_commands)

    @property
    def unresolved(self) -> tuple[Diagnostic, ...]:
        """What somebody has to look at."""
        return tuple(each for each in self.diagnostics if not each.is_note)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to upgrade, and nothing to look at."""
        return not (self.changes or self.unresolved)

    @property
    def summary(self) -> str:
        """One line of counts."""
        if not self.results and not self.answers:
            return "Nothing to upgrade."
        counts = Counter(result.status for result in self.results)
        listed = [
            f"{counts[status]} {status.value}"
            for status in Status
            if counts[status] or status is Status.CARRIED
        ]
        parts = [f"{_count(len(self.results), 'deployment')}: {', '.join(listed)}."]
        if self.pools:
            parts.append(f"{_count(len(self.pools), 'work pool')} to create.")
        if self.blocks:
            parts.append(f"{_count(len(self.blocks), 'block')} to create.")
        if self.answers:
            written = sum(answer.text is not None for answer in self.answers)
            parts.append(f"{_count(written, 'command')} rewritten, {len(self.answers) - written} left.")
        return " ".join(parts)

    @property
    def next_steps(self) -> tuple[tuple[str, str], ...]:
        """Pairs of what for, and the command, in the order in which they are done."""
        return tuple(self._steps())

    def _steps(self) -> Iterator[tuple[str, str]]:
        for block in self.blocks:
            command = block.command or f"(in the UI of the server: {block.type}/{block.name})"
            yield f"Create the block {block.type}/{block.name} unless it exists", command
        for pool in self.pools:
            exists = ", which the embedded backend has" if pool.is_default else ""
            yield f"Create the work pool {pool.name}{exists}", pool.command
        for pool in self.pools:
            yield f"Start a worker for {pool.name}", pool.worker
        names = [result.converted.full_name for result in self.results if result.status is not Status.LEFT]
        if names:
            yield (
                "Check what a deploy would change, then deploy",
                "syntask plan --all && syntask deploy --all",
            )
            what = "Pause the schedules on the old server if it keeps running, or each run starts twice"
            yield what, "prefect deployment schedule pause FLOW/NAME SCHEDULE_ID"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
