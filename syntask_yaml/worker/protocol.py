"""The protocol between a worker and the process of a run: a JSON document per line, over two pipes.

    worker → run   the `Job`, once; then `go` when the flow may be called; the end of the pipe: exit at once
    run → worker   `ready` when everything but the call is done; then log lines; then the result

The numbers of the two descriptors are in the run's environment. Standard output and error belong to the
flow and also become log lines. `framing` keeps long reports whole. Any process of the run can write to the
pipe, so the worker treats everything that is not a report as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from syntask._runs.tracking import ChildChange, RunInfo
from syntask_yaml.worker.children import change_of, masked_change
from syntask_yaml.worker.framing import frames

# Maximum characters of a log line; a longer one is split.
LONGEST_LINE = 1_000_000
# Maximum characters of other strings in a report: names, hints, messages of states. The rest is dropped.
LONGEST_TEXT = 10_000

CONTROL_FD = "SYNTASK__CONTROL_FD"
REPORT_FD = "SYNTASK__REPORT_FD"
# The variable with the worker's socket, in the process that runs are forked from.
FORK_FD = "SYNTASK__FORK_FD"
RUN_ID = "SYNTASK__FLOW_RUN_ID"

# The variable with the folder of requests for a Prefect server, and the suffixes of requests and answers.
SERVERS = "SYNTASK__PREFECT_SERVERS"
WANTED, ANSWER = ".wanted", ".answer"

GO = b"go\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job of a run's process. Blocks and variables are looked up on *backend*.

    *about* are the other fields of the `RunInfo` for flow code. *variables* and *blocks* (by `type/name`,
    with plain secrets) count as if the backend had them.
    """

    run_id: str
    entrypoint: str
    backend: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    pull_steps: tuple[Mapping[str, Any], ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Job:
        fields = json.loads(line)
        return cls(**{**fields, "pull_steps": tuple(fields["pull_steps"])})

    @property
    def run_info(self) -> RunInfo:
        tags = tuple(self.about.get("tags", ()))
        known = {"name": "", "flow": "", **self.about, "tags": tags}
        return RunInfo(id=self.run_id, parameters=self.parameters, **known)


@dataclass(frozen=True, slots=True)
class Report:
    """A line from a run: *kind* is `ready`, `log`, `child`, `retrying`, `completed` or `failed`.

    A log line can belong to a *task* run, by its id. A *child* is the state of a task run or subflow run. A
    failure has a *stage*: `pull` (then *step* counts from 0), `load`, `server`, `parameters` or `call`. A
    flow that returns a state ends in that *state*, by its type. A line that is not a report is `damaged`,
    with its text. *moment* is the time of a report from the past, in seconds since 1970.
    """

    kind: str
    message: str = ""
    name: str = ""
    level: int = 20
    logger: str = ""
    hint: str = ""
    stage: str = ""
    step: int | None = None
    moment: float | None = None
    task: str | None = None
    child: ChildChange | None = None
    state: str = ""

    def masked(self, mask: Callable[[str], str]) -> Report:
        """Return the report with *mask* applied to its strings."""
        child = self.child and masked_change(self.child, mask)
        return replace(
            self, message=mask(self.message), name=mask(self.name), logger=mask(self.logger), child=child
        )

    def encode(self) -> Iterator[bytes]:
        """Yield the bytes of the report, one write at a time; a long message becomes several reports."""
        if self.child is not None:  # frequent
            yield from frames(_bytes({"kind": self.kind, "child": self.child}))
            return
        for start in range(0, max(len(self.message), 1), LONGEST_LINE):
            part = {**asdict(self), "message": self.message[start : start + LONGEST_LINE]}
            yield from frames(_bytes(part))

    @classmethod
    def decode(cls, line: bytes) -> Report:
        """Return the report in *line*, which may contain anything."""
        try:
            fields = json.loads(line)
            if fields.get("child") is not None:
                fields["child"] = change_of(fields["child"])
            report = cls(**fields)
            return report if report._is_sound else cls._damaged(line)
        except (ValueError, TypeError, AttributeError, RecursionError):
            return cls._damaged(line)

    @property
    def _is_sound(self) -> bool:
        texts = (self.message, self.name, self.logger, self.hint, self.stage, self.state)
        return (
            self.kind in _KINDS
            and all(isinstance(text, str) for text in texts)
            and isinstance(self.level, int)
            and isinstance(self.step, int | None)
            and isinstance(self.moment, int | float | None)
            and isinstance(self.task, str | None)
            and (self.kind == "child") == (self.child is not None)
        )

    @classmethod
    def _damaged(cls, line: bytes) -> Report:
        return cls("damaged", line.decode(errors="replace"))


_KINDS = ("ready", "log", "child", "renamed", "damaged", "retrying", "completed", "failed")


def _bytes(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
