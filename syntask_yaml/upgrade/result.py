"""The result of an upgrade: a value that describes all changes, before any is made."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.editor import difference
from syntask_yaml.upgrade.agent_deployment import Form
from syntask_yaml.upgrade.answers import Answer
from syntask_yaml.upgrade.concurrency_limit import Limit
from syntask_yaml.upgrade.draft import BlockNeed, Converted
from syntask_yaml.upgrade.pool_names import PoolNeed
from syntask_yaml.upgrade.prefect1.convert import Prefect1File
from syntask_yaml.upgrade.secrets import hide_in_text

_PAUSE = (
    "Pause the schedules on the old server if it keeps running, or each run starts twice",
    "prefect deployment schedule pause FLOW/NAME SCHEDULE_ID",
)


class Status(Enum):
    """The outcome of a deployment."""

    CARRIED = "carried"
    NOTED = "with notes"
    THERE = "there already"
    REWRITTEN = "rewritten"  # in the script that builds it
    LEFT = "not carried"


@dataclass(frozen=True, slots=True)
class DeploymentResult:
    """A deployment, its *entry* in the project file *target*, and the problems."""

    converted: Converted
    entry: Mapping[str, Any]
    target: Path
    status: Status
    problems: tuple[Diagnostic, ...] = ()

    @property
    def is_rewritten(self) -> bool:
        """Whether the script that builds it is rewritten for Prefect 3."""
        return self.status is Status.REWRITTEN

    @property
    def is_declared(self) -> bool:
        """Whether the project file has it, or will have it."""
        return self.status not in (Status.LEFT, Status.REWRITTEN)


@dataclass(frozen=True, slots=True)
class FileChange:
    """A change of a file: *before* is None for a new file, *after* None for a deletion.

    *is_project* marks a project file. If the file *is_private*, its other lines may contain secrets, and only
    changed lines are shown.
    """

    path: Path
    shown: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    encoding: str = "utf-8"
    is_private: bool = False
    is_project: bool = False

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
    """The results and changes of an upgrade. *old_url* is the URL of the server that was read."""

    results: tuple[DeploymentResult, ...] = ()
    pools: tuple[PoolNeed, ...] = ()
    blocks: tuple[BlockNeed, ...] = ()
    answers: tuple[Answer, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    changes: tuple[FileChange, ...] = ()
    limits: tuple[Limit, ...] = ()
    old_url: str = ""
    flows: tuple[Prefect1File, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All diagnostics, file by file."""
        of_results = (problem for result in self.results for problem in result.problems)
        of_commands = (problem for answer in self.answers for problem in answer.problems)
        return (*self.problems, *of_results, *of_commands)

    @property
    def unresolved(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that need a decision of the user."""
        return tuple(each for each in self.diagnostics if not each.is_note)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to upgrade and nothing to report."""
        return not (self.changes or self.unresolved)

    @property
    def summary(self) -> str:
        """A line of counts."""
        if not (self.results or self.answers or self.flows or self.pools):
            return "Nothing to upgrade."
        parts = [_flow_files(self.flows)] if self.flows else []
        if self.results or self.answers:
            parts.append(self._deployments)
        return " ".join([*parts, *self._needs])

    @property
    def _deployments(self) -> str:
        counts = Counter(result.status for result in self.results)
        listed = [
            f"{counts[status]} {status.value}"
            for status in Status
            if counts[status] or status is Status.CARRIED
        ]
        return f"{_count(len(self.results), 'deployment')}: {', '.join(listed)}."

    @property
    def _needs(self) -> Iterator[str]:
        if self.pools:
            yield f"{_count(len(self.pools), 'work pool')} to create."
        if self.blocks:
            yield f"{_count(len(self.blocks), 'block')} to create."
        if self.answers:
            written = sum(answer.text is not None for answer in self.answers)
            yield f"{_count(written, 'command')} rewritten, {len(self.answers) - written} left."

    @property
    def next_steps(self) -> tuple[tuple[str, str], ...]:
        """The next steps in order, as pairs of a purpose and a command."""
        return tuple(self._steps())

    def _steps(self) -> Iterator[tuple[str, str]]:
        if any(file.todos for file in self.flows):
            yield "Change what is marked in the code", "git grep -n 'TODO(syntask upgrade'"
        for block in self.blocks:
            command = block.command or f"(in the UI of the server: {block.type}/{block.name})"
            values = f" with the values of {block.origin}" if block.origin else ""
            yield f"Create the block {block.type}/{block.name}{values} unless it exists", command
        for pool in self.pools:
            exists = " (the embedded backend already has it)" if pool.is_default else ""
            yield f"Create the work pool {pool.name}{exists}", pool.command
        for limit in self.limits:
            yield f"Limit {limit.what}", limit.command
        for pool in self.pools:
            yield f"Start a worker for {pool.name}", pool.worker
        yield from self._last_steps()

    def _last_steps(self) -> Iterator[tuple[str, str]]:
        """Yield the steps that deploy and stop the old schedules."""
        files = [each.converted.source.root.span.file for each in self.results if each.is_rewritten]
        for file in dict.fromkeys(files):
            yield f"Deploy with {file}", shlex.join(["python", file])
        names = [result.converted.full_name for result in self.results if result.is_declared]
        if names and self.old_url:
            yield from self._steps_from_server()
        elif names:
            yield (
                "Check what a deploy would change, then deploy",
                "syntask plan --all && syntask deploy --all",
            )
            if all(result.converted.source.form is Form.PREFECT_1 for result in self.results):
                what = "Turn off the schedules of Prefect 1 if it keeps running, or each run starts twice"
                yield what, "(in the UI of Prefect 1)"
                return
            yield _PAUSE
        elif files:
            yield _PAUSE

    def _steps_from_server(self) -> Iterator[tuple[str, str]]:
        """Yield the steps that deploy without schedules on both servers."""
        kept = [result for result in self.results if result.is_declared]
        moved = [each.converted.full_name for each in kept if _schedules(each.entry)]
        others = [each.converted.full_name for each in kept if not _schedules(each.entry)]
        yield "Check what a deploy would change", "syntask plan --all"
        if others:
            options = [word for name in others for word in ("-n", name)]
            yield "Deploy what has no active schedule", shlex.join(["syntask", "deploy", *options])
        if moved:
            words = ["syntask", "upgrade", "switch", *moved, f"--from-server={self.old_url}"]
            yield "Deploy the others, and move their schedules from the old server", shlex.join(words)


def _schedules(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry has active schedules."""
    schedules = entry.get("schedules") or ()
    return not entry.get("paused") and any(each.get("active") is not False for each in schedules)


def _flow_files(files: Sequence[Prefect1File]) -> str:
    """Return the count of Prefect 1 files and their outcome."""
    left = sum(file.is_left for file in files)
    marked = sum(bool(file.todos) for file in files)
    counts = {"converted": len(files) - left - marked, "with TODOs": marked, "left": left}
    listed = ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "converted")
    return f"{_count(len(files), 'file')} of Prefect 1: {listed}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
