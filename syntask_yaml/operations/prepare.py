"""Declarations to wanted deployments: flow read, templates resolved, everything checked, nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.pools import ELSEWHERE
from syntask_yaml.backend.prefect.cron import cron_refusal, cron_risk
from syntask_yaml.backend.prefect.names import step_problem
from syntask_yaml.diagnostics import Diagnostic, did_you_mean, each_once
from syntask_yaml.document.node import Node
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.step import Step
from syntask_yaml.model.trigger import kind_of
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.operations.choose import full_name_of
from syntask_yaml.operations.lookup import Variables
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.pools import is_served, waiting_hint, why_waiting
from syntask_yaml.operations.project import StepChecker, check_flow, check_unique, flow_notes, read_flow
from syntask_yaml.operations.secret_variables import check_secret_variables
from syntask_yaml.operations.version import Versions
from syntask_yaml.project.bind import bind_deployment
from syntask_yaml.project.default_pull import default_pull
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.job_variables import check_job_variables
from syntask_yaml.project.load import Declaration, Project
from syntask_yaml.project.origin import origin_of
from syntask_yaml.project.parameters import check_parameters
from syntask_yaml.project.resolve import Resolved, resolve_fields, resolve_pull, resolve_text, without_limits
from syntask_yaml.project.rules import schedules_of, slip_of, triggers_of
from syntask_yaml.project.static import expected_outputs
from syntask_yaml.template import Scope

# The pool that the embedded backend has from the start.
_OWN_POOL = "default"
_OWN_KINDS = frozenset({"embedded", "memory"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A declaration with the deployment that it asks for; None if there are errors.

    *label* is what to call it, whether or not it could be prepared.
    """

    declaration: Declaration
    deployment: Deployment | None
    label: str
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(each for each in self.diagnostics if each.is_error)


@dataclass(frozen=True)
class Knowledge:
    """What the templates and checks of a project may ask: this machine, and the backend."""

    project: Project
    backend: Backend
    reader: FlowReader
    environ: Mapping[str, str]
    default_pool: str | None = None
    allow_unset: bool = False

    @cached_property
    def pools(self) -> dict[str, WorkPool]:
        """The backend's work pools by name, read once."""
        return {pool.name: pool for pool in self.backend.pools()}

    @cached_property
    def versions(self) -> Versions:
        return Versions(self.project.root, self.environ)

    @cached_property
    def origin(self) -> str | None:
        """Where the project comes from; None if it has no name to own anything by."""
        file = self.project.file
        return origin_of(file) if file is not None and self.project.name is not None else None

    @cached_property
    def steps(self) -> StepChecker:
        return StepChecker(self.project)

    @cached_property
    def variables(self) -> Variables:
        return Variables(self.backend)

    def resolved(self, node: Node) -> str:
        """The text of *node* with its template resolved; empty where that takes more than is known."""
        found = resolve_text(node, self.scope({}, is_open=True))
        return found.value if isinstance(found.value, str) and not found.diagnostics else ""

    def scope(self, outputs: Mapping[str, Value], *, is_open: bool) -> Scope:
        """The names that a deployment's fields may use, given the *outputs* of its steps."""
        return Scope(
            environ=self.environ,
            variables=self.variables,
            outputs=outputs,
            has_open_outputs=is_open,
            leaves_nonsense=self.project.dialect is Dialect.PREFECT,
        )


def prepare(
    declarations: Iterable[Declaration],
    knowledge: Knowledge,
    *,
    overrides: Overrides | None = None,
    outputs: Mapping[int, Mapping[str, Value]] | None = None,
    foreseen: Mapping[int, Mapping[str, Value]] | None = None,
) -> list[Prepared]:
    """What each declaration asks for, with its problems.

    *outputs* are those of the build and push steps, by the position of the declaration, once they
    have run; before, whatever rests on them is `Unknown`, but for what is *foreseen* of them.
    """
    seen: dict[tuple[str, str], Declaration] = {}
    prepared = []
    for index, declaration in enumerate(declarations):
        known = outputs.get(index) if outputs is not None else None
        expected = (foreseen or {}).get(index, {})
        each = _prepare(declaration, knowledge, overrides or Overrides(), known, expected)
        if each.deployment is not None:
            duplicate = check_unique(seen, declaration, each.deployment.flow, each.deployment.name)
            each = _judged(each.declaration, each.deployment, (*each.diagnostics, *duplicate), knowledge)
        prepared.append(each)
    return prepared


