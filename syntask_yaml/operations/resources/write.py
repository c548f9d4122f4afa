"""Write the changes of resources before and after those of deployments, and their owners first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from typing import NamedTuple

from syntask_yaml.errors import BackendConflict, BackendError, BackendUnreachable, NotFound, SyntaskError
from syntask_yaml.model.events import Applied, Observer
from syntask_yaml.model.resource import Owner, Resource, ResourceKind, ResourceLedger, ResourceWrite
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.resources.automations import stored_automations
from syntask_yaml.operations.resources.changes import is_of_another_target
from syntask_yaml.operations.resources.declared_automations import bind_automation
from syntask_yaml.operations.resources.kinds import KINDS
from syntask_yaml.operations.resources.read import FoundResources
from syntask_yaml.plan.changes import Action, Plan, ResourceChange

DONE = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}
FAILED = "failed"


class WrittenResource(NamedTuple):
    """The result of one change: the resource's *id*, or the *error* that prevented it."""

    id: str | None = None
    error: SyntaskError | None = None


class ResourceWriter:
    """Executes *changes*, some before the deployments are written and the others afterwards.

    A name is in the ledger before the resource is on the backend, and until it is deleted: after any
    interruption, the next deploy knows what the project owns. *written* has the results by full name.
    """

    def __init__(
        self,
        context: DeployContext,
        changes: Sequence[ResourceChange],
        found: FoundResources,
        notify: Observer,
    ) -> None:
        self.written: dict[str, WrittenResource] = {}
        self._context = context
        self._backend = context.backend
        self._changes = [each for each in changes if each.write is not None]
        self._declared = {each.full_name for each in changes if each.action is not Action.DELETE}
        existing = (each.resource for each in found.stored if KINDS[each.resource.kind].keeps_owner)
        self._automations = {each.full_name for each in changes if KINDS[each.kind].keeps_owner}
        self._automations |= {each.full_name for each in existing}
        self._found = found
        self._notify = notify
        self._ledger = found.ledger_of(context.owner.project)
        self._gone: BackendUnreachable | None = None
        self._number, self._total = 0, sum(each.action is not Action.UNCHANGED for each in self._changes)

    def write_before_deployments(self) -> None:
        """Execute the changes that deployments need. Deleted automations do not fire for this deploy."""
        if not self._changes:
            return
        deletions, others = self._of(is_late=True, deletes=True), self._of(is_late=False, deletes=False)
        try:
            self._claim()
        except BackendError as error:
            self._fail(self._changes, error)
            return
        self._write(deletions)
        self._write(others)

    def write_after_deployments(self, *, may_delete: bool) -> None:
        """Execute the other changes. Delete only if everything else succeeded: *may_delete*, and here."""
        left = [each for each in self._changes if each.full_name not in self.written]
        if not left and not self.written:
            return
        self._write(each for each in left if each.action is not Action.DELETE)
        if may_delete and not any(each.error for each in self.written.values()):
            self._write(each for each in left if each.action is Action.DELETE)
        try:
            self._release()
        except BackendError as error:
            self._fail(left or self._changes, error)

    def _of(self, *, is_late: bool, deletes: bool) -> list[ResourceChange]:
        return [
            each
            for each in self._changes
            if each.kind.follows_deployments is is_late and (each.action is Action.DELETE) is deletes
        ]

    def _write(self, changes: Iterable[ResourceChange]) -> None:
        for change in changes:
            if change.action is Action.UNCHANGED:
                self.written[change.full_name] = self._hand_over(change)
                continue
            done = self._one(change)
            self.written[change.full_name] = done
            error = done.error.detail if done.error else ""
            self._number += 1
            action = FAILED if error else DONE[change.action]
            self._notify(Applied(change.full_name, action, error, self._number, self._total))

    def _one(self, change: ResourceChange, owner: Owner | None = None) -> WrittenResource:
        assert change.write is not None
        owner = owner or self._context.owner
        if self._gone is not None:
            return WrittenResource(error=self._gone.of_the_rest)
        try:
            return WrittenResource(KINDS[change.kind].write(self._backend, change.write, owner))
        except (BackendError, NotFound) as error:
            if isinstance(error, BackendUnreachable):
                self._gone = error
            return WrittenResource(change.id, error)

    def _hand_over(self, change: ResourceChange) -> WrittenResource:
        """Hand a resource over to another target, in the ledger or on the backend."""
        before = change.write.before if change.write and change.write.after is None else None
        if before is None or not KINDS[change.kind].keeps_owner:
            return WrittenResource(change.id)
        holder = next(each.owner for each in self._found.ledgers if self._is_held(change, each))
        return self._one(replace(change, write=ResourceWrite(before, before.resource)), holder)

    def _is_held(self, change: ResourceChange, ledger: ResourceLedger) -> bool:
        return change.full_name in ledger.names and ledger.owner.project != self._context.owner.project

    def _fail(self, changes: Iterable[ResourceChange], error: BackendError) -> None:
        for change in changes:
            self.written[change.full_name] = WrittenResource(change.id, error)
            self._notify(Applied(change.full_name, FAILED, error.detail))

    def _claim(self) -> None:
        """Add the written resources to the ledger, and remove them from those of others."""
        kept = [each for each in self._changes if self._is_kept_in_ledger(each)]
        self._save(self._ledger.names | {each.full_name for each in kept}, self._automations)
        for other in self._found.ledgers:
            taken = other.names & {each.full_name for each in kept if self._is_taken(each, other.owner)}
            if other.owner.project != self._context.owner.project and taken:
                self._backend.write_ledger(other._replace(names=other.names - taken))

    def _is_taken(self, change: ResourceChange, other: Owner) -> bool:
        """Return whether *other* loses the resource. Targets of a project share what is not taken over."""
        if change.write is not None and change.write.after is None:
            return other.project in self._found.former
        return not self._owns_stored(change) or not is_of_another_target(self._context, other)

    def _owns_stored(self, change: ResourceChange) -> bool:
        """Return whether the stored resource, if any, already belongs to this owner."""
        before = change.write.before if change.write else None
        return before is None or before.owner.project == self._context.owner.project

    def _is_kept_in_ledger(self, change: ResourceChange) -> bool:
        kind = KINDS[change.kind]
        is_wanted = change.write is not None and change.write.after is not None
        is_shared = change.action is Action.UNCHANGED
        # After an interruption, the next deploy no longer knows the former name.
        is_of_former = not is_wanted and not self._owns_stored(change)
        is_meant = (is_wanted or is_of_former) and not kind.stays(change.name)
        return is_meant and (is_shared or not kind.keeps_owner)

    def _release(self) -> None:
        """Remove deleted resources from the ledger, and those that others created meanwhile."""
        existing = {each.resource.full_name for each in self._found.stored}
        given_up = {
            each.full_name
            for each in self._changes
            if each.write is not None and each.write.after is None and self._is_done(each)
        }
        lost = {
            each.full_name
            for each in self._changes
            if each.action is Action.CREATE
            and isinstance(self.written[each.full_name].error, BackendConflict)
        }
        names = (self._ledger.names & (existing | self._declared)) - given_up - lost
        self._save(names, self._automations - given_up)

    def _is_done(self, change: ResourceChange) -> bool:
        return change.full_name in self.written and self.written[change.full_name].error is None

    def _save(self, names: frozenset[str], automations: Set[str]) -> None:
        ledger = ResourceLedger(self._context.owner, names, may_have_automations=bool(automations))
        if ledger != self._ledger and (names or self._ledger.names):
            self._backend.write_ledger(ledger)
        self._ledger = ledger


