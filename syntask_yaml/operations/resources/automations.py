"""Automations, whose owner the backend stores."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.automation import Automation, AutomationWrite, StoredAutomation
from syntask_yaml.model.resource import Owner, Resource, ResourceKind, ResourceWrite, StoredResource
from syntask_yaml.model.trigger import settled
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.resources.kind import KindRow


def _check(_automation: Resource, _node: Node, _context: DeployContext) -> Iterator[Diagnostic]:
    """Yield nothing: unsupported features are reported when templates are resolved."""
    return iter(())


def stored_automations(backend: Backend, names: Collection[str], owner: Owner) -> Iterator[StoredResource]:
    """Yield the automations of *owner*, and those with *names* on a backend with unique names."""
    # A project without a name owns nothing: only automations of the same names are compared.
    return map(automation_resource, backend.automations(project=owner.project or "", names=names))


def automation_resource(stored: StoredAutomation) -> StoredResource:
    """Return an automation as a declared resource, with its owner."""
    automation = stored.automation
    resource = Resource(ResourceKind.AUTOMATION, automation.name, automation.fields)
    return StoredResource(resource, stored.id, Owner(automation.project, automation.origin))


def _read(contents: Contents, names: Collection[str], owner: Owner) -> Iterator[StoredResource]:
    return stored_automations(contents.backend, names, owner)


def _write(backend: Backend, change: ResourceWrite, owner: Owner) -> str | None:
    old, wanted = change.before, change.after
    before = StoredAutomation(old.id or "", _automation(old.resource, old.owner)) if old else None
    after = _automation(wanted, owner) if wanted else None
    (done,) = backend.write_automations([AutomationWrite(before, after)])
    if done.error is not None:
        raise done.error
    return done.id


def _automation(resource: Resource, owner: Owner) -> Automation:
    fields = resource.fields
    return Automation(
        name=resource.name,
        description=fields["description"],
        enabled=fields["enabled"],
        trigger=settled(fields["trigger"]),
        actions=tuple(fields["actions"]),
        project=owner.project,
        origin=owner.origin,
    )


AUTOMATION = KindRow(_check, _read, _write, keeps_owner=True)