def _prepare(
    declaration: Declaration,
    knowledge: Knowledge,
    overrides: Overrides,
    outputs: Mapping[str, Value] | None,
    foreseen: Mapping[str, Value],
) -> Prepared:
    if declaration.errors:
        return Prepared(declaration, None, _label(declaration, knowledge), declaration.errors)
    declared = declaration
    if overrides.given or overrides.name or overrides.entrypoint:
        declaration = _overridden(declaration, overrides)
    is_open = False
    if outputs is None:
        expected, is_open = expected_outputs((*declaration.build, *declaration.push))
        outputs = {**expected, **foreseen}
    scope = knowledge.scope(outputs, is_open=is_open)
    # What Prefect's dialect tolerates in a file may be in the way of deploying it.
    is_checked = declaration is declared and knowledge.project.dialect is Dialect.SYNTASK
    fields = resolve_fields(declaration, scope, is_checked=is_checked)
    problems = list(fields.diagnostics)
    deployment = None
    if not _has_errors(problems, knowledge):
        entry = replace(declaration.node, value=fields.value)
        deployment = _bind(declaration, entry, scope, knowledge, problems)
    else:
        problems += check_flow(declaration, knowledge.reader)
    if declaration is not declared:
        problems = [_from_options(problem, declared.node, declaration.node) for problem in problems]
    return _judged(declaration, deployment, problems, knowledge)


def _overridden(declaration: Declaration, overrides: Overrides) -> Declaration:
    fields = overrides.apply(declaration.fields)
    node = replace(declaration.node, value={**declaration.node.value, **fields})
    return replace(declaration, node=node, name=fields["name"], entrypoint=fields["entrypoint"])


def _from_options(problem: Diagnostic, declared: Node, overridden: Node) -> Diagnostic:
    """The problem without a place in the file, if what it is about was said on the command line."""
    inside = problem.path[len(declared.path) :]
    written, said = declared.at(inside), overridden.at(inside)
    if not inside or (written.path == said.path and written.value == said.value):
        return problem
    detail = f"{problem.detail} This was said on the command line."
    return replace(problem, span=None, used=None, detail=detail)


def _bind(
    declaration: Declaration,
    entry: Node,
    scope: Scope,
    knowledge: Knowledge,
    problems: list[Diagnostic],
) -> Deployment | None:
    missing = list(_check_identity(entry))
    flow = None if missing else read_flow(declaration, entry.value["entrypoint"], knowledge.reader)
    if flow is None or isinstance(flow, Diagnostic):
        problems += [*missing, *([flow] if flow is not None else [])]
        return None
    pool = _pool(entry, knowledge, problems)
    pull = _pull(declaration, entry, pool, scope, knowledge)
    problems += [
        *flow_notes(declaration, flow),
        *check_parameters(entry, flow.value_schema),
    ]
    problems += [*pull.diagnostics, *_check_features(entry, knowledge.backend)]
    problems += _check_crons(entry, knowledge.backend)
    problems += _check_stock(declaration.pull or (), knowledge)
    project = knowledge.project
    problems += knowledge.steps.check(declaration)
    # What is deployed without being declared is not the project's to prune.
    owner = project.name if declaration.node.path else None
    fields = project.dialect.without_own_keys(entry.value)
    deployment = bind_deployment(fields, flow=flow, project=owner, pull_steps=pull.value)
    if owner is not None:
        deployment = replace(deployment, origin=knowledge.origin)
    return deployment if pool is None else replace(deployment, work_pool=pool.name)


def _check_identity(entry: Node) -> Iterator[Diagnostic]:
    for key in ("name", "entrypoint"):
        value = entry.value.get(key)
        if isinstance(value, Unknown):
            detail = f"A deployment's {key} cannot come from a step: it must be known before the steps run."
            yield (entry.get(key) or entry).problem("unset-name", detail)
        elif not _says(value) and (slip := slip_of(key, entry)):
            detail = f"The deployment has no {key}, and no key `{slip}`."
            place = entry.get(slip) or entry
            yield place.problem("missing-key", detail, f"Did you mean `{key}`?", at_key=True)
        elif not _says(value):
            yield entry.problem("missing-key", f"The deployment has no {key}.", f"Add `{key}:`.")


def _says(value: Any) -> bool:
    return isinstance(value, str) and value.removesuffix(".py") != ""


def _pool(entry: Node, knowledge: Knowledge, problems: list[Diagnostic]) -> WorkPool | None:
    """The work pool of a deployment; None where there is none, or it is not known yet."""
    declared = entry.get("work_pool") or entry
    name = (entry.value.get("work_pool") or {}).get("name") or knowledge.default_pool
    if isinstance(name, Unknown):
        return None
    if name is None and knowledge.backend.features.kind in _OWN_KINDS:
        name = _OWN_POOL
    if name is None:
        hint = f"Add `work_pool:` with a `name:`, or `--pool`. {_listed(knowledge.pools)}"
        problems.append(declared.problem("no-work-pool", "The deployment has no work pool.", hint))
        return None
    pool = knowledge.pools.get(name)
    if pool is None:
        hint = did_you_mean(name, knowledge.pools, otherwise=f"`syntask work-pool create {name}` makes it.")
        place = declared.get("name") or declared
        problems.append(place.problem("unknown-work-pool", f"The backend has no work pool `{name}`.", hint))
        return None
    problems += _check_pool(entry, pool, knowledge.backend)
    return pool