def claim_shared(context: DeployContext, plan: Plan) -> None:
    """Add resources that another target also has to the ledger of this one, if *plan* deploys something.

    The other target then keeps them when it is destroyed, and hands automations over.
    """
    declared = context.project.resources
    if context.project.target is None or not declared or not plan.deploys_something:
        return
    found = FoundResources(ledgers=tuple(context.backend.ledgers()))
    own = found.ledger_of(context.owner.project)
    others = [each for each in found.ledgers if is_of_another_target(context, each.owner)]
    automations = _automations(context) if any(each.may_have_automations for each in others) else frozenset()
    named = {
        Resource(each.kind, each.name).full_name
        for each in declared
        if not (KINDS[each.kind].keeps_owner or KINDS[each.kind].stays(each.name))
    }
    shared = named.intersection(frozenset().union(*(each.names for each in others))) | automations
    if not shared <= own.names:
        may_have = own.may_have_automations or bool(automations)
        context.backend.write_ledger(ResourceLedger(context.owner, own.names | shared, may_have))


def _automations(context: DeployContext) -> frozenset[str]:
    """Return the declared automations of another target: with unique names, there is one for all."""
    bound = (
        bind_automation(each, context)
        for each in context.project.resources
        if each.kind is ResourceKind.AUTOMATION
    )
    names = {each.resource.name for each in bound if each.resource is not None}
    existing = stored_automations(context.backend, names, context.owner) if names else ()
    return frozenset(
        each.resource.full_name for each in existing if is_of_another_target(context, each.owner)
    )
