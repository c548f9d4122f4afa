"""The context of preparing a deployment: the project, this machine and the backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.resource import Owner, ResourceKind
from syntask_yaml.model.step import StepOutputs
from syntask_yaml.operations.backend_values import BackendBlocks, BackendVariables
from syntask_yaml.operations.block_checks import BlockChecker
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.expected import ExpectedResources
from syntask_yaml.operations.pools import with_template
from syntask_yaml.operations.project import StepChecker
from syntask_yaml.operations.variable_checks import VariableChecker
from syntask_yaml.operations.version import Versions
from syntask_yaml.project.composition.values import ResolvedValues
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.project.origin import origin_of
from syntask_yaml.project.resolve import resolve_text
from syntask_yaml.project.resources.bind import BoundResource, bind_resource
from syntask_yaml.pysource.memoize import Memo
from syntask_yaml.template import Missing, Scope, is_template

if TYPE_CHECKING:
    from syntask_yaml.operations.change_reason import ChangedSince
    from syntask_yaml.operations.facets import DeclaredFacets

_NO_OUTPUTS = StepOutputs()
_VARIABLE = ResourceKind.VARIABLE
_UNSET = "unset-name"


def _missing(cause: Diagnostic) -> Missing:
    return Missing(cause.code, cause.detail, cause.hint, cause)


# The default pool on a backend that has one from the start.
_DEFAULT_POOL = "default"


@dataclass(frozen=True)
class DeployContext:
    """A project, with this machine and the backend for its templates and checks.

    *with_resources*: assume that the resources of the project are written. *broken* are the errors of
    resources that cannot be written, by kind and name: declarations that need one have the same errors.
    *preview* is the requested owner, if it is known without the prefix of the target.
    """

    project: Project
    backend: Backend
    reader: FlowReader
    environ: Mapping[str, str]
    default_pool: str | None = None
    allow_unset: bool = False
    with_resources: bool = False
    broken: Mapping[tuple[ResourceKind, str], Sequence[Diagnostic]] = field(default_factory=dict)
    preview: str | None = None

    @cached_property
    def resources(self) -> tuple[BoundResource, ...]:
        """The declared resources of the project, except automations."""
        return (*self._bound_variables, *self._bound({*ResourceKind} - {_VARIABLE, ResourceKind.AUTOMATION}))

    @cached_property
    def _bound_variables(self) -> tuple[BoundResource, ...]:
        return self._bound({_VARIABLE})

    def _bound(self, kinds: Set[ResourceKind]) -> tuple[BoundResource, ...]:
        if not self.with_resources:
            return ()
        # The values of a variable are resolved before it is written.
        existing = replace(self, with_resources=False) if _VARIABLE in kinds else self
        scope = existing.scope(_NO_OUTPUTS)
        declared = (each for each in self.project.resources if each.kind in kinds)
        return tuple(bind_resource(each, scope, self.project.folder) for each in declared)

    @cached_property
    def expected(self) -> ExpectedResources:
        """What the backend will have after the resources of the project are written."""
        return ExpectedResources(self.resources)

    @cached_property
    def contents(self) -> Contents:
        """What the backend has before the deploy."""
        return Contents(self.backend)

    @cached_property
    def pools(self) -> dict[str, WorkPool]:
        """The backend's work pools by name, with the templates that their workers use."""
        pools = self.expected.pools(self.contents.pools)
        return {name: with_template(pool, self.backend) for name, pool in pools.items()}

    @property
    def pool_of_others(self) -> str | None:
        """The name of the work pool of declarations without one; None if they need one."""
        has_one = self.backend.features.has_default_pool
        return self.default_pool or (_DEFAULT_POOL if has_one else None)

    @cached_property
    def queues(self) -> Mapping[str, Mapping[str, WorkQueue]]:
        """The queues of each work pool by name."""
        found: dict[str, dict[str, WorkQueue]] = {}
        for queue in self.contents.queues.values():
            found.setdefault(queue.pool, {})[queue.name] = queue
        return self.expected.queues(found)

    @cached_property
    def versions(self) -> Versions:
        is_past = self.project.worked_on is not None
        return Versions(self.project.root, self.environ, is_past=is_past)

    @cached_property
    def values(self) -> ResolvedValues | None:
        """The values of the project, each resolved on first use; None if it declares none."""
        declared = self.project.values
        scope = Scope(environ=self.environ, variables=self.variables)
        return ResolvedValues(declared, scope) if declared else None

    @cached_property
    def origin(self) -> str | None:
        """The origin of the project; None if it has no name to own anything by."""
        project = self.project
        if project.file is None or project.name is None:
            return None
        if project.worked_on is None:
            return origin_of(project.file)
        return origin_of(project.worked_on / project.file.relative_to(project.root))

    @cached_property
    def owner(self) -> Owner:
        """The owner of what is deployed: the target, or one preview or developer in it if the prefix says so.

        Raises ProjectInvalid if the owner is unknown.
        """
        target, name = self.project.target, self.project.owner
        if self.preview is not None:
            return Owner(self.preview, self.origin)
        if target is not None and name is not None and is_template(target.name_prefix):
            prefix = resolve_text(target.prefix, self.scope(_NO_OUTPUTS))
            problems = [each for each in prefix.diagnostics if not (self.allow_unset and each.code == _UNSET)]
            if problems:
                raise ProjectInvalid(problems)
            name = f"{name}:{prefix.value}"
        return Owner(name, self.origin)

    @cached_property
    def owners_before(self) -> Set[str | None]:
        """The former names of this owner, from before the project had targets or the target such a prefix."""
        return {self.project.name, self.project.owner}

    @cached_property
    def steps(self) -> StepChecker:
        return StepChecker(self.project)

    @cached_property
    def job_variables(self) -> VariableChecker:
        return VariableChecker(
            self.variables,
            self.blocks,
            self.block_checker,
            has_own_worker=self.backend.features.has_own_worker,
        )

    @cached_property
    def facets(self) -> DeclaredFacets:
        """The facets by which declarations are selected."""
        from syntask_yaml.operations.facets import DeclaredFacets

        return DeclaredFacets(self.project.root, self.reader, self.resolved, self.pool_of_others)

    @cached_property
    def changed_since(self) -> Memo[str, ChangedSince]:
        """The changes of the project since a commit, branch or tag, computed once for each."""
        from syntask_yaml.operations.changed import (
            changes_since,
            find_changes,
        )  # loads git, which few plans need

        def find(ref: str) -> ChangedSince:
            return find_changes(self.project, self.facets, changes_since(self.project.root, self.reader, ref))

        return Memo(find)

    @cached_property
    def blocks(self) -> BackendBlocks:
        """The backend's blocks before any step has run, each read once."""
        return self.fresh_blocks()

    def fresh_blocks(self) -> BackendBlocks:
        """Return the backend's blocks from now on, each read once."""
        return BackendBlocks(self.backend.block, self.expected.blocks())

    @cached_property
    def masked_blocks(self) -> BackendBlocks:
        """The backend's blocks without their secrets, each read once."""
        return BackendBlocks(partial(self.backend.block, with_secrets=False), self.expected.blocks())

    @cached_property
    def block_checker(self) -> BlockChecker:
        kind = ResourceKind.BLOCK
        declared = {name: self.broken.get((kind, name), ()) for name in self.project.names_of(kind)}
        return BlockChecker(self.masked_blocks, declared if self.with_resources else {})

    @cached_property
    def variables(self) -> BackendVariables:
        bound = self._bound_variables
        broken = {each.declared.name: _missing(each.errors[0]) for each in bound if each.errors}
        declared = {**ExpectedResources(bound).variables(), **broken}
        return BackendVariables(lambda: tuple(self.contents.variables.values()), declared)

    def resolved(self, node: Node) -> str:
        """Return the text of *node* with its template resolved; empty if a name has no value yet."""
        found = resolve_text(node, self.scope(StepOutputs(is_open=True)))
        return found.value if isinstance(found.value, str) and not found.diagnostics else ""

    def scope(self, outputs: StepOutputs) -> Scope:
        """Return the scope of a deployment's fields, with the *outputs* of its steps."""
        return self._scope_without_steps if outputs == _NO_OUTPUTS else self._scope(outputs)

    @cached_property
    def _environ(self) -> Mapping[str, str]:
        """The environment, as a copy: `os.environ` encodes each name on lookup."""
        return dict(self.environ)

    @cached_property
    def _scope_without_steps(self) -> Scope:
        return self._scope(_NO_OUTPUTS)

    def _scope(self, outputs: StepOutputs) -> Scope:
        return Scope(
            environ=self._environ,
            variables=self.variables,
            outputs=outputs.values,
            has_open_outputs=outputs.is_open,
            values=self.values,
            leaves_nonsense=self.project.dialect is Dialect.PREFECT,
        )
