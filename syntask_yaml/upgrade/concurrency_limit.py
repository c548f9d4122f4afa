"""A concurrency limit, and the command that sets it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from syntask_yaml.model.concurrency_limit import TAG

# A hint for a limit that a deployment of Prefect 2 set on its work queue.
QUEUE_LIMIT_HINT = (
    "Set it on the work queue with `syntask work-queue update NAME --pool POOL --concurrency-limit N`."
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *number* concurrent runs, of a work queue of *pool* or, without a pool, of a tag."""

    name: str
    number: int
    pool: str = ""
    priority: int | None = None

    @property
    def what(self) -> str:
        """The limited object."""
        return (
            f"the work queue {self.name} of {self.pool}"
            if self.pool
            else f"task runs with the tag {self.name}"
        )

    @property
    def command(self) -> str:
        """The command that sets the limit."""
        if not self.pool:
            words = ["syntask", "concurrency-limit", "create", f"{TAG}{self.name}"]
            return shlex.join([*words, "--limit", str(self.number)])
        words = ["syntask", "work-queue", "create", self.name, "--pool", self.pool]
        priority = ["--priority", str(self.priority)] if self.priority else []
        return shlex.join([*words, "--concurrency-limit", str(self.number), *priority])
