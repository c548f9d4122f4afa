"""Writing deployments: several at once, as many as the server can take, answered in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from syntask_yaml.backend.base import Written
from syntask_yaml.backend.naming import check_name
from syntask_yaml.backend.prefect.bodies import changed_body, labels_of, new_body
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.names import step_problem
from syntask_yaml.backend.prefect.queues import make_queues
from syntask_yaml.backend.prefect.read import Current, Reading
from syntask_yaml.backend.prefect.schedules import write_schedules
from syntask_yaml.backend.prefect.triggers import delete_triggers, write_sla, write_triggers
from syntask_yaml.backend.schedules import merged
from syntask_yaml.backend.writes import limit_in_place, refusal
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused, BackendUnreachable
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.trigger import settled, trigger_name
from syntask_yaml.model.value import known

# So many are looked at once more just before they are written.
_AT_ONCE = 200


class _ServerTooOld(BackendRefused):
    """The server does not know a field that means something."""


@dataclass
class _Batch:
    """Writes with different names, with what the server has under them now.

    *flows* are the ids of those that are needed, or why there is none. *gone* is why nothing more is tried.
    """

    current: Mapping[str, Current]
    pools: frozenset[str]
    flows: dict[str, str | BackendError] = field(default_factory=dict)

    def flow(self, name: str) -> str:
        """The id of the flow called *name*. Raises what kept it from being made."""
        flow = self.flows[name]
        if isinstance(flow, BackendError):
            raise flow
        return flow


class Writing(Reading):
    """The verb that writes deployments."""

    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:
        gone: BackendUnreachable | None = None
        for few in _parts(writes):
            for written in self._write(few, jobs, gone):
                if isinstance(written.error, BackendUnreachable):
                    gone = gone or written.error
                yield written

    def _write(
        self, writes: Sequence[Write], jobs: int, gone: BackendUnreachable | None
    ) -> Iterator[Written]:
        try:
            if gone is not None:
                raise _not_tried(gone)
            batch = self._batch(writes, jobs)
        except BackendError as error:
            yield from (Written(write, error=error) for write in writes)
            return
        stopped: list[BackendUnreachable] = []

        def apply(write: Write) -> Written:
            if stopped:
                return Written(write, error=_not_tried(stopped[0]))
            try:
                return Written(write, id=self._apply(write, batch))
            except BackendUnreachable as error:
                stopped.append(error)
                return Written(write, error=error)
            except BackendError as error:
                return Written(write, error=error)

        yield from self._api.concurrency.in_order(apply, writes, most=jobs)

    def _batch(self, writes: Sequence[Write], jobs: int) -> _Batch:
        names = [write.full_name for write in writes if _can_be(write)]
        names += [write.old_name for write in writes if write.old_name and write.is_rename]
        current, pools = self._api.both(lambda: self._current(names), self._pool_names)
        batch = _Batch(current, pools)
        sound = [write.after for write in writes if write.after and self._refusal(write, batch) is None]
        make_queues(self._api, sound, there=[each.raw for each in current.values()])
        flows = list(dict.fromkeys(after.flow for after in sound if after.full_name not in batch.current))
        made = self._api.concurrency.in_order(self._make_flow, flows, most=jobs)
        batch.flows.update(zip(flows, made, strict=True))
        return batch

    def _pool_names(self) -> frozenset[str]:
        return frozenset(raw["name"] for raw in self._api.every("work_pools"))

    def _make_flow(self, name: str) -> str | BackendError:
        """The id of the flow called *name*, which is made if it is not there."""
        try:
            flow = self._api.made("/flows/", {"name": name}, "flows")
        except BackendError as error:
            return error
        self._flow_names[flow["id"]] = name
        return str(flow["id"])

    def _refusal(self, write: Write, batch: _Batch) -> BackendError | None:
        now = batch.current.get(write.old_name or write.full_name)
        stored = now.stored if now else None
        is_taken = write.is_rename and write.full_name in batch.current
        if error := refusal(write, stored, batch.pools, is_taken=is_taken):
            return error
        if stored and write.before and stored.deployment.schedules != write.before.deployment.schedules:
            return BackendConflict(
                f"The schedules of `{write.full_name}` were changed since it was read.", hint="Plan again."
            )
        return _step_refusal(write.after) if write.after else None

    def _apply(self, write: Write, batch: _Batch) -> str | None:
        if error := self._refusal(write, batch):
            raise error
        now = batch.current.get(write.old_name or write.full_name)
        if write.after is None:
            return self._delete(now, write.before) if now else None
        if write.is_rename and now is not None:
            return self._move(write.after, now, write.before, batch)
        if now is None:
            return self._make(write.after, batch.flow(write.after.flow))
        self._change(write.after, now, write.before)
        return now.stored.id

    def _move(self, after: Deployment, now: Current, before: Stored | None, batch: _Batch) -> str:
        """Make *after* with what was paused of the one that it was; that goes once the new one stands."""
        had = now.stored.deployment
        wanted, stored = known(after.schedules), known(had.schedules) or ()
        schedules = merged(wanted, stored, self._clock())
        made = self._make(
            replace(
                after,
                schedules=schedules,
                paused=had.paused if after.paused is None else after.paused,
                version=had.version if after.version is None else after.version,
                origin=after.origin or had.origin,
                concurrency_limit=limit_in_place(after, had),
            ),
            batch.flow(after.flow),
        )
        self._delete(now, before)
        return made

    def _make(self, after: Deployment, flow_id: str) -> str:
        schedules = merged(known(after.schedules) or (), (), self._clock())
        body = new_body(after, schedules, flow_id=flow_id, dialect=self._api.dialect)
        made = str(self._send("POST", "/deployments/", body)["id"])
        self._write_rest(made, after, before=())
        return made

    def _change(self, after: Deployment, now: Current, before: Stored | None) -> None:
        """Change what is there. A label cannot be changed in place: an owner takes the whole anew."""
        had, deployment_id = now.stored.deployment, now.stored.id
        limit, origin = limit_in_place(after, had), after.origin or had.origin
        after = replace(after, concurrency_limit=limit, origin=origin)
        if labels_of(after) != labels_of(had) and "project" not in self.features.forgets:
            self._make_anew(after, now)
        else:
            try:
                self._change_in_place(after, now)
            except _ServerTooOld:
                # One of 3.0 takes some fields only with the whole.
                self._make_anew(after, now)
        self._write_rest(deployment_id, after, before=before.deployment.triggers if before else ())

    def _change_in_place(self, after: Deployment, now: Current) -> None:
        deployment_id = now.stored.id
        body = changed_body(after, self._api.dialect)
        if self._send("PATCH", f"/deployments/{part(deployment_id)}", body) is None:
            raise BackendConflict(f"`{after.full_name}` was deleted since it was read.", hint="Plan again.")
        stored = known(now.stored.deployment.schedules) or ()
        write_schedules(self._api, deployment_id, known(after.schedules), stored, self._clock())

    def _make_anew(self, after: Deployment, now: Current) -> None:
        """Send the whole over what is there, which keeps its id; its schedules get others."""
        had = now.stored.deployment
        wanted, stored = known(after.schedules), known(had.schedules) or ()
        schedules = merged(wanted, stored, self._clock())
        whole = replace(after, paused=had.paused if after.paused is None else after.paused)
        body = new_body(whole, schedules, flow_id=now.raw["flow_id"], dialect=self._api.dialect)
        ours = labels_of(had)
        labels = {key: value for key, value in (now.raw.get("labels") or {}).items() if key not in ours}
        body["labels"] = {**labels, **body.get("labels", {})}
        self._send("POST", "/deployments/", body)

    def _write_rest(
        self, deployment_id: str, after: Deployment, *, before: Sequence[Mapping[str, Any]]
    ) -> None:
        """What belongs to a deployment and is not in it: its triggers, and its SLAs."""
        if self.features.triggers and _settled(after.triggers, after) != _settled(before, after):
            with _named(f"`{after.full_name}` was written, but not all of its triggers"):
                write_triggers(self._api, deployment_id, after)
        if self.features.sla and after.sla is not None:
            with _named(f"`{after.full_name}` was written, but not its SLAs"):
                write_sla(self._api, deployment_id, after.sla)

    def _delete(self, now: Current, before: Stored | None) -> str:
        deployment_id = now.stored.id
        if before and before.deployment.triggers:
            delete_triggers(self._api, deployment_id)
        self._api.delete(f"/deployments/{part(deployment_id)}")
        return deployment_id

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Send a deployment. What an older server does not know is left out, if that changes nothing."""
        try:
            if method == "POST":
                return self._api.made(path, body, "deployments")
            return self._api.call(method, path, body, may_be_missing=True)
        except Refused as error:
            meant = sorted(key for key in error.unknown if not _may_be_left_out(key, body))
            if not error.unknown:
                raise
            if meant:
                raise _ServerTooOld(
                    f"This server is older than what is asked for: it does not know {_listed(meant)}.",
                    hint="Leave that out, or upgrade the server.",
                ) from error
            if "labels" in error.unknown:
                self._forgets_labels()
            return self._send(
                method, path, {key: value for key, value in body.items() if key not in error.unknown}
            )


