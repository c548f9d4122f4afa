"""The automations of projects on a server.

Their `owner_resource` is the project, as that of triggers is their deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeAlias
from urllib.parse import quote

from syntask_yaml.backend.automations import WrittenAutomation, refusal
from syntask_yaml.backend.prefect.blocks import PrefectBlocks
from syntask_yaml.backend.prefect.bodies import OWNER, Raw, deployment_of_automation, triggers_of
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.backend.prefect.resource_ledgers import PrefectResourceLedgers
from syntask_yaml.errors import BackendError
from syntask_yaml.model.automation import Automation, AutomationWrite, StoredAutomation
from syntask_yaml.model.delivery import Delivery
from syntask_yaml.model.trigger import settled, whole

_ID = "block_document_id"
# Maps the `type/name` of a block to its id, or vice versa. The results are cached.
_LookUp: TypeAlias = Callable[[str], str]


class PrefectAutomations(PrefectBlocks, PrefectResourceLedgers):
    """Operations on automations."""

    def automations(
        self,
        *,
        project: str | None = None,
        names: Collection[str] = (),  # noqa: ARG002  (not unique on a server)
    ) -> list[StoredAutomation]:
        found = self._all_with_owners() if project is None else self._owned_by(project)
        name_of = cache(self._block_name)
        return self._api.parsed(
            lambda: sorted(
                (_automation_of(raw, owner, name_of) for raw, owner in found),
                key=lambda each: each.automation.name,
            )
        )

    def _owned_by(self, project: str) -> list[tuple[Raw, str | None]]:
        if not project:
            return []
        found = self._server.call("GET", f"/automations/related-to/{part(_owner(project))}")
        return [(raw, project) for raw in found]

    def _all_with_owners(self) -> list[tuple[Raw, str | None]]:
        """Return all automations except the triggers of deployments, each with its project.

        A server lists the automations of an owner, but does not return the owner of an automation. So this
        asks for each project that has deployments or resources.
        """
        try:
            found = self._server.every("automations")
        except Refused as error:
            if error.status != 404:
                raise
            return []
        deployments = self._api.every("deployments") if found else []
        names = {raw["id"]: raw["name"] for raw in deployments}
        projects = {(raw.get("labels") or {}).get(OWNER) for raw in deployments}
        projects |= {each.owner.project for each in self.ledgers()} if found else set()
        asked = [partial(self._owned_by, project) for project in sorted(filter(None, projects))]
        owners = {raw["id"]: owner for owned in self._api.together(asked) for raw, owner in owned}
        return [(raw, owners.get(raw["id"])) for raw in found if not self._is_trigger(raw, names)]

    def _is_trigger(self, raw: Raw, names: Mapping[str, str]) -> bool:
        deployment = self._api.parsed(partial(deployment_of_automation, raw)) or ""
        return deployment in names and bool(triggers_of([raw], names[deployment]))

    def write_automations(self, writes: Sequence[AutomationWrite]) -> Iterator[WrittenAutomation]:
        owners = {owner for write in writes if (owner := _project_of(write)) is not None}
        stored = {each.id: each for owner in owners for each in self.automations(project=owner)}
        id_of = cache(partial(self._id_of, field="block"))
        for write in writes:
            found = stored.get(write.before.id) if write.before else None
            if error := refusal(write, found):
                yield WrittenAutomation(write, error=error)
                continue
            try:
                yield WrittenAutomation(write, id=self._write_automation(write, id_of))
            except BackendError as failure:
                yield WrittenAutomation(write, error=failure)

    def deliveries(self, run_id: str) -> list[Delivery]:  # noqa: ARG002  (servers do not report them)
        return []

    def _write_automation(self, write: AutomationWrite, id_of: _LookUp) -> str:
        if write.after is None:
            id_ = write.before.id if write.before else ""
            self._api.delete(f"/automations/{part(id_)}")
            return id_
        body = _body(write.after, id_of)
        if write.before is not None:
            self._api.call("PUT", f"/automations/{part(write.before.id)}", body)
            return write.before.id
        owner = _owner(write.after.project or "")
        made = self._api.made("/automations/", {**body, "owner_resource": owner}, repeats=False)
        return str(made["id"])

    def _block_name(self, id: str) -> str:
        """Return the `type/name` of the block with that *id*, or *id* if it was deleted."""
        raw = self._api.get(f"/block_documents/{part(id)}", "block_documents")
        return f"{raw['block_type']['slug']}/{raw['name']}" if raw else id


def _body(automation: Automation, id_of: _LookUp) -> dict[str, Any]:
    return {
        "name": automation.name,
        "description": automation.description,
        "enabled": automation.enabled,
        "trigger": whole(automation.trigger),
        "actions": [_replaced(action, "block", _ID, id_of) for action in automation.actions],
    }


def _automation_of(raw: Raw, project: str | None, name_of: _LookUp) -> StoredAutomation:
    automation = Automation(
        name=raw["name"],
        description=raw.get("description") or "",
        enabled=bool(raw["enabled"]),
        trigger=settled(raw["trigger"]),
        actions=tuple(_replaced(action, _ID, "block", name_of) for action in raw["actions"]),
        project=project,
    )
    return StoredAutomation(str(raw["id"]), automation)


def _replaced(action: Mapping[str, Any], key: str, other: str, look_up: _LookUp) -> dict[str, Any]:
    """Return *action* with its *key*, if present, replaced by *other*, and the value by that of *look_up*."""
    rest = {name: value for name, value in action.items() if name != key}
    return {**rest, other: look_up(action[key])} if key in action else rest


def _owner(project: str) -> str:
    """Return the owner resource of automations of *project*, quoted because paths cannot contain a `/`."""
    return f"syntask.project.{quote(project, safe='')}"


def _project_of(write: AutomationWrite) -> str | None:
    automation = write.after or (write.before and write.before.automation)
    return automation.project if automation else None
