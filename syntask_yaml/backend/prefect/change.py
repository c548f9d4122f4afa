"""Write one deployment: create, update, recreate, rename or delete it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from syntask_yaml.backend.apply_write import limit_in_place
from syntask_yaml.backend.prefect.bodies import changed_body, flow_name_in, labels_of, new_body
from syntask_yaml.backend.prefect.coming_runs import make_coming_runs
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.read import Current, DeploymentReader
from syntask_yaml.backend.prefect.schedules import write_schedules
from syntask_yaml.backend.prefect.triggers import delete_triggers, write_sla, write_triggers
from syntask_yaml.backend.schedules import merged
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused
from syntask_yaml.model.deployment import RENAMING, Deployment, Stored
from syntask_yaml.model.trigger import settled, trigger_name
from syntask_yaml.model.value import known


class _ServerTooOld(BackendRefused):
    """The server does not know a field that means something."""


class DeploymentChanger(DeploymentReader):
    """What writing one deployment takes."""

    def _move(self, after: Deployment, now: Current, before: Stored | None, flow_id: str) -> str:
        """Make *after* with what was paused of the one that it was; that goes once the new one stands.

        A server cannot rename. Until the old one is gone, the new one rests, and has a tag that says so: a
        deploy that is killed in between doubles no run, and the next one finishes it.
        """
        had = now.stored.deployment
        whole = replace(
            self._in_place(after, had),
            version=had.version if after.version is None else after.version,
            origin=after.origin or had.origin,
            concurrency_limit=limit_in_place(after, had),
        )
        tags = known(whole.tags) or ()
        resting = replace(whole, paused=True, tags=tags if whole.paused else (*tags, RENAMING))
        made = self._create(resting, flow_id)
        self._delete(now, before)
        if not whole.paused:
            self._send("PATCH", f"/deployments/{part(made)}", {"paused": False, "tags": list(tags)})
        make_coming_runs(self._api, made, whole, former_id=now.stored.id)
        self._write_rest(made, after, before=())
        return made

    def _in_place(self, after: Deployment, had: Deployment) -> Deployment:
        """*after* with the schedules that it makes of those of *had*, and paused as that is by default."""
        wanted, stored = known(after.schedules), known(had.schedules)
        schedules = merged(wanted, stored or (), self._clock())
        paused = had.paused if after.paused is None else after.paused
        return replace(after, schedules=schedules, paused=paused)

    def _make(self, after: Deployment, flow_id: str) -> str:
        made = self._create(after, flow_id)
        self._write_rest(made, after, before=())
        return made

    def _create(self, after: Deployment, flow_id: str) -> str:
        schedules = merged(known(after.schedules) or (), (), self._clock())
        body = new_body(after, schedules, flow_id=flow_id, dialect=self._api.dialect)
        return str(self._send("POST", "/deployments/", body)["id"])

    def _change(self, after: Deployment, now: Current, before: Stored | None) -> None:
        """Change what is there. A label cannot be changed in place: an owner takes the whole anew, and so
        does the name of the flow where it is no label yet."""
        had, deployment_id = now.stored.deployment, now.stored.id
        limit, origin = limit_in_place(after, had), after.origin or had.origin
        after = replace(after, concurrency_limit=limit, origin=origin)
        is_labelled = labels_of(after) == labels_of(had) and flow_name_in(now.raw) == after.flow
        is_anew = not is_labelled and "project" not in self.features.forgets
        if not is_anew:
            try:
                self._change_in_place(after, now)
            except _ServerTooOld:
                # One of 3.0 takes some fields only with the whole.
                is_anew = True
        if is_anew:
            self._make_anew(after, now)
        former_id = deployment_id if is_anew else ""
        make_coming_runs(self._api, deployment_id, self._in_place(after, had), former_id=former_id)
        self._write_rest(deployment_id, after, before=before.deployment.triggers if before else ())

    def _change_in_place(self, after: Deployment, now: Current) -> None:
        deployment_id = now.stored.id
        body = changed_body(after, self._api.dialect)
        if self._send("PATCH", f"/deployments/{part(deployment_id)}", body) is None:
            raise BackendConflict(
                f"`{after.full_name}` was deleted since it was read.", hint="Run `syntask plan` again."
            )
        stored = known(now.stored.deployment.schedules) or ()
        write_schedules(self._api, deployment_id, known(after.schedules), stored, self._clock())

    def _make_anew(self, after: Deployment, now: Current) -> None:
        """Send the whole over what is there, which keeps its id; its schedules get others."""
        had = now.stored.deployment
        whole = self._in_place(after, had)
        schedules = known(whole.schedules)
        body = new_body(whole, schedules or (), flow_id=now.raw["flow_id"], dialect=self._api.dialect)
        ours = labels_of(had)
        labels = {key: value for key, value in (now.raw.get("labels") or {}).items() if key not in ours}
        body["labels"] = {**labels, **body.get("labels", {})}
        self._send("POST", "/deployments/", body)

    def _write_rest(
        self, deployment_id: str, after: Deployment, *, before: Sequence[Mapping[str, Any]]
    ) -> None:
        """What belongs to a deployment and is not in it: its triggers, and its SLAs."""
        if self.features.triggers and _settled(after.triggers, after) != _settled(before, after):
            with _named(f"`{after.full_name}` was deployed, but not all of its triggers"):
                write_triggers(self._api, deployment_id, after)
        if self.features.sla and after.sla is not None:
            with _named(f"`{after.full_name}` was deployed, but not its SLAs"):
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
                    f"The server is too old to support {_listed(meant)}.",
                    hint="Remove it, or upgrade the server.",
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
