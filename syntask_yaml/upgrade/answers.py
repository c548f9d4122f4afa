"""Answers to commands of agents: replacement text, or a message for the user."""

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
    """A work queue with runs, its *pool*, and the pool that its agents named.

    The latter is empty for none, None if unknown.
    """

    queue: str
    pool: str
    old_pool: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """The deployments of the repository.

    They are full names by file, and by own name with their entrypoints; the queues and their pools; and the
    files with deployments that are not converted. *project_at* maps a folder to the folder of the project
    that a command finds there, and that its files belong to.
    """

    by_file: Mapping[Path, Sequence[str]] = field(default_factory=dict)
    by_name: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    served: Sequence[Served] = ()
    open: frozenset[Path] = frozenset()
    project_at: Callable[[Path], Path] = lambda _folder: Path()

    @property
    def full_names(self) -> frozenset[str]:
        """The full names of the deployments that are converted, now or earlier."""
        now = (full for found in self.by_name.values() for full, _ in found)
        return frozenset(chain(now, *self.by_file.values()))


@dataclass(frozen=True, slots=True)
class Answer:
    """The replacement *text* of a command, None if it stays, and the messages about it."""

    command: Command
    text: str | None = None
    problems: tuple[Diagnostic, ...] = ()

    def left(self) -> Answer:
        """Return the same answer with the replacement in a message only."""
        return self if self.text is None else said_instead(self.command, self.text, self.problems)


def left(command: Command, code: str, detail: str, hint: str) -> Answer:
    """Return an answer that keeps *command* and reports the problem with a hint."""
    return Answer(command, None, (warning(command, code, detail, hint),))


def warning(command: Command, code: str, detail: str, hint: str) -> Diagnostic:
    """Return a warning about *command*, without secrets."""
    texts = hide_in_text(detail), hide_in_text(hint)
    return Diagnostic(code, *texts, severity=Severity.WARNING, span=command.span)


def instead(command: Command, words: Sequence[str], *problems: Diagnostic) -> Answer:
    """Return an answer that replaces *command*, or only a message if its file is not rewritten."""
    if command.is_plain and command.may_edit and all(_SAFE.fullmatch(word) for word in words):
        return Answer(command, command.spelled(words), problems)
    return said_instead(command, shlex.join(words), problems)


def said_instead(command: Command, written: str, problems: Sequence[Diagnostic]) -> Answer:
    """Return an answer that reports the replacement of *command* and does not write it."""
    is_dynamic = any(sign in word for word in command.words for sign in "$`*{")
    code = "dynamic-value" if is_dynamic else "old-command"
    why = " It is not rewritten, because it contains variables." if is_dynamic else ""
    detail = f"`prefect {command.verb}` is a command of Prefect 2.{why}"
    return Answer(command, None, (warning(command, code, detail, f"Use `{written}`."), *problems))
