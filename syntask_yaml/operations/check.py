"""Try a deployment as a worker would, before it is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import partial

from syntask_yaml.diagnostics import Diagnostic, each_once
from syntask_yaml.document.node import Node
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.pool_type import pool_type
from syntask_yaml.operations.choose import choose_from, refuse_broken
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.fill_unknown import fill_unknown
from syntask_yaml.operations.forecasts import forecast_steps
from syntask_yaml.operations.prepare import prepare, prepare_again
from syntask_yaml.operations.project import warnings_of
from syntask_yaml.operations.resources.prepare import knowing_broken, prepare_resources
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.load import Project

# The parts of a deployment that a run uses.
_OF_A_RUN = frozenset({"entrypoint", "parameters", "job_variables", "pull_steps"})

# The variables of a worker's own machine: paths of programs and certificates, network and syntask settings.
_WORKERS_OWN = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|(?i:\w+_proxy)|SSL_CERT_(?:FILE|DIR)"
    r"|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|PIP_CERT|(?:SYNTASK|PREFECT)_\w+"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deployment to try, and its declaration."""

    declaration: Declaration
    deployment: Deployment

    @property
    def label(self) -> str:
        return self.deployment.full_name


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason why a run would not start.

    *stage* is `pull` (*step* is the index of the step), `load`, `parameters` or `start`; in an image also
    `engine` or `image`.
    """

    stage: str
    detail: str
    hint: str = ""
    step: int | None = None


def candidates(
    context: DeployContext, selection: Selection, *, in_image: bool = False
) -> tuple[list[Candidate], tuple[Diagnostic, ...]]:
    """Return the deployments to try, and the diagnostics of their declarations; nothing is run.

    Unless they are tried *in_image*, a note names those that would run in another environment. Outputs of
    build and push steps are forecast if possible, or else taken from the stored deployment. *context* covers
    the whole project. Raises ProjectInvalid.
    """
    chosen = choose_from(context, selection)
    prepared = prepare(chosen, context)
    if any(not _OF_A_RUN.isdisjoint(each.unknown_fields) for each in prepared):
        prepared = prepare_again(prepared, context, forecast_steps(prepared, context).outputs)
    hint = "Deploy it once, paused if necessary."
    prepared = fill_unknown(prepared, context.backend, only=_OF_A_RUN, hint=hint)
    if errors := [error for each in prepared for error in each.errors]:
        raise ProjectInvalid(errors)
    found = [Candidate(each.declaration, each.deployment) for each in prepared if each.deployment is not None]
    notes = warnings_of(context.project, chosen, context.reader)
    notes += [problem for each in prepared for problem in each.diagnostics]
    notes += _expected(context)
    return found, each_once(notes if in_image else (*notes, *_tried_here(found, context)))


def with_whole_project(context: DeployContext) -> DeployContext:
    """Return *context* with a backend that already has the resources of the project.

    Raises ProjectInvalid for problems of the file as a whole.
    """
    refuse_broken(context.project, context.reader)
    if not context.project.resources:
        return context
    context = replace(context, with_resources=True)
    return knowing_broken(context, prepare_resources(context))


_NAMED = 3


def _expected(context: DeployContext) -> Iterator[Diagnostic]:
    """Yield a note on declared values that the backend does not have yet."""
    existing = set(context.contents.variables) if context.resources else set()
    missing = context.expected.missing(existing, partial(context.backend.block, with_secrets=False))
    node = context.project.document.root.get("resources")
    if missing and node is not None:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        detail = (
            f"The backend does not have {', '.join(missing[:_NAMED])}{more} yet: checked with what the "
            f"project declares, which `{context.project.deploy_command}` creates."
        )
        yield node.problem("declared-value", detail, at_key=True).as_note()


def _tried_here(found: Iterable[Candidate], context: DeployContext) -> Iterator[Diagnostic]:
    for candidate in found:
        pool = context.pools.get(str(candidate.deployment.work_pool))
        if pool is not None and not pool_type(pool.type).is_local:
            node = candidate.declaration.node.get("work_pool") or candidate.declaration.node
            detail = (
                f"The work pool `{pool.name}` is of type `{pool.type}`; its runs are checked in a "
                "local process instead."
            )
            yield node.problem("tried-here", detail).as_note()


def clean_environ(
    environ: Mapping[str, str], given: Iterable[str], *, in_image: bool = False
) -> dict[str, str]:
    """Return the variables of *environ* that another machine has too (none *in_image*), and the *given* ones.

    *given* are `NAME=VALUE`, or `NAME` for the value in *environ*. Raises UsageError.
    """
    own = {} if in_image else environ
    kept = {name: value for name, value in own.items() if _WORKERS_OWN.fullmatch(name)}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or (not equals and name not in environ):
            raise UsageError(
                f"`--env {text}`: the environment has no such variable.", hint="Pass `--env NAME=VALUE`."
            )
        kept[name] = value if equals else environ[name]
    return kept


_CODES: Mapping[str, str] = {
    "pull": "pull-failed",
    "load": "load-failed",
    "parameters": "bind-failed",
    "start": "start-failed",
    "engine": "no-engine",
    "image": "image-failed",
}
_HINTS: Mapping[str, str] = {
    "load": "If a module is missing on the worker, install it with a `pip_install_requirements` pull step.",
    "parameters": "Fix `parameters`, or give the parameters a default in the flow.",
}


def problem_of(failure: Failure, candidate: Candidate, project: Project) -> Diagnostic:
    """Return the failure as a diagnostic at the location in the file that must change."""
    node = _node_of(failure, candidate.declaration, project)
    hint = failure.hint or _HINTS.get(failure.stage, "")
    problem = node.problem(_CODES[failure.stage], failure.detail, hint, at_key=True)
    return replace(problem, entries=(candidate.label,))


# Warnings that predict a failed start, which the failure itself describes better.
_FORETOLD = frozenset({"unknown-block", "no-parameter-schema"})


def without_foretold(notes: Iterable[Diagnostic], failed: Set[str]) -> tuple[Diagnostic, ...]:
    """Return *notes* without the predictions whose deployments all *failed*."""
    return tuple(
        each
        for each in notes
        if each.code not in _FORETOLD or not each.entries or not failed >= set(each.entries)
    )


def _node_of(failure: Failure, declaration: Declaration, project: Project) -> Node:
    pull = declaration.pull or ()
    if failure.stage == "pull" and failure.step is not None and failure.step < len(pull):
        return project.document.root.at(pull[failure.step].path)
    keys = {"pull": "pull", "load": "entrypoint", "parameters": "parameters"}
    return declaration.node.get(keys.get(failure.stage, "work_pool")) or declaration.node
