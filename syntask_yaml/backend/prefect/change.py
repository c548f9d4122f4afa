"""Write one deployment: create, update, overwrite, rename or delete it."""

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
    """The server does not support a field that has an effect."""


class DeploymentChanger(DeploymentReader):
    """The steps to write one deployment."""

    def _rename(self, after: Deployment, current: Current, before: Stored | None, flow_id: str) -> str:
        """Create *after* with the paused state of the old deployment, then delete that.

        A server cannot rename deployments. Until the old one is deleted, the new one is paused and has a tag:
        if the deploy is killed in between, no run is duplicated, and the next deploy completes the rename.
        """
        old = current.stored.deployment
        whole = replace(
            self._in_place(after, old),
            version=old.version if after.version is None else after.version,
            origin=after.origin or old.origin,
            concurrency_limit=limit_in_place(after, old),
        )
        tags = known(whole.tags) or ()
        resting = replace(whole, paused=True, tags=tags if whole.paused else (*tags, RENAMING))
        made = self._create(resting, flow_id)
        self._delete(current, before)
        if not whole.paused:
            self._send("PATCH", f"/deployments/{part(made)}", {"paused": False, "tags": list(tags)})
        make_coming_runs(self._api, made, whole, former_id=current.stored.id)
        self._write_rest(made, after, before=())
        return made

    def _in_place(self, after: Deployment, old: Deployment) -> Deployment:
        """Return *after* with its schedules matched with those of *old*, and by default its paused state."""
        wanted, stored = known(after.schedules), known(old.schedules)
        schedules = merged(wanted, stored or (), self._clock())
        paused = old.paused if after.paused is None else after.paused
        return replace(after, schedules=schedules, paused=paused)

    def _make(self, after: Deployment, flow_id: str) -> str:
        made = self._create(after, flow_id)
        self._write_rest(made, after, before=())
        return made

    def _create(self, after: Deployment, flow_id: str) -> str:
        schedules = merged(known(after.schedules) or (), (), self._clock())
        body = new_body(after, schedules, flow_id=flow_id, dialect=self._api.dialect)
        return str(self._send("POST", "/deployments/", body)["id"])

    def _change(self, after: Deployment, current: Current, before: Stored | None) -> None:
        """Update the deployment. Labels can only be changed by overwriting all of it."""
        old, deployment_id = current.stored.deployment, current.stored.id
        limit, origin = limit_in_place(after, old), after.origin or old.origin
        after = replace(after, concurrency_limit=limit, origin=origin)
        has_labels = labels_of(after) == labels_of(old) and flow_name_in(current.raw) == after.flow
        overwrites = not has_labels and "project" not in self.features.forgets
        if not overwrites:
            try:
                self._change_in_place(after, current)
            except _ServerTooOld:
                # A server of 3.0 accepts some fields only when overwriting.
                overwrites = True
        if overwrites:
            self._overwrite(after, current)
        former_id = deployment_id if overwrites else ""
        make_coming_runs(self._api, deployment_id, self._in_place(after, old), former_id=former_id)
        self._write_rest(deployment_id, after, before=before.deployment.triggers if before else ())

    def _change_in_place(self, after: Deployment, current: Current) -> None:
        deployment_id = current.stored.id
        body = changed_body(after, self._api.dialect)
        if self._send("PATCH", f"/deployments/{part(deployment_id)}", body) is None:
            raise BackendConflict(
                f"`{after.full_name}` was deleted since it was read.", hint="Run `syntask plan` again."
            )
        stored = known(current.stored.deployment.schedules) or ()
        write_schedules(self._api, deployment_id, known(after.schedules), stored, self._clock())

    def _overwrite(self, after: Deployment, current: Current) -> None:
        """Overwrite the deployment, which keeps its id. Its schedules get new ids."""
        old = current.stored.deployment
        whole = self._in_place(after, old)
        schedules = known(whole.schedules)
        body = new_body(whole, schedules or (), flow_id=current.raw["flow_id"], dialect=self._api.dialect)
        ours = labels_of(old)
        labels = {key: value for key, value in (current.raw.get("labels") or {}).items() if key not in ours}
        body["labels"] = {**labels, **body.get("labels", {})}
        self._send("POST", "/deployments/", body)

    def _write_rest(
        self, deployment_id: str, after: Deployment, *, before: Sequence[Mapping[str, Any]]
    ) -> None:
        """Write the objects that belong to a deployment: its triggers and SLAs."""
        if self.features.triggers and _settled(after.triggers, after) != _settled(before, after):
            with _named(f"`{after.full_name}` was deployed, but not all of its triggers"):
                write_triggers(self._api, deployment_id, after)
        if self.features.sla and after.sla is not None:
            with _named(f"`{after.full_name}` was deployed, but not its SLAs"):
                write_sla(self._api, deployment_id, after.sla)

    def _delete(self, current: Current, before: Stored | None) -> str:
        deployment_id = current.stored.id
        if before and before.deployment.triggers:
            delete_triggers(self._api, deployment_id)
        self._api.delete(f"/deployments/{part(deployment_id)}")
        return deployment_id

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Send a deployment. Fields unknown to older servers are omitted if that has no effect."""
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
                self._disable_labels()
            return self._send(
                method, path, {key: value for key, value in body.items() if key not in error.unknown}
            )


@contextmanager
def _named(part: str) -> Iterator[None]:
    """Prefix the detail of errors with *part*, which says what was not written."""
    try:
        yield
    except BackendError as error:
        error.detail = f"{part}: {error.detail}"
        raise


def _may_be_left_out(key: str, body: Mapping[str, Any]) -> bool:
    return key in body and (
        key in ("labels", "version_info") or (key == "concurrency_options" and body[key] in _PLAIN_OPTIONS)
    )


# Options that equal the behavior of a server without options.
_PLAIN_OPTIONS = (None, {"collision_strategy": "ENQUEUE"})


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _settled(triggers: Sequence[Mapping[str, Any]], of: Deployment) -> list[dict[str, Any]]:
    return [
        settled(each, name=trigger_name(of.name, number)) for number, each in enumerate(triggers, start=1)
    ]
