"""Convert declarations to deployments: read the flow, resolve templates, check, change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic, each_once
from syntask_yaml.document.node import Node
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import pool_type
from syntask_yaml.model.step import StepOutputs
from syntask_yaml.model.value import holds_unknown
from syntask_yaml.operations.backend_checks import check_backend, pool_for
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.flow_checks import (
    check_flow,
    check_identity,
    check_unique,
    flow_notes,
    read_flow,
)
from syntask_yaml.operations.full_names import full_name_of
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.project.bind import bind_deployment
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.default_pull import default_pull
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import Flow
from syntask_yaml.project.parameters import check_parameters
from syntask_yaml.project.resolve import Resolved, resolve_fields, resolve_pull, without_limits
from syntask_yaml.project.static import expected_outputs
from syntask_yaml.template import Scope, texts_in


class Prepared(NamedTuple):
    """A declaration with its deployment; None if there are errors.

    *declared* is the entry of the file, *declaration* the same with the options of the command line. *label*
    is its display name, whether or not it could be prepared.
    """

    declared: Declaration
    declaration: Declaration
    deployment: Deployment | None
    label: str
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def has_steps(self) -> bool:
        """Whether it has build or push steps."""
        return bool(self.declaration.build or self.declaration.push)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(each for each in self.diagnostics if each.is_error)

    @property
    def unknown_fields(self) -> tuple[str, ...]:
        """The names of the deployment's fields that depend on steps which have not run."""
        if self.deployment is None:
            return ()
        names = (each.name for each in fields(self.deployment))
        return tuple(name for name in names if holds_unknown(getattr(self.deployment, name)))


def prepare(
    declarations: Iterable[Declaration], context: DeployContext, overrides: Overrides | None = None
) -> list[Prepared]:
    """Return the deployment of each declaration, with its problems.

    Values that depend on outputs of build and push steps are `Unknown`: see `prepare_again`.
    """
    prepared = []
    overrides = overrides if overrides is not None and overrides.is_any else None
    for declared in declarations:
        declaration = declared if overrides is None else _overridden(declared, overrides, context)
        outputs = expected_outputs((*declaration.build, *declaration.push))
        prepared.append(_prepare(declared, declaration, context, outputs))
    return _unique(prepared, context)


def prepare_again(
    prepared: Iterable[Prepared], context: DeployContext, outputs: Mapping[int, StepOutputs]
) -> list[Prepared]:
    """Prepare again those of *prepared* that depend on steps, with their *outputs* by position."""
    again = [
        _prepare(each.declared, each.declaration, context, outputs[position])
        if position in outputs and each.unknown_fields
        else each
        for position, each in enumerate(prepared)
    ]
    return _unique(again, context)


def _unique(prepared: Iterable[Prepared], context: DeployContext) -> list[Prepared]:
    """Return *prepared*, with a problem for each whose name an earlier one has."""
    seen: dict[tuple[str, str], Declaration] = {}
    found = []
    for each in prepared:
        deployment = each.deployment
        if deployment is None:
            found.append(each)
            continue
        duplicate = list(
            check_unique(seen, each.declaration, deployment.flow, deployment.name, shown=deployment.name)
        )
        problems = (*each.diagnostics, *duplicate)
        judged = (
            _judged(each.declared, each.declaration, deployment, problems, context) if duplicate else each
        )
        found.append(judged)
    return found


def _prepare(
    declared: Declaration, declaration: Declaration, context: DeployContext, outputs: StepOutputs
) -> Prepared:
    if declared.errors:
        label = _label(declared, context)
        errors = tuple(replace(error, entries=(label,)) for error in declared.errors)
        return Prepared(declared, declaration, None, label, errors)
    is_as_declared = declaration is declared
    scope = context.scope(outputs)
    # Prefect's dialect accepts problems in a file that prevent a deploy.
    is_checked = is_as_declared and context.project.dialect is Dialect.SYNTASK
    resolved = resolve_fields(declaration, scope, is_checked=is_checked)
    problems = list(resolved.diagnostics)
    deployment = None
    if not any(_judge(problem, context).is_error for problem in problems):
        entry = declaration.node.with_value(resolved.value)
        deployment, found = _bind(declaration, entry, scope, context)
        problems += found
    else:
        problems += check_flow(declaration, context.reader)
    if not is_as_declared:
        problems = [_from_options(problem, declared.node, declaration.node) for problem in problems]
    return _judged(declared, declaration, deployment, problems, context)


