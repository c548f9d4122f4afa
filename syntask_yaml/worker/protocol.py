"""What a worker and the process of a run say to each other: a JSON document a line, over two pipes.

    worker → run   the `Job`, once; then `go` when the run may begin; the end of the pipe: stop at once
    run → worker   `ready` when everything but the call is done; then log lines; then how it ended

The numbers of the two descriptors are in the run's environment. Standard output and error are the
flow's own, and become log lines too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

CONTROL_FD = "SYNTASK__CONTROL_FD"
REPORT_FD = "SYNTASK__REPORT_FD"
RUN_ID = "SYNTASK__FLOW_RUN_ID"

GO = b"go\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the process of a run has to know. *backend* is where blocks and variables are looked up."""

    run_id: str
    entrypoint: str
    backend: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    pull_steps: tuple[Mapping[str, Any], ...] = ()

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Job:
        fields = json.loads(line)
        return cls(**{**fields, "pull_steps": tuple(fields["pull_steps"])})


@dataclass(frozen=True, slots=True)
class Report:
    """One line from a run: *kind* is `ready`, `log`, `retrying`, `completed` or `failed`.

    What failed says in which *stage*: `pull` (then *step* counts from 0), `load`, `parameters` or `call`.
    """

    kind: str
    message: str = ""
    name: str = ""
    level: int = 20
    logger: str = ""
    hint: str = ""
    stage: str = ""
    step: int | None = None

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Report:
        return cls(**json.loads(line))
