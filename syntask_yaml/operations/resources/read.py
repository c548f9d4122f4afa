"""Read the declared and owned resources of a backend, with their owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from syntask_yaml.model.resource import (
    NOBODY,
    Owner,
    Resource,
    ResourceKind,
    ResourceLedger,
    StoredResource,
    parse_full_name,
)
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.pruned_owners import former_owners_of_resources
from syntask_yaml.operations.resources.automations import stored_automations
from syntask_yaml.operations.resources.kinds import KINDS
from syntask_yaml.project.resources.bind import BoundResource


class FoundResources(NamedTuple):
    """The resources of a backend that a project declares or owns, and all *ledgers*.

    *former* are the former names of the project as an owner, if their resources are pruned.
    """

    stored: tuple[StoredResource, ...] = ()
    ledgers: tuple[ResourceLedger, ...] = ()
    former: frozenset[str] = frozenset()

    def ledger_of(self, project: str | None) -> ResourceLedger:
        """Return the ledger of *project*, which may be empty."""
        found = (each for each in self.ledgers if each.owner.project == project)
        return next(found, ResourceLedger(Owner(project)))


def read_resources(
    context: DeployContext,
    prepared: Sequence[BoundResource],
    contents: Contents,
    *,
    prune: bool,
    former: frozenset[str] | None = None,
) -> FoundResources:
    """Return the stored resources of *prepared* and of the project, including its *former* names.

    Former names are also taken from the ledgers, unless they are None. A server is queried only if needed.
    *contents* may have been read before.
    """
    if not (prepared or prune or former is not None or context.backend.features.has_own_worker):
        return FoundResources()
    ledgers = tuple(context.backend.ledgers()) if context.owner.project is not None else ()
    if former is not None:
        former |= former_owners_of_resources(context, {each.label for each in prepared}, ledgers)
    found = FoundResources(ledgers=ledgers, former=former or frozenset())
    names: dict[ResourceKind, set[str]] = {kind: set() for kind in KINDS}
    for each in prepared:
        names[each.declared.kind].add(each.declared.name)
    own = found.ledger_of(context.owner.project)
    of_former = (name for each in map(found.ledger_of, found.former) for name in each.names)
    for full_name in (*own.names, *of_former):
        if parsed := parse_full_name(full_name):
            names[parsed[0]].add(parsed[1])
    if not (prune or own.may_have_automations or names[ResourceKind.AUTOMATION]):
        del names[ResourceKind.AUTOMATION]
    owners = {name: each.owner for each in reversed(ledgers) for name in each.names}
    owners |= dict.fromkeys(own.names, own.owner)
    several = (stored_automations(contents.backend, (), Owner(owner)) for owner in found.former)
    stored = [each for automations in several for each in automations]
    stored += _read(context, contents, names, owners)  # last, so that it wins if both have a name
    return found._replace(stored=tuple(stored))


def _read(
    context: DeployContext,
    contents: Contents,
    names: Mapping[ResourceKind, Set[str]],
    owners: Mapping[str, Owner],
) -> Iterator[StoredResource]:
    for kind, row in KINDS.items():
        if row.keeps_owner and kind in names:
            yield from row.read(contents, names[kind], context.owner)
        elif names.get(kind):
            for stored in row.read(contents, names[kind], context.owner):
                yield stored._replace(owner=owner_of(stored.resource, owners))


def owner_of(resource: Resource, owners: Mapping[str, Owner]) -> Owner:
    """Return the owner of *resource*. A queue belongs to the owner of its pool."""
    if resource.kind is ResourceKind.WORK_QUEUE:
        pool = Resource(ResourceKind.WORK_POOL, resource.name.partition("/")[0])
        return owners.get(pool.full_name, NOBODY)
    return owners.get(resource.full_name, NOBODY)
