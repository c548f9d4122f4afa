"""Export a backend's deployments as a project file: planning that file against the backend changes nothing.

Values that would be read differently are escaped: literal braces, and names that this machine would resolve.
A secret that a backend stores in clear text is not written to the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.model.deployment import CollisionStrategy, Deployment, Stored
from syntask_yaml.model.events import Observer, counted, nobody
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.secret import SECRET_NAMES
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Value
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deployment_documents import document_of
from syntask_yaml.operations.deployments import find_deployments
from syntask_yaml.operations.exporting.declared_owner import DeclaredOwner, owned_by, the_owner
from syntask_yaml.operations.exporting.found import Share, left_from_agents
from syntask_yaml.operations.exporting.resources import ExportedResources, export_resources
from syntask_yaml.project.filters import Filters
from syntask_yaml.project.resolve import output_names
from syntask_yaml.project.static import field_parts
from syntask_yaml.template import Anything, Scope, as_template, is_template

# Default values, which are left out.
_DEFAULTS: Mapping[str, Value] = {"enforce_parameter_schema": True, "paused": False}
_SCHEDULE_DEFAULTS: Mapping[str, Value] = {"active": True, "day_or": True}
# A commit, or the digest of a flow's file: the version detected if none is declared.
_FOUND_VERSION = re.compile(r"(?=.*[a-f])[0-9a-f]{8}|[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Exported:
    """A project with its *entries*, each with its own pull steps, and the diagnostics.

    *targets* is the content of `targets`, if the exported deployments belong to one.
    """

    name: str | None
    entries: Sequence[Mapping[str, Any]]
    resources: Mapping[str, Any]
    diagnostics: tuple[Diagnostic, ...]
    targets: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """The content of a single project file."""
        return self.file(with_shared_pull(self.entries))

    def file(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the content of the main file, with *parts* of a project in it."""
        return {
            **({"name": self.name} if self.name else {}),
            **({"targets": self.targets} if self.targets else {}),
            **parts,
            **({"resources": self.resources} if self.resources else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """The deployments to export: those that match *patterns*, of *project*, or of all projects if None.

    *project* is an owner, `shop:prod`, or a project that has deployed to one target, `shop`.
    *with_resources*: include their resources, or all resources if nothing is selected. A project that owns
    resources has a name: *name* if they have no owner yet.
    """

    patterns: Sequence[str] = ()
    project: str | None = None
    with_resources: bool = False
    name: str = "project"


def export(
    backend: Backend, request: ExportRequest, *, environ: Mapping[str, str], notify: Observer = nobody
) -> Exported:
    """Return the requested deployments as a project file; *notify* gets progress events.

    *environ* is this machine's: names that are set in it are escaped. Raises NotFound for a pattern without a
    match, UsageError if the deployments have several owners.
    """
    found = find_deployments(backend, Filters(names=tuple(request.patterns)))
    stored = owned_by(found, request.project)
    owner = request.project
    if stored or owner is None:
        owner = the_owner(_owners(stored, backend, request))
    resources = _resources(backend, request, stored, owner, environ)
    declared = DeclaredOwner.of(owner or (request.name if resources.content else ""))
    obstacles = {each.id: declared.obstacle(each.deployment) or _obstacle(each.deployment) for each in stored}
    writer = _Writer(environ)
    declarable = [declared.declared(each.deployment) for each in stored if not obstacles[each.id]]
    entries = [writer.entry(each) for each in counted(declarable, "Exporting deployments", notify)]
    problems = (*_left_out(stored, obstacles), *left_from_agents(backend), *writer.diagnostics())
    problems += resources.diagnostics
    return Exported(declared.name or None, entries, resources.content, problems, declared.targets)


def _resources(
    backend: Backend,
    request: ExportRequest,
    stored: Sequence[Stored],
    owner: str | None,
    environ: Mapping[str, str],
) -> ExportedResources:
    if not request.with_resources:
        return ExportedResources({})
    share = Share(
        owner,
        [each.deployment for each in stored],
        is_all=not request.patterns and request.project is None,
        only_named=bool(request.patterns),
    )
    return export_resources(Contents(backend), share, environ)


def _owners(stored: Sequence[Stored], backend: Backend, request: ExportRequest) -> set[str | None]:
    """Return the owners of the exported deployments, or else of the resources."""
    if stored or not request.with_resources:
        return {each.deployment.project for each in stored}
    return {each.owner.project for each in backend.ledgers()}


def _obstacle(deployment: Deployment) -> str:
    """Return why the deployment cannot be declared; empty if it can."""
    if not deployment.entrypoint:
        return "it has no entrypoint"
    return (
        ""
        if deployment.work_pool
        else "it has no work pool, because it is served by its own process or was run by an agent"
    )


def _left_out(stored: Sequence[Stored], obstacles: Mapping[str, str]) -> Iterator[Diagnostic]:
    for each in stored:
        if reason := obstacles[each.id]:
            detail = f"`{each.deployment.full_name}` cannot be declared in a file: {reason}."
            yield Diagnostic("not-exported", detail, severity=Severity.WARNING)


def with_shared_pull(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entries of a file, with common pull steps moved out of them."""
    if len(entries) < 2 or any(entry["pull"] != entries[0]["pull"] for entry in entries):
        return {"deployments": list(entries)}
    own = [{key: value for key, value in entry.items() if key != "pull"} for entry in entries]
    return {"pull": entries[0]["pull"], "deployments": own}


@dataclass
class _Writer:
    """Writes entries; *secrets* are the block references that replace secrets, by their text."""

    environ: Mapping[str, str]
    secrets: dict[str, str] = field(default_factory=dict)

    def entry(self, deployment: Deployment) -> dict[str, Any]:
        """Return a deployment as an entry of `deployments`."""
        fields = document_of(deployment)
        pull = fields.pop("pull")
        del fields["flow_name"]
        if _FOUND_VERSION.fullmatch(str(fields.get("version"))):
            del fields["version"]
        fields = {key: value for key, value in fields.items() if _DEFAULTS.get(key) is not value}
        fields |= {key: write(fields[key]) for key, write in _SHORTER.items() if key in fields}
        return {**self._fields(fields), "pull": list(self._pull(pull))}

    def diagnostics(self) -> Iterator[Diagnostic]:
        """Yield the actions required for secrets."""
        for name in self.secrets.values():
            detail = "The backend stores a secret in plain text. The file refers to a block instead."
            hint = f"Run `syntask block create secret {name}` to create the block."
            yield Diagnostic("readable-secret", detail, hint, severity=Severity.WARNING)

    def _fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        written: dict[str, Any] = {}
        scope = Scope(environ=self.environ, variables=Anything())
        for key, value in fields.items():
            for part, place, blocks in field_parts(key, value):
                is_pool = place[-1] == "job_variables"
                known = self._without_secrets(part) if is_pool else part
                target = written.setdefault(key, {}) if len(place) > 1 else written
                target[place[-1]] = as_template(known, scope.with_blocks(blocks))
        return written

    def _pull(self, steps: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        later: set[str] = set()
        for step in steps:
            for name, declared in step.items():
                inputs = declared or {}
                scope = Scope(environ=self.environ, leaves_unset=True, later=frozenset(later))
                yield {name: as_template(self._without_secrets(inputs), scope)}
                later |= output_names(Step(name, inputs, id=inputs.get("id")))

    def _without_secrets(self, value: Value) -> Value:
        if isinstance(value, Mapping):
            return {
                key: self._reference(item)
                if key in SECRET_NAMES and _is_text(item)
                else self._without_secrets(item)
                for key, item in value.items()
            }
        return [self._without_secrets(item) for item in value] if isinstance(value, list) else value

    def _reference(self, secret: str) -> str:
        number = len(self.secrets) + 1
        name = self.secrets.setdefault(secret, f"exported-{number}")
        return f"{{{{ syntask.blocks.secret.{name} }}}}"


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and value != "" and not is_template(value)


def _limit(limit: Mapping[str, Value]) -> Value:
    given = {key: value for key, value in limit.items() if value is not None}
    is_plain = given == {"limit": limit["limit"], "collision_strategy": CollisionStrategy.ENQUEUE.value}
    return limit["limit"] if is_plain else given


def _pool(pool: Mapping[str, Value]) -> Value:
    return {key: value for key, value in pool.items() if key != "work_queue_name" or value != DEFAULT_QUEUE}


def _schedules(schedules: Sequence[Mapping[str, Value]]) -> Value:
    return [
        {key: _whole(value) for key, value in each.items() if _SCHEDULE_DEFAULTS.get(key) is not value}
        for each in schedules
    ]


def _whole(value: Value) -> Value:
    return int(value) if isinstance(value, float) and value.is_integer() else value


_SHORTER: Mapping[str, Any] = {
    "name": lambda name: f"{name}.py" if name.endswith(".py") else name,
    "concurrency_limit": _limit,
    "work_pool": _pool,
    "schedules": _schedules,
}
