"""A limit of runs at the same time, and the command that sets it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from syntask_yaml.model.concurrency_limit import TAG

# What to do about a limit that a deployment of Prefect 2 gave its work queue.
QUEUE_LIMIT_HINT = (
    "Set it on the work queue with `syntask work-queue update NAME --pool POOL --concurrency-limit N`."
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *number* runs at the same time: of a work queue of *pool*, or, without one, of a tag."""

    name: str
    number: int
    pool: str = ""
    priority: int | None = None

    @property
    def what(self) -> str:
        """What is limited."""
        return (
            f"the work queue {self.name} of {self.pool}"
            if self.pool
            else f"task runs with the tag {self.name}"
        )

    @property
    def command(self) -> str:
        """How to set it."""
        if not self.pool:
            words = ["syntask", "concurrency-limit", "create", f"{TAG}{self.name}"]
            return shlex.join([*words, "--limit", str(self.number)])
        words = ["syntask", "work-queue", "create", self.name, "--pool", self.pool]
        priority = ["--priority", str(self.priority)] if self.priority else []
        return shlex.join([*words, "--concurrency-limit", str(self.number), *priority])
