"""Write deployments concurrently, as many at a time as the server can handle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from syntask_yaml.backend.apply_write import already_exists, refusal
from syntask_yaml.backend.base import Written
from syntask_yaml.backend.ids import check_name
from syntask_yaml.backend.prefect.change import DeploymentChanger
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.names import step_problem
from syntask_yaml.backend.prefect.queues import make_queues
from syntask_yaml.backend.prefect.read import Current
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused, BackendUnreachable
from syntask_yaml.model.deployment import Deployment, Write

# The number of deployments read before they are written.
_BATCH_SIZE = 200


@dataclass
class _Batch:
    """Writes with different names, and the current deployments with these names.

    *flows* are the ids of the required flows, or the errors of creating them.
    """

    current: Mapping[str, Current]
    pools: frozenset[str]
    flows: dict[str, str | BackendError] = field(default_factory=dict)

    def flow(self, name: str) -> str:
        """Return the id of the flow called *name*. Raises the error of its creation."""
        flow = self.flows[name]
        if isinstance(flow, BackendError):
            raise flow
        return flow


class DeploymentWriter(DeploymentChanger):
    """The operation that writes deployments."""

    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:
        unreachable: BackendUnreachable | None = None
        for group in _parts(writes):
            for written in self._write(group, jobs, unreachable):
                if isinstance(written.error, BackendUnreachable):
                    unreachable = unreachable or written.error
                yield written

    def _write(
        self, writes: Sequence[Write], jobs: int, unreachable: BackendUnreachable | None
    ) -> Iterator[Written]:
        try:
            if unreachable is not None:
                raise unreachable.of_the_rest
            batch = self._batch(writes, jobs)
        except BackendError as error:
            yield from (Written(write, error=error) for write in writes)
            return
        stopped: list[BackendUnreachable] = []

        def apply(write: Write) -> Written:
            if stopped:
                return Written(write, error=stopped[0].of_the_rest)
            try:
                return Written(write, id=self._apply(write, batch))
            except BackendUnreachable as error:
                stopped.append(error)
                return Written(write, error=error)
            except BackendError as error:
                return Written(write, error=error)

        yield from self._api.concurrency.in_order(apply, writes, most=jobs)

    def _batch(self, writes: Sequence[Write], jobs: int) -> _Batch:
        names = [write.full_name for write in writes if _has_valid_names(write)]
        names += [write.old_name for write in writes if write.old_name and write.is_rename]
        current, pools = self._api.both(lambda: self._current(names), self._pool_names)
        batch = _Batch(current, pools)
        valid = [
            write.after
            for write in writes
            if write.after and self._refusal(write, batch, _replaced(write, batch)) is None
        ]
        make_queues(self._api, valid, existing=[each.raw for each in current.values()])
        flows = list(dict.fromkeys(after.flow for after in valid if after.full_name not in batch.current))
        made = self._api.concurrency.in_order(self._make_flow, flows, most=jobs)
        batch.flows.update(zip(flows, made, strict=True))
        return batch

    def _pool_names(self) -> frozenset[str]:
        return frozenset(raw["name"] for raw in self._api.every("work_pools"))

    def _make_flow(self, name: str) -> str | BackendError:
        """Return the id of the flow called *name*, or the error. The flow is created if it does not exist."""
        try:
            flow = self._api.made("/flows/", {"name": name}, "flows")
        except BackendError as error:
            return error
        self._flow_names[flow["id"]] = name
        return str(flow["id"])

    def _refusal(self, write: Write, batch: _Batch, current: Current | None) -> BackendError | None:
        stored = current.stored if current else None
        is_taken = write.is_rename and write.full_name in batch.current
        if error := refusal(write, stored, batch.pools, is_taken=is_taken):
            return error
        if stored and write.before and stored.deployment.schedules != write.before.deployment.schedules:
            return BackendConflict(
                f"The schedules of `{write.full_name}` were changed since they were read.",
                hint="Run `syntask plan` again.",
            )
        return _step_refusal(write.after) if write.after else None

    def _apply(self, write: Write, batch: _Batch) -> str | None:
        found = _replaced(write, batch)
        current = self._reread(found) if found else None
        if error := self._refusal(write, batch, current):
            raise error
        if write.after is None:
            return self._delete(current, write.before) if current else None
        if current is None or write.is_rename:
            self._check_is_new(write.full_name)
        if write.is_rename and current is not None:
            return self._rename(write.after, current, write.before, batch.flow(write.after.flow))
        if current is None:
            return self._make(write.after, batch.flow(write.after.flow))
        self._change(write.after, current, write.before)
        return current.stored.id

    def _check_is_new(self, name: str) -> None:
        """Raise BackendConflict if another client has created the deployment: a server overwrites it."""
        flow, _, deployment = name.partition("/")
        if self._api.get(f"/deployments/name/{part(flow)}/{part(deployment)}", "deployments") is not None:
            raise already_exists(name)

    def _reread(self, found: Current) -> Current | None:
        """Read a deployment again, because others may have written it since the batch was read."""
        raw = self._api.get(f"/deployments/{part(found.stored.id)}", "deployments")
        return Current(raw, self._stored(raw)) if raw else None


def _replaced(write: Write, batch: _Batch) -> Current | None:
    """Return the current deployment that *write* replaces or deletes."""
    return batch.current.get(write.old_name or write.full_name)


def _step_refusal(after: Deployment) -> BackendRefused | None:
    for step in after.pull_steps:
        for name in step:
            if problem := step_problem(name):
                return BackendRefused(problem, hint="Use a step that Prefect has, or a custom step.")
    return None


def _has_valid_names(write: Write) -> bool:
    """Return whether the name of *write* is valid."""
    flow, _, name = write.full_name.partition("/")
    try:
        check_name("flow", flow)
        check_name("deployment", name)
    except BackendRefused:
        return False
    return True


def _parts(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Split the writes, in order, into parts without duplicate names."""
    by_name: dict[str, Write] = {}
    for write in writes:
        if write.full_name in by_name or len(by_name) == _BATCH_SIZE:
            yield list(by_name.values())
            by_name = {}
        by_name[write.full_name] = write
    if by_name:
        yield list(by_name.values())
