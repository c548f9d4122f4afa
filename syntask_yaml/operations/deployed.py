"""The state that the last deploy of a project wrote, as the backend stores it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from functools import cached_property

from syntask_yaml.backend.base import Backend, Written
from syntask_yaml.errors import BackendError
from syntask_yaml.model.resource import Owner
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.owners import refuse_second_project
from syntask_yaml.operations.resources.write import WrittenResource
from syntask_yaml.plan.changes import Action, Plan

# The digests deployed under a name; None if the deployment was deleted.
_Deployed = Iterator[tuple[str, Mapping[str, str] | None]]

# The key, which no deployment can have, of the origins that the project was deployed from, with the owner
# last deployed from each.
_PROJECT = ""


class LastDeploy:
    """The last deploy of *project*, as *backend* stores it: read once, on first use."""

    def __init__(self, backend: Backend, project: str) -> None:
        self._backend = backend
        self._ledger = f"deployed {project}"

    @cached_property
    def _digests(self) -> Mapping[str, Mapping[str, str]] | None:
        """The content of the ledger; None if it cannot be read, which does not prevent a plan or deploy."""
        with suppress(BackendError):
            return self._backend.read_ledger(self._ledger)
        return None

    @property
    def origins(self) -> Set[str]:
        """The known origins that the project was deployed from."""
        return (self._digests or {}).get(_PROJECT, {}).keys()

    @property
    def names(self) -> Set[str]:
        """The known names (`flow/name`) of deployments that were deployed and not deleted."""
        if not self._digests:
            return frozenset()
        from syntask_yaml.plan.drift import is_key_of_resource  # loads the digest functions

        return {name for name in self._digests if name != _PROJECT and not is_key_of_resource(name)}

    def mark_drift(self, plan: Plan) -> Plan:
        """Return *plan* with drift since the last deploy marked, if known."""
        if not self._digests:
            return plan
        from syntask_yaml.plan.drift import with_drift  # loads the digest functions

        return with_drift(plan, self._digests)

    def keep(
        self,
        plan: Plan,
        written: Mapping[str, Written],
        resources: Mapping[str, WrittenResource],
        *,
        owner: Owner,
    ) -> None:
        """Record what was *written* of *plan* and its *resources*, and keep the records of others.

        *owner* has the origin of the deploy, if known. Previews of a target may come from several origins,
        which are all kept.
        """
        deployed = {**dict(_deployments(written)), **dict(_resources(plan, resources))}
        if not deployed or self._digests is None:
            return
        if owner.origin is not None:
            is_preview = owner.project != plan.project
            others = self._digests.get(_PROJECT, {}) if is_preview else {}
            deployed[_PROJECT] = {**others, owner.origin: owner.project or ""}
        kept = {**self._digests, **deployed}
        with suppress(BackendError):  # the deployments are already written
            whole = {name: each for name, each in kept.items() if each is not None}
            self._backend.keep_ledger(self._ledger, whole)


def mark_drift(plan: Plan, context: DeployContext, last: LastDeploy, *, take_over: bool) -> Plan:
    """Return *plan* with drift since the *last* deploy marked.

    Raises BackendConflict if the last deploy was by another project of the same name, except to *take_over*.
    """
    actions = {*(each.action for each in plan.changes), *(each.action for each in plan.resources)}
    if not actions & {Action.CREATE, Action.UPDATE}:
        return plan
    if not take_over:
        refuse_second_project(context, last.origins)
    return last.mark_drift(plan)


def _deployments(written: Mapping[str, Written]) -> _Deployed:
    from syntask_yaml.plan.drift import digests

    writes = [each.write for each in written.values() if each.error is None]
    yield from ((write.old_name, None) for write in writes if write.old_name is not None)
    yield from ((write.full_name, digests(write.after)) for write in writes if write.after is not None)


def _resources(plan: Plan, written: Mapping[str, WrittenResource]) -> _Deployed:
    from syntask_yaml.plan.drift import key_of, resource_digests

    for change in plan.resources:
        done = written.get(change.full_name)
        if done is None or done.error is not None or change.write is None:
            continue
        if change.write.after is None:
            yield key_of(change.full_name), None
        elif change.action is not Action.UNCHANGED:
            yield key_of(change.full_name), resource_digests(change.write.after)