def _check_pool(entry: Node, pool: WorkPool, backend: Backend) -> Iterator[Diagnostic]:
    """What keeps the runs of a deployment from starting in *pool*, and its job variables."""
    declared = entry.get("work_pool") or entry
    place = declared.get("name") or declared
    kind = backend.features.kind
    if kind == "embedded" and not is_served(pool):
        detail = f"The embedded backend does not serve work pools of type `{pool.type}`, as `{pool.name}` is."
        yield place.problem("unserved-work-pool", detail, ELSEWHERE)
    elif reason := why_waiting(pool):
        yield place.problem("idle-work-pool", reason, waiting_hint(pool)).as_warning()
    yield from check_job_variables(entry, pool, by_server=kind == "prefect")
    variables = entry.at(("work_pool", "job_variables"))
    if variables.path[-1:] == ("job_variables",) and variables.value and kind in _OWN_KINDS:
        yield from check_secret_variables(variables, backend)


def _listed(pools: Mapping[str, WorkPool]) -> str:
    return f"There are {', '.join(f'`{name}`' for name in list(pools)[:8])}." if pools else ""


def _pull(
    declaration: Declaration, entry: Node, pool: WorkPool | None, scope: Scope, knowledge: Knowledge
) -> Resolved:
    if declaration.pull is not None:
        resolved = resolve_pull(knowledge.project, declaration.pull, scope)
        is_ours = knowledge.backend.features.kind in _OWN_KINDS
        return resolved if is_ours else without_limits(resolved, knowledge.project)
    if pool is None:
        return Resolved(())
    variables: Any = (entry.value.get("work_pool") or {}).get("job_variables") or {}
    steps, notes = default_pull(declaration, knowledge.project, pool_type=pool.type, job_variables=variables)
    return Resolved(steps, tuple(notes))


def _check_stock(steps: Iterable[Step], knowledge: Knowledge) -> Iterator[Diagnostic]:
    """Pull steps that the workers of a server could not run."""
    if knowledge.backend.features.kind in _OWN_KINDS:
        return
    for step in steps:
        if detail := step_problem(step.name):
            place = knowledge.project.document.root.at(step.path)
            hint = "Use a step that Prefect has, or a function of your own that is installed on the worker."
            yield place.problem("unknown-step", detail, hint, at_key=True)


def _check_features(entry: Node, backend: Backend) -> Iterator[Diagnostic]:
    """What a deployment asks for that this backend does not have."""
    needs = {
        "triggers": (backend.features.triggers, "a Prefect server"),
        "sla": (backend.features.sla, "Prefect Cloud"),
    }
    for key, (has, where) in needs.items():
        node = entry.get(key)
        if node is not None and node.value and not has:
            detail = f"`{key}` needs {where}; on this backend it has no effect."
            yield node.problem("needs-server", detail, at_key=True).as_warning()
    if backend.features.triggers and not backend.features.sla:
        for trigger in triggers_of(entry):
            if (trigger.value.get("type") or kind_of(trigger.value)) == "metric":
                detail = "A metric trigger needs Prefect Cloud; this server refuses it."
                yield trigger.problem("needs-server", detail, "Remove it, or deploy to Prefect Cloud.")


def _check_crons(entry: Node, backend: Backend) -> Iterator[Diagnostic]:
    """Cron expressions that the servers of this backend do not read, or do not plan."""
    if backend.features.kind in _OWN_KINDS:
        return
    for schedule in schedules_of(entry):
        cron = schedule.get("cron")
        if cron is None or not isinstance(cron.value, str):
            continue
        if detail := cron_refusal(cron.value):
            yield cron.problem("invalid-cron", detail, "Use days that it knows, such as `1-5` for weekdays.")
        elif detail := cron_risk(cron.value):
            yield cron.problem("invalid-cron", detail, "Leave the year out.").as_warning()


def _has_errors(problems: Iterable[Diagnostic], knowledge: Knowledge) -> bool:
    return any(_judge(problem, knowledge).is_error for problem in problems)


def _judged(
    declaration: Declaration,
    deployment: Deployment | None,
    problems: Iterable[Diagnostic],
    knowledge: Knowledge,
) -> Prepared:
    label = deployment.full_name if deployment else _label(declaration, knowledge)
    judged = tuple(
        replace(problem, entries=(label,))
        for problem in each_once(_judge(problem, knowledge) for problem in problems)
    )
    is_sound = not any(problem.is_error for problem in judged)
    return Prepared(declaration, deployment if is_sound else None, label, judged)


def _label(declaration: Declaration, knowledge: Knowledge) -> str:
    return full_name_of(declaration, knowledge.reader, knowledge.resolved)


# Said as warnings while only the file is looked at, and in the way of deploying all the same.
_DECISIVE = frozenset({"unset-name", "invalid-template", "missing-key", "secret-stored", "invalid-name"})


def _judge(problem: Diagnostic, knowledge: Knowledge) -> Diagnostic:
    if problem.code == "unset-name" and knowledge.allow_unset:
        return problem.as_warning()
    return problem if problem.code in _DECISIVE else knowledge.project.judge(problem)
