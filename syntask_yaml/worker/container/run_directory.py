"""The directory that a worker and the container of a run share.

    order     the job, with its secrets; the supervisor removes it after reading it
    go        exists when the flow may be called
    journal   the reports of the run

It is writable by everyone, since a container can run as any user. Only the worker's user can access its
parent directory.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from syntask_yaml.model.secret import revealed
from syntask_yaml.worker.protocol import Job

# Its path in the container, and the path of our package.
DIRECTORY_INSIDE = "/syntask/run"
PACKAGE_INSIDE = "/syntask/package"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The job of the supervisor of a container, with plain secrets.

    *entrypoint* is the image's own, and *command* replaces our own program. *log_limit* is the number of
    bytes of output to keep. *secrets* are masked in all reports of the run. A run that does not get `go`
    within *patience* seconds is ended, since its starter is dead; None for a run that is adopted in that
    case.
    """

    job: Mapping[str, Any]
    environ: Mapping[str, str | None]
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    log_limit: int | None = None
    secrets: tuple[str, ...] = ()
    patience: float | None = None

    @classmethod
    def of(cls, job: Job, *, pull_steps: Sequence[Any], **fields: Any) -> Order:
        """Return the order for *job* with other *pull_steps*, whose secrets are known."""
        return cls(job={**asdict(job), "backend": "", "pull_steps": revealed(pull_steps)}, **fields)

    def with_entrypoint(self, words: Sequence[str]) -> Order:
        return replace(self, entrypoint=tuple(words))


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The directory of one attempt of a run, as seen from either side."""

    directory: Path

    @property
    def journal(self) -> Path:
        return self.directory / "journal"

    @property
    def is_free_to_go(self) -> bool:
        return self._go.exists()

    @property
    def _go(self) -> Path:
        return self.directory / "go"

    @property
    def _order(self) -> Path:
        return self.directory / "order"

    def make(self) -> None:
        """Create it, with an empty journal. Raises OSError."""
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        self.directory.parent.chmod(0o700)
        self.directory.mkdir()
        self.directory.chmod(0o777)
        self.journal.touch()
        self.journal.chmod(0o666)

    def put(self, order: Order) -> None:
        """Write the order. Raises OSError."""
        draft = self._order.with_suffix(".draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(order), file)
            os.fchmod(descriptor, 0o644)
        draft.replace(self._order)

    def take(self) -> Order:
        """Read the order, and remove it, because it contains secrets. Raises OSError."""
        fields = json.loads(self._order.read_text(encoding="utf-8"))
        self._order.unlink()
        for name in ("entrypoint", "command", "secrets"):
            fields[name] = tuple(fields[name])
        return Order(**fields)

    def go(self) -> None:
        """Let the flow be called. Raises OSError."""
        self._go.touch()
