"""Find, run, pause, resume and delete deployments of a backend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from syntask_yaml.backend.base import Backend
from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.errors import NotFound, ProjectInvalid, PruneRefused
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.events import Observer, counted_of, nobody
from syntask_yaml.model.run import Run, RunRequest
from syntask_yaml.model.value import Json, known
from syntask_yaml.operations.block_checks import BlockChecker
from syntask_yaml.operations.stored_facets import STORED_FACETS
from syntask_yaml.project.filters import Filters, Searchable
from syntask_yaml.project.job_variables import check_run_job_variables
from syntask_yaml.project.parameter_texts import with_texts
from syntask_yaml.project.parameters import check_run_parameters, schema_problem
from syntask_yaml.project.select import Selectable
from syntask_yaml.source import Source


def find_deployments(backend: Backend, filters: Filters) -> list[Stored]:
    """Return the deployments that match *filters*. Raises NotFound for a word that matches none."""
    return _found(backend.deployments(), filters)


def _found(stored: Sequence[Stored], filters: Filters) -> list[Stored]:
    names = [_candidate(each) for each in stored]
    return Searchable("The backend", stored, STORED_FACETS, lambda _patterns: names).find(filters)


@dataclass(frozen=True, slots=True)
class NamedDeployments:
    """The deployments that match names and words, and the *globs* and words among those."""

    stored: tuple[Stored, ...]
    globs: tuple[str, ...] = ()


def deployments_to_change(backend: Backend, filters: Filters) -> NamedDeployments:
    """Return the deployments to change: those that *filters* name, match or describe.

    Raises NotFound for a word that matches none, and for a name without a flow that several have.
    """
    stored = backend.deployments()
    for name in filters.names:
        if len(called := [each for each in stored if name == each.deployment.name]) > 1:
            raise _ambiguous(name, called)
    globs = (*(each for each in filters.names if not _is_name(each, stored)), *filters.select)
    return NamedDeployments(tuple(_found(stored, filters)), globs)


def _is_name(pattern: str, stored: Sequence[Stored]) -> bool:
    return any(_candidate(each).is_called(pattern) for each in stored)


def _candidate(stored: Stored) -> Selectable:
    return Selectable(stored.deployment.name, (stored.deployment.flow,))


def _ambiguous(name: str, found: Sequence[Stored]) -> NotFound:
    listed = ", ".join(f"`{each.deployment.full_name}`" for each in found)
    return NotFound(f"`{name}` is ambiguous: {listed}.", hint="Use the full name, FLOW/NAME.")


def find_deployment(backend: Backend, name: str) -> Stored:
    """Return the deployment *name* (`flow/name`, or a name that only one flow's deployment has).

    Raises NotFound, BackendRefused.
    """
    exact = backend.deployments(names=[name]) if "/" in name else []
    if exact:
        return exact[0]
    found = [each for each in backend.deployments() if name == each.deployment.name]
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(name, found)
    deployments = [each.deployment for each in backend.deployments()]
    known = [*(each.full_name for each in deployments), *(each.name for each in deployments)]
    hint = did_you_mean(name, known, otherwise="Run `syntask deployment ls` to list the deployments.")
    raise NotFound(f"The backend has no deployment `{name}`.", hint=hint)


def run_deployment(
    backend: Backend,
    name: str,
    *,
    parameters: Mapping[str, Json],
    texts: Mapping[str, str] | None = None,
    job_variables: Mapping[str, Json] | None = None,
    tags: Iterable[str] = (),
    run_name: str | None = None,
    scheduled: datetime | None = None,
    idempotency_key: str | None = None,
) -> Run:
    """Create a run of the deployment *name*; with the key of an earlier call, return the run of that call.

    *texts* are parameters as they were written; one that is only valid as a text is passed as text. Raises
    ProjectInvalid for unknown or invalid parameters, if the deployment enforces its schema, and for job
    variables that are invalid in its work pool.
    """
    stored = find_deployment(backend, name)
    deployment = stored.deployment
    if problem := schema_problem(deployment.parameter_schema or {}):
        detail = f"The parameter schema of `{deployment.full_name}` on the backend cannot be used: {problem}."
        raise ProjectInvalid([Diagnostic("no-parameter-schema", detail, "Deploy the deployment again.")])
    parameters = with_texts(parameters, texts or {}, deployment.parameter_schema)
    problems = _job_variable_problems(backend, deployment, job_variables or {})
    if deployment.enforce_parameter_schema and deployment.parameter_schema:
        values = {**deployment.parameters, **parameters}
        problems += check_run_parameters(values, deployment.parameter_schema)
    if problems:
        raise ProjectInvalid(problems)
    request = RunRequest(
        deployment_id=stored.id,
        parameters=parameters,
        job_variables=job_variables or {},
        tags=tuple(tags),
        name=run_name,
        scheduled=scheduled,
        idempotency_key=idempotency_key,
    )
    return backend.create_run(request)


def _job_variable_problems(
    backend: Backend, deployment: Deployment, job_variables: Mapping[str, Json]
) -> list[Diagnostic]:
    pool = next((each for each in backend.pools() if each.name == known(deployment.work_pool)), None)
    if pool is None:
        return []
    by_server = not backend.features.has_own_worker
    given = Node(dict(job_variables), Source("job variables", ""), 0)
    missing = BlockChecker(partial(backend.block, with_secrets=False)).check(given)
    return [
        *check_run_job_variables(deployment.job_variables, given, pool, by_server=by_server),
        *(problem.as_error() for problem in missing),
    ]


def set_paused(
    backend: Backend, stored: Sequence[Stored], *, paused: bool, notify: Observer = nobody
) -> None:
    """Pause or resume the schedules of deployments. Raises BackendError for the first failure."""
    writes = [Write(each, replace(each.deployment, paused=paused)) for each in stored]
    write_all(backend, writes, "Pausing" if paused else "Resuming", notify)


def check_unprotected(stored: Sequence[Stored]) -> None:
    """Raise PruneRefused if one of the deployments is protected."""
    if names := [f"`{each.deployment.full_name}`" for each in stored if each.deployment.protected]:
        hint = "Deploy without `protected: true` first, or pass `--force`."
        raise PruneRefused(f"Protected deployments cannot be deleted: {', '.join(names)}.", hint=hint)


def delete(backend: Backend, stored: Sequence[Stored], *, notify: Observer = nobody) -> None:
    """Delete deployments; their past runs stay readable. Raises BackendError for the first failure."""
    write_all(backend, [Write(each, None) for each in stored], "Deleting", notify)


def write_all(backend: Backend, writes: Sequence[Write], verb: str, notify: Observer) -> None:
    """Execute all *writes*, with an event for each; then raise BackendError for the first failure.

    *verb* describes the writes in messages, as in `Deleting`.
    """
    progress = counted_of(backend.write(writes), len(writes), f"{verb} deployments", notify)
    for written in list(progress):
        if written.error is not None:
            raise written.error