@contextmanager
def _named(part: str) -> Iterator[None]:
    """Begin the detail of a failure inside with *part*, which says what was not written."""
    try:
        yield
    except BackendError as error:
        error.detail = f"{part}: {error.detail}"
        raise


def _may_be_left_out(key: str, body: Mapping[str, Any]) -> bool:
    return key in body and (
        key in ("labels", "version_info") or (key == "concurrency_options" and body[key] in _PLAIN_OPTIONS)
    )


# What a server does anyway that knows no options.
_PLAIN_OPTIONS = (None, {"collision_strategy": "ENQUEUE"})


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _settled(triggers: Sequence[Mapping[str, Any]], of: Deployment) -> list[dict[str, Any]]:
    return [
        settled(each, name=trigger_name(of.name, number)) for number, each in enumerate(triggers, start=1)
    ]


def _step_refusal(after: Deployment) -> BackendRefused | None:
    for step in after.pull_steps:
        for name in step:
            if problem := step_problem(name):
                return BackendRefused(problem, hint="Use a step that Prefect has, or one of your own.")
    return None


def _not_tried(because: BackendUnreachable) -> BackendUnreachable:
    return BackendUnreachable(
        f"Not tried, as the server went away before: {because.detail}", hint=because.hint
    )


def _can_be(write: Write) -> bool:
    """Whether there could be a deployment of that name."""
    flow, _, name = write.full_name.partition("/")
    try:
        check_name("flow", flow)
        check_name("deployment", name)
    except BackendRefused:
        return False
    return True


def _parts(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """The writes in order, in parts in which no name stands twice."""
    part: dict[str, Write] = {}
    for write in writes:
        if write.full_name in part or len(part) == _AT_ONCE:
            yield list(part.values())
            part = {}
        part[write.full_name] = write
    if part:
        yield list(part.values())
