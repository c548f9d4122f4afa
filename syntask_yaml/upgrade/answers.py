"""What is answered to a command of agents: text in its place, or a sentence for the user."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.upgrade.commands import Command
from syntask_yaml.upgrade.secrets import hide_in_text

_SAFE = re.compile(r"[\w ./@:+=,-]+")


@dataclass(frozen=True, slots=True)
class Served:
    """A work queue with runs, the work pool that has it now, and the one that its agents named: empty for
    none, None if nobody knows it any more."""

    queue: str
    pool: str
    old_pool: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the deployments that are converted: their full names by the file that held them
    and, with their entrypoints, by their own name; who serves which queue; and the files with deployments
    that are not converted. *project_at* is the folder of the project that a command finds from a folder, and
    that the files in it belong to."""

    by_file: Mapping[Path, Sequence[str]] = field(default_factory=dict)
    by_name: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    served: Sequence[Served] = ()
    open: frozenset[Path] = frozenset()
    project_at: Callable[[Path], Path] = lambda _folder: Path()

    @property
    def full_names(self) -> frozenset[str]:
        """The deployments that are converted, now or before."""
        now = (full for found in self.by_name.values() for full, _ in found)
        return frozenset(chain(now, *self.by_file.values()))


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a command: the *text* to write in its place, None if it is left, and what is said."""

    command: Command
    text: str | None = None
    problems: tuple[Diagnostic, ...] = ()

    def left(self) -> Answer:
        """The same, said and not written."""
        return self if self.text is None else said_instead(self.command, self.text, self.problems)


def left(command: Command, code: str, detail: str, hint: str) -> Answer:
    """Say what is wrong with *command*, and what to do."""
    return Answer(command, None, (warning(command, code, detail, hint),))


def warning(command: Command, code: str, detail: str, hint: str) -> Diagnostic:
    """Something about *command* that somebody has to look at, without secrets."""
    texts = hide_in_text(detail), hide_in_text(hint)
    return Diagnostic(code, *texts, severity=Severity.WARNING, span=command.span)


def instead(command: Command, words: Sequence[str], *problems: Diagnostic) -> Answer:
    """The command of today in the place of the old one, where its file is rewritten; else it is said."""
    if command.is_plain and command.may_edit and all(_SAFE.fullmatch(word) for word in words):
        return Answer(command, command.spelled(words), problems)
    return said_instead(command, shlex.join(words), problems)


def said_instead(command: Command, written: str, problems: Sequence[Diagnostic]) -> Answer:
    """What to write in the place of *command*, said and not written."""
    is_dynamic = any(sign in word for word in command.words for sign in "$`*{")
    code = "dynamic-value" if is_dynamic else "old-command"
    why = " It is not rewritten, because it contains variables." if is_dynamic else ""
    detail = f"`prefect {command.verb}` is a command of Prefect 2.{why}"
    return Answer(command, None, (warning(command, code, detail, f"Use `{written}`."), *problems))