def _overridden(declaration: Declaration, overrides: Overrides, context: DeployContext) -> Declaration:
    if declaration.errors:
        return declaration
    if overrides.texts:
        place = declaration.node.get("entrypoint")
        entrypoint = overrides.entrypoint or (context.resolved(place) if place else "")
        flow = read_flow(declaration, entrypoint, context.reader)
        overrides = overrides.fitted(flow.value_schema if isinstance(flow, Flow) else None)
    fields = overrides.apply(declaration.fields)
    node = declaration.node.with_value({**declaration.node.value, **fields})
    name, entrypoint = fields["name"], fields["entrypoint"]
    return declaration._replace(node=node, name=name, entrypoint=entrypoint, texts=texts_in(fields))


def _from_options(problem: Diagnostic, declared: Node, overridden: Node) -> Diagnostic:
    """Return the problem without its location in the file, if it concerns an option of the command line."""
    if problem.path[: len(declared.path)] != declared.path:  # it concerns a value or a resource
        return problem
    inside = problem.path[len(declared.path) :]
    written, given = declared.at(inside), overridden.at(inside)
    if not inside or (written.path == given.path and written.value == given.value):
        return problem
    detail = f"{problem.detail} The value comes from the command line."
    return replace(problem, span=None, used=None, detail=detail)


def _bind(
    declaration: Declaration, entry: Node, scope: Scope, context: DeployContext
) -> tuple[Deployment | None, list[Diagnostic]]:
    """Return the deployment of *entry*, the resolved declaration, and its problems."""
    if missing := list(check_identity(entry)):
        return None, missing
    flow = read_flow(declaration, entry.value["entrypoint"], context.reader)
    if isinstance(flow, Diagnostic):
        return None, [flow]
    found = pool_for(entry, context)
    pool, missing_pool = (found, ()) if isinstance(found, WorkPool) else (None, found)
    pull = _pull(declaration, entry, pool, scope, context)
    problems = [
        *missing_pool,
        *flow_notes(declaration, flow),
        *check_parameters(entry, flow.value_schema, flow=flow.name),
        *pull.diagnostics,
        *check_backend(declaration, entry, pool, context),
        *context.steps.check(declaration),
    ]
    return _deployment(declaration, entry, flow, pool, pull, context), problems


def _deployment(
    declaration: Declaration,
    entry: Node,
    flow: Flow,
    pool: WorkPool | None,
    pull: Resolved,
    context: DeployContext,
) -> Deployment:
    project = context.project
    # The project does not prune a deployment that it does not declare.
    owner = context.owner.project if declaration.node.path else None
    fields = project.dialect.without_own_keys(entry.value)
    origin = context.origin if owner is not None else None
    pool_name = {} if pool is None else {"work_pool": pool.name}
    return bind_deployment(
        fields, flow=flow, project=owner, pull_steps=pull.value, origin=origin, **pool_name
    )


def _pull(
    declaration: Declaration, entry: Node, pool: WorkPool | None, scope: Scope, context: DeployContext
) -> Resolved:
    if declaration.pull is not None:
        resolved = resolve_pull(context.project, declaration.pull, scope)
        has_timeouts = context.backend.features.runs_own_steps
        return resolved if has_timeouts else without_limits(resolved, context.project)
    if pool is None:
        return Resolved(())
    variables: Any = (entry.value.get("work_pool") or {}).get("job_variables") or {}
    known = pool_type(pool.type)
    steps, notes = default_pull(declaration, context.project, pool_type=known, job_variables=variables)
    return Resolved(steps, tuple(notes))


def _judged(
    declared: Declaration,
    declaration: Declaration,
    deployment: Deployment | None,
    problems: Iterable[Diagnostic],
    context: DeployContext,
) -> Prepared:
    """Return the prepared declaration, with the severities of the dialect; errors leave no deployment."""
    label = deployment.full_name if deployment else _label(declaration, context)
    judged = tuple(
        problem.with_entries((label,))
        for problem in each_once(_judge(problem, context) for problem in problems)
    )
    if any(problem.is_error for problem in judged):
        deployment = None
    return Prepared(declared, declaration, deployment, label, judged)


def _label(declaration: Declaration, context: DeployContext) -> str:
    return full_name_of(declaration, context.reader, context.resolved)


# Warnings in a validation of the file, but errors in a deploy.
_DECISIVE = frozenset({"unset-name", "invalid-template", "missing-key", "secret-stored", "invalid-name"})


def _judge(problem: Diagnostic, context: DeployContext) -> Diagnostic:
    if problem.code == "unset-name" and context.allow_unset:
        return problem.as_warning()
    return problem if problem.code in _DECISIVE else context.project.judge(problem)
