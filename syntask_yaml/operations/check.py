"""What a worker would do with a deployment, looked at before anything is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.value import holds_unknown
from syntask_yaml.operations.choose import Selection, choose, refuse_broken
from syntask_yaml.operations.images import foresee
from syntask_yaml.operations.prepare import Knowledge, Prepared, prepare
from syntask_yaml.project.default_pull import LOCAL_POOLS
from syntask_yaml.project.load import Declaration, Project

# What of a deployment a run is made of.
_OF_A_RUN = ("entrypoint", "parameters", "job_variables", "pull_steps")

# What a worker has of its own: where programs and certificates are, how to reach others, and us.
_WORKERS_OWN = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|(?i:\w+_proxy)|SSL_CERT_(?:FILE|DIR)"
    r"|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|PIP_CERT|(?:SYNTASK|PREFECT)_\w+"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deployment that is to be tried, and the declaration that it comes from."""

    declaration: Declaration
    deployment: Deployment

    @property
    def label(self) -> str:
        return self.deployment.full_name


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run would not begin.

    *stage* is `pull` (then *step* counts its steps from 0), `load`, `parameters` or `start`; in an image
    also `engine` or `image`.
    """

    stage: str
    detail: str
    hint: str = ""
    step: int | None = None


def candidates(
    knowledge: Knowledge, selection: Selection, *, in_image: bool = False
) -> tuple[list[Candidate], tuple[Diagnostic, ...]]:
    """The deployments to try, and what is to be said of their declarations; nothing is run.

    Unless they are tried *in_image*, a note says which of them would run in another place.
    What a build or push step decides is what it would put out, where that is known without running it,
    or else taken from what is deployed. Raises ProjectInvalid.
    """
    project = knowledge.project
    refuse_broken(project, knowledge.reader)
    chosen = choose(project, selection, knowledge.reader, knowledge.resolved)
    prepared = prepare(chosen, knowledge)
    if any(each.deployment is not None and _open_fields(each.deployment) for each in prepared):
        prepared = prepare(chosen, knowledge, foreseen=foresee(prepared, knowledge).outputs)
    prepared = _settled(prepared, knowledge)
    if errors := [error for each in prepared for error in each.errors]:
        raise ProjectInvalid(errors)
    found = [Candidate(each.declaration, each.deployment) for each in prepared if each.deployment is not None]
    notes = [problem for each in prepared for problem in each.diagnostics]
    return found, tuple(notes) if in_image else (*notes, *_tried_here(found, knowledge))


def _tried_here(found: Iterable[Candidate], knowledge: Knowledge) -> Iterator[Diagnostic]:
    for candidate in found:
        pool = knowledge.pools.get(str(candidate.deployment.work_pool))
        if pool is not None and pool.type not in LOCAL_POOLS:
            place = candidate.declaration.node.get("work_pool") or candidate.declaration.node
            detail = f"`{pool.name}` is a pool of type `{pool.type}`; here its runs are tried in a process."
            yield place.problem("tried-here", detail).as_note()


def _settled(prepared: Sequence[Prepared], knowledge: Knowledge) -> list[Prepared]:
    names = [
        each.deployment.full_name for each in prepared if each.deployment and _open_fields(each.deployment)
    ]
    stored = knowledge.backend.deployments(names=names) if names else []
    known = {each.deployment.full_name: each.deployment for each in stored}
    return [_known(each, known) for each in prepared]


def _open_fields(deployment: Deployment) -> list[str]:
    return [
        each.name
        for each in fields(deployment)
        if each.name in _OF_A_RUN and holds_unknown(getattr(deployment, each.name))
    ]


def _known(prepared: Prepared, stored: Mapping[str, Deployment]) -> Prepared:
    deployment = prepared.deployment
    if deployment is None or not (names := _open_fields(deployment)):
        return prepared
    found = stored.get(deployment.full_name)
    if found is not None:
        known = {name: getattr(found, name) for name in names}
        return replace(prepared, deployment=replace(deployment, **known))
    name = names[0].removesuffix("_steps")
    detail = f"`{name}` of `{deployment.full_name}` rests on a build or push step, and was never deployed."
    problem = prepared.declaration.node.problem("needs-build", detail, "Deploy it once, paused if need be.")
    return replace(prepared, deployment=None, diagnostics=(*prepared.diagnostics, problem))


def clean_environ(
    environ: Mapping[str, str], given: Iterable[str], *, in_image: bool = False
) -> dict[str, str]:
    """What is left of *environ* on a machine that is not this one, or nothing of it *in_image*; and what
    is *given* besides.

    *given* are `NAME=VALUE`, or `NAME` for the value in *environ*. Raises UsageError.
    """
    own = {} if in_image else environ
    kept = {name: value for name, value in own.items() if _WORKERS_OWN.fullmatch(name)}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or (not equals and name not in environ):
            raise UsageError(f"`--env {text}`: there is no such variable.", hint="Write `--env NAME=VALUE`.")
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
    "load": "What the worker has not, the code cannot import: does a `pull` step install it?",
    "parameters": "Correct `parameters`, or give them a default in the flow.",
}


def problem_of(failure: Failure, candidate: Candidate, project: Project) -> Diagnostic:
    """The failure at the place in the file that is to be changed."""
    place = _place(failure, candidate.declaration, project)
    hint = failure.hint or _HINTS.get(failure.stage, "")
    return place.problem(_CODES[failure.stage], f"`{candidate.label}`: {failure.detail}", hint, at_key=True)


def _place(failure: Failure, declaration: Declaration, project: Project) -> Node:
    pull = declaration.pull or ()
    if failure.stage == "pull" and failure.step is not None and failure.step < len(pull):
        return project.document.root.at(pull[failure.step].path)
    keys = {"pull": "pull", "load": "entrypoint", "parameters": "parameters"}
    return declaration.node.get(keys.get(failure.stage, "work_pool")) or declaration.node
