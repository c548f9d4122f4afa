"""Write a planned copy, kind by kind: each object after its dependencies, and the schedules last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from syntask_yaml.errors import BackendConflict, BackendUnreachable, NotFound, SyntaskError
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.events import Copied, Observer
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool, WorkQueue
from syntask_yaml.model.value import Value
from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind, CopyPlan
from syntask_yaml.operations.copying.journal import Unfinished
from syntask_yaml.operations.copying.move import Moved, Mover
from syntask_yaml.operations.copying.references import with_ids

_DONE = {CopyAction.CREATE: "created", CopyAction.UPDATE: "updated", CopyAction.MOVE: "moved"}
FAILED = "failed"
_NOT_MOVED = Moved()


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The result of one change: the *error* that prevented it, or how schedules *moved*."""

    change: CopyChange
    error: SyntaskError | None = None
    moved: Moved = _NOT_MOVED

    @property
    def action(self) -> str:
        return FAILED if self.error else _DONE[self.change.action]


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """The result of a copy, with one for each write of its *plan*."""

    plan: CopyPlan
    results: tuple[CopyResult, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the destination has every object of the plan as on the source."""
        is_written = all(result.error is None for result in self.results)
        return is_written and not any(change.action.is_problem for change in self.plan.changes)


def write_copy(
    plan: CopyPlan, mover: Mover, unfinished: Unfinished, *, jobs: int, notify: Observer
) -> CopyOutcome:
    """Execute *plan* on the destination of *mover*. A failure stops only what depends on it.

    Nothing more is tried after a server is unreachable.
    """
    writes = plan.writes
    done: list[CopyResult] = []
    for result in _Writer(mover, unfinished, jobs).results(writes):
        done.append(result)
        notify(Copied(result.change.full_name, result.action, len(done), len(writes)))
    return CopyOutcome(plan, tuple(done))


class _Writer:
    """Writes changes, and keeps track of failures."""

    def __init__(self, mover: Mover, unfinished: Unfinished, jobs: int) -> None:
        self._mover = mover
        self._unfinished = unfinished
        self._destination = mover.destination
        self._jobs = jobs
        self._gone: BackendUnreachable | None = None
        self._failed: set[str] = set()

    def results(self, writes: Sequence[CopyChange]) -> Iterator[CopyResult]:
        for kind, group in groupby(writes, key=lambda change: change.kind):
            is_bulk = kind is CopyKind.DEPLOYMENT
            for result in self._deployments(list(group)) if is_bulk else map(self._one, group):
                if isinstance(result.error, BackendUnreachable):
                    self._gone = self._gone or result.error
                if result.error and is_bulk:
                    self._failed.add(result.change.name)
                yield result

    def _one(self, change: CopyChange) -> CopyResult:
        if self._gone is not None:
            return CopyResult(change, self._gone.of_the_rest)
        try:
            if change.kind is CopyKind.SCHEDULES:
                return CopyResult(change, moved=self._move(change.name))
            self._write(change)
        except SyntaskError as error:
            return CopyResult(change, error)
        return CopyResult(change)

    def _move(self, name: str) -> Moved:
        if name in self._failed:
            raise BackendConflict(
                f"The schedules of `{name}` stay on the source, because it was not copied.",
                hint="Run the command again.",
            )
        return self._mover.move(name)

    def _write(self, change: CopyChange) -> None:
        is_new = change.action is CopyAction.CREATE
        match change.after:
            case Variable() as variable:
                self._destination.set_variable(variable)
            case Block() as block:
                (self._destination.create_block if is_new else self._destination.update_block)(block)
            case GlobalConcurrencyLimit() as limit:
                if is_new:
                    self._destination.create_concurrency_limit(limit)
                else:
                    self._destination.update_concurrency_limit(limit.name, _changed(limit, change))
            case WorkPool() as pool:
                whole = replace(pool, base_job_template=self._with_ids(pool.base_job_template))
                if is_new:
                    self._destination.create_pool(whole)
                else:
                    self._destination.update_pool(pool.name, _changed(whole, change))
            case WorkQueue() as queue:
                if is_new and queue.name != DEFAULT_QUEUE:
                    self._destination.create_queue(queue)
                else:
                    self._destination.update_queue(queue.pool, queue.name, _changed(queue, change))

    def _deployments(self, changes: Sequence[CopyChange]) -> Iterator[CopyResult]:
        try:
            if self._gone is not None:
                raise self._gone.of_the_rest
            writes = [self._resolved(each.after) for each in changes if isinstance(each.after, Write)]
        except SyntaskError as error:
            yield from (CopyResult(change, error) for change in changes)
            return
        unfinished = {
            each.full_name for each in writes if each.after and (each.after.triggers or each.after.sla)
        }
        self._unfinished.write(unfinished)
        for change, each in zip(changes, self._destination.write(writes, jobs=self._jobs), strict=True):
            if each.error is None:
                unfinished.discard(change.name)
            yield CopyResult(change, each.error)
        self._unfinished.write(unfinished)

    def _resolved(self, write: Write) -> Write:
        after = write.after
        if after is None:
            return write
        parameters, variables = self._with_ids(after.parameters), self._with_ids(after.job_variables)
        return write._replace(after=replace(after, parameters=parameters, job_variables=variables))

    def _with_ids(self, value: Value) -> Any:
        return with_ids(value, self._id_of)

    def _id_of(self, block: str) -> str:
        if block not in self._block_ids:
            raise NotFound(f"The destination has no block `{block}`.", hint="Copy the blocks too.")
        return self._block_ids[block]

    @cached_property
    def _block_ids(self) -> Mapping[str, str]:
        """The ids of the blocks on the destination, read after all of them are written."""
        return {block.full_name: block.id for block in self._destination.blocks() if block.id}


def _changed(after: GlobalConcurrencyLimit | WorkPool | WorkQueue, change: CopyChange) -> dict[str, Any]:
    return {field.path: getattr(after, field.path) for field in change.fields}
