"""A backend that lives and dies with its process: for tests, and as the port's shortest reading."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syntask_yaml.backend.base import Features, RunFilter, Written
from syntask_yaml.backend.blocks import block_exists, fitted
from syntask_yaml.backend.leases import LeaseHeld, is_gone
from syntask_yaml.backend.lifecycle import (
    ORPHANED,
    cancelled,
    no_such_deployment,
    no_such_run,
    only_one,
    requested_run,
    seen,
)
from syntask_yaml.backend.memory_queue import Kept, MemoryQueue, Plan, alone
from syntask_yaml.backend.moments import Clock, utc_now
from syntask_yaml.backend.naming import new_id
from syntask_yaml.backend.pools import (
    SERVED_TYPES,
    TEMPLATES,
    furnished,
    no_such_pool,
    pool_exists,
    pool_in_use,
)
from syntask_yaml.backend.writes import outcome, refusal
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.lease import Holder, Lease
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool
from syntask_yaml.model.run import LogLine, Run, RunRequest
from syntask_yaml.model.value import Json, known

_NEVER = datetime.min.replace(tzinfo=UTC)


class MemoryBackend(MemoryQueue):
    """A `Backend` and `RunQueue` that threads may share."""

    url = "memory:"
    features = Features(kind="memory", is_atomic=True, has_owners=True)

    def __init__(self, *, clock: Clock = utc_now) -> None:
        super().__init__()
        self._clock = clock
        self._variables: dict[str, Variable] = {}
        self._blocks: dict[tuple[str, str], Block] = {}
        self._leases: dict[str, tuple[Lease, datetime]] = {}

    @alone
    def deployments(
        self, *, project: str | None = None, names: Collection[str] | None = None
    ) -> list[Stored]:
        everything = project is None and names is None
        chosen = (
            stored
            for stored in self._deployments.values()
            if everything
            or (project is not None and stored.deployment.project == project)
            or stored.deployment.full_name in (names or ())
        )
        return sorted(chosen, key=lambda stored: stored.deployment.full_name)

    @alone
    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:  # noqa: ARG002
        there = {stored.deployment.full_name: stored for stored in self._deployments.values()}
        return iter([self._write(write, there) for write in writes])

    def _write(self, write: Write, there: dict[str, Stored]) -> Written:
        name = write.old_name or write.full_name
        stored = there.get(name)
        is_taken = write.is_rename and write.full_name in there
        if error := refusal(write, stored, self._pools, is_taken=is_taken):
            return Written(write, error=error)
        self._changes += 1
        if stored:
            self._take_out(there.pop(name))
        if write.after:
            stored = there[write.full_name] = self._put(write.after, stored)
            self._rename_runs(stored)
            self._drop_unfit(stored)
        elif stored:
            self._orphan(stored)
        return Written(write, id=stored.id if stored else None)

    def _put(self, after: Deployment, before: Stored | None) -> Stored:
        done = outcome(after, before, self._clock())
        deployment = replace(done.deployment, paused=done.paused, schedules=done.schedules)
        stored = Stored(done.id, deployment, done.created, done.updated)
        self._deployments[stored.id] = stored
        for schedule in done.schedules:
            self._plans[str(schedule.id)] = Plan(done.updated)
        if pool := known(after.work_pool):
            self._add_queue(pool, known(after.work_queue) or DEFAULT_QUEUE)
        return stored

    def _take_out(self, stored: Stored) -> None:
        del self._deployments[stored.id]
        for schedule in known(stored.deployment.schedules) or ():
            del self._plans[str(schedule.id)]

    def _add_queue(self, pool: str, name: str) -> None:
        taken = [priority for (of, _), priority in self._priorities.items() if of == pool]
        self._priorities.setdefault((pool, name), max(taken, default=0) + 1)

    def _drop_unfit(self, stored: Stored) -> None:
        """Remove the runs made ahead that are still to come, or that nothing active stands behind."""
        now, deployment = self._clock(), stored.deployment
        fitting = {
            schedule.id
            for schedule in known(deployment.schedules) or ()
            if schedule.active and not deployment.paused
        }
        for kept in self._made_ahead(stored.id):
            due = kept.run.scheduled
            if not (kept.origin and kept.origin[0] in fitting and due and due <= now):
                del self._runs[kept.run.id]

    def _rename_runs(self, stored: Stored) -> None:
        deployment = stored.deployment
        for kept in self._runs.values():
            if kept.run.deployment_id == stored.id and kept.run.deployment != deployment.full_name:
                kept.run = replace(kept.run, flow=deployment.flow, deployment=deployment.full_name)

    def _orphan(self, stored: Stored) -> None:
        for kept in self._made_ahead(stored.id):
            del self._runs[kept.run.id]
        for kept in self._runs.values():
            if kept.run.deployment_id == stored.id:
                run = replace(kept.run, deployment_id=None)
                ended = replace(run, state=ORPHANED, ended=self._clock())
                self._become(kept, ended if kept.is_waiting else run)

    def _made_ahead(self, deployment_id: str) -> list[Kept]:
        return [
            kept
            for kept in self._runs.values()
            if kept.is_waiting and kept.run.is_scheduled and kept.run.deployment_id == deployment_id
        ]

    @alone
    def pools(self) -> list[WorkPool]:
        return sorted(self._pools.values(), key=lambda pool: pool.name)

    def pool_types(self) -> list[str]:
        return list(SERVED_TYPES)

    @alone
    def create_pool(self, pool: WorkPool) -> WorkPool:
        made = replace(furnished(pool), id=new_id())
        if pool.name in self._pools:
            raise pool_exists(pool.name)
        self._pools[pool.name] = made
        self._add_queue(pool.name, DEFAULT_QUEUE)
        return made

    @alone
    def take_lease(self, name: str, holder: Holder, *, seconds: float) -> Lease | None:
        now = self._clock()
        if name in self._leases:
            lease, until = self._leases[name]
            if until > now and not is_gone(lease.holder):
                raise LeaseHeld(lease)
        lease = Lease(name=name, holder=holder, since=now, token=new_id())
        self._leases[name] = lease, now + timedelta(seconds=seconds)
        return lease

    @alone
    def renew_lease(self, lease: Lease, *, seconds: float) -> bool:
        if not self._is_held(lease):
            return False
        self._leases[lease.name] = lease, self._clock() + timedelta(seconds=seconds)
        return True

    @alone
    def release_lease(self, lease: Lease) -> None:
        if self._is_held(lease):
            del self._leases[lease.name]

    def _is_held(self, lease: Lease) -> bool:
        return lease.name in self._leases and self._leases[lease.name][0] == lease

    @alone
    def update_pool(self, name: str, changes: Mapping[str, Any]) -> WorkPool:
        if name not in self._pools:
            raise no_such_pool(name)
        self._pools[name] = furnished(replace(self._pools[name], **changes))
        self._changes += 1
        return self._pools[name]

    @alone
    def delete_pool(self, name: str) -> bool:
        deployments = [each.deployment for each in self._deployments.values()]
        if used := sorted(each.full_name for each in deployments if known(each.work_pool) == name):
            raise pool_in_use(name, used)
        return self._pools.pop(name, None) is not None

    def pool_template(self, type: str) -> Mapping[str, Json]:
        return TEMPLATES.get(type, {})

    def variables(self) -> list[Variable]:
        return sorted(self._variables.values(), key=lambda variable: variable.name)

    def set_variable(self, variable: Variable) -> None:
        self._variables[variable.name] = variable

    def unset_variable(self, name: str) -> bool:
        return self._variables.pop(name, None) is not None

    def blocks(self) -> list[Block]:
        return [self._blocks[key] for key in sorted(self._blocks)]

    def block(self, type: str, name: str) -> Block | None:
        return self._blocks.get((type, name))

    @alone
    def create_block(self, block: Block) -> Block:
        made = replace(fitted(block), id=new_id())
        if (block.type, block.name) in self._blocks:
            raise block_exists(block)
        self._blocks[block.type, block.name] = made
        return made

    def delete_block(self, type: str, name: str) -> bool:
        return self._blocks.pop((type, name), None) is not None

    @alone
    def create_run(self, request: RunRequest) -> Run:
        stored = self._deployments.get(request.deployment_id)
        if stored is None:
            raise no_such_deployment(request.deployment_id)
        origin = (stored.id, request.idempotency_key) if request.idempotency_key else None
        for kept in self._runs.values():
            if origin and kept.origin == origin:
                return kept.run
        return self._add(Kept(requested_run(request, stored, self._clock()), origin))

    @alone
    def runs(self, which: RunFilter) -> list[Run]:
        chosen = [
            seen(kept.run, self._clock())
            for kept in self._runs.values()
            if (which.deployment is None or kept.run.deployment == which.deployment)
            and (not which.states or kept.run.state.type in which.states)
            and (which.until is None or kept.run.scheduled is None or kept.run.scheduled <= which.until)
            and (which.after is None or (kept.run.scheduled or _NEVER) > which.after)
        ]
        return sorted(chosen, key=_latest, reverse=which.after is None)[: which.limit]

    @alone
    def run(self, id: str) -> Run | None:
        prefix = id.lower()
        found = [kept.run for kept in self._runs.values() if prefix and kept.run.id.startswith(prefix)]
        run = only_one(id, found)
        return run and seen(run, self._clock())

    @alone
    def logs(self, run_id: str, *, after: int = 0) -> list[LogLine]:
        return self._logs.get(run_id, [])[after:]

    @alone
    def cancel(self, run_id: str) -> Run:
        kept = self._runs.get(run_id)
        if kept is None:
            raise no_such_run(run_id)
        return self._become(kept, cancelled(kept.run, self._clock()))

    def close(self) -> None:
        """Nothing is held open."""


def _latest(run: Run) -> tuple[datetime, datetime]:
    return run.scheduled or _NEVER, run.created or _NEVER
