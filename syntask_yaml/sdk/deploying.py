"""Deploy flows from Python: check all, then build and write."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from syntask._deployments.deployable import RunnerDeployment
from syntask_yaml import api
from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.views import deploy as view
from syntask_yaml.cli.views.output import say
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.operations.outcome import Outcome, Result
from syntask_yaml.operations.pools import has_worker, start_hint
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.sdk.caller import find_caller, refuse_while_loading
from syntask_yaml.sdk.entries import entry_of
from syntask_yaml.sdk.failures import DeployError, in_words_of_python
from syntask_yaml.sdk.images import to_build, with_image
from syntask_yaml.sdk.sources import FlowCode, code_of, entrypoint_of, fetched

# Seconds for which another deploy from the same folder is waited for.
_WAIT = 120.0


def deploy_flow(flow: Any, options: Mapping[str, Any]) -> UUID:
    """Deploy a flow with the *options* of its method `deploy`, and return the id of the deployment."""
    given = {"print_next_steps_message": options["print_next_steps"], **options}
    (found,) = deploy_all((RunnerDeployment(flow, options),), given)
    return found


def deploy_all(deployments: Sequence[RunnerDeployment], options: Mapping[str, Any]) -> list[UUID]:
    """Deploy with the *options* of the function `deploy`, and return the ids, in the order of the call."""
    refuse_while_loading("deploy")
    check_given("deploy", deployments)
    with api.open_backend() as backend:
        groups = groups_of(deployments, options, backend)
        results = write(groups, backend, is_said=partial(_is_said, options))
        if options.get("print_next_steps_message"):
            for line in _next_steps(results, backend):
                say(line)
    return [UUID(each.id) for each in results if each.id is not None]


def check_given(call: str, deployments: Sequence[object]) -> None:
    """Raise UsageError where *call* was given nothing, or something else than deployments."""
    hint = "Pass what `flow.to_deployment(…)` returns."
    if not deployments:
        raise UsageError(f"There is nothing to {call}.", hint=hint)
    for each in deployments:
        if not isinstance(each, RunnerDeployment):
            raise UsageError(
                f"`{call}` was given a {type(each).__name__}, which is not a deployment.", hint=hint
            )


@dataclass(frozen=True, slots=True)
class Group:
    """Deployments whose flows are in one place, as a project; *order* is where each was in the call."""

    code: FlowCode
    project: Project
    order: tuple[int, ...]


def groups_of(
    deployments: Sequence[RunnerDeployment], options: Mapping[str, Any], backend: Backend
) -> list[Group]:
    """Return *deployments* as projects, with what *options* say for all of them.

    Raises UsageError, and NotFound for a source that is not there.
    """
    caller = find_caller()
    build, push = options.get("build", True), options.get("push", True)
    image = to_build(options.get("image")) if build else options.get("image")
    places: dict[str, tuple[FlowCode, list[int], list[dict[str, Any]]]] = {}
    for position, each in enumerate(deployments):
        kind = each.options.get("entrypoint_type")
        code, entrypoint = code_of(each.flow, kind, backend), entrypoint_of(each.flow, kind)
        pool = options.get("work_pool_name") or each.options.get("work_pool_name")
        entry = {**entry_of({**each.options, "work_pool_name": pool}, entrypoint), **code.section}
        key = json.dumps([str(code.root), code.pull])
        _, order, entries = places.setdefault(key, (code, [], []))
        order.append(position)
        entries.append(with_image(entry, image, build=build, push=push))
    return [
        Group(
            code, api.declare(entries, directory=code.root, source=caller.source, at=caller.at), tuple(order)
        )
        for code, order, entries in places.values()
    ]


def every(_problem: Diagnostic) -> bool:
    """Every problem is said."""
    return True


def _is_said(options: Mapping[str, Any], problem: Diagnostic) -> bool:
    """Whether a call with *options* shows *problem*: next steps say, too, that a worker is to be started."""
    if options.get("ignore_warnings"):
        return problem.is_error
    is_next_step = problem.is_note and problem.code == "idle-work-pool"
    return not (is_next_step and options.get("print_next_steps_message"))


def write(
    groups: Sequence[Group], backend: Backend, *, is_said: Callable[[Diagnostic], bool]
) -> list[Result]:
    """Deploy the groups, say what became of them, and return that in the order of the call.

    *is_said*: which problems are shown. Raises ProjectInvalid before anything is written, DeployError for
    what fails later.
    """
    results: dict[int, Result] = {}
    with ExitStack() as stack:
        readers = [_reader(group, backend, stack) for group in groups]
        if len(groups) > 1:
            _check(groups, readers, backend)
        for group, reader in zip(groups, readers, strict=True):
            outcome = api.deploy(
                group.project,
                backend=backend,
                options=api.DeployOptions(wait=_WAIT),
                notify=view.DeployProgress(verbosity=0),
                flows=reader,
            )
            _show(outcome, is_said)
            if not outcome.is_good:
                raise DeployError(outcome)
            results |= zip(group.order, outcome.results, strict=True)
    return [results[position] for position in sorted(results)]


def _reader(group: Group, backend: Backend, stack: ExitStack) -> FlowReader:
    pull = (group.project.declarations[0].pull or ()) if group.code.pull else ()
    return FlowReader(stack.enter_context(fetched(group.code, pull, backend)), load_in_child=True)


def _check(groups: Sequence[Group], readers: Sequence[FlowReader], backend: Backend) -> None:
    """Raise ProjectInvalid with what is wrong in any of the groups, of which each is written alone."""
    problems: list[Diagnostic] = []
    for group, reader in zip(groups, readers, strict=True):
        try:
            api.plan(group.project, backend=backend, flows=reader)
        except ProjectInvalid as error:
            problems += error.diagnostics
    if problems:
        raise ProjectInvalid(problems)


def _show(outcome: Outcome, is_said: Callable[[Diagnostic], bool]) -> None:
    said = filter(is_said, outcome.diagnostics)
    shown = replace(outcome, diagnostics=tuple(in_words_of_python(said)))
    view.show_problems(shown, verbosity=0)
    view.show(shown, verbosity=0)


def _next_steps(results: Sequence[Result], backend: Backend) -> Iterator[str]:
    stored = backend.deployments(names=[each.deployment for each in results])
    pools = dict.fromkeys(str(each.deployment.work_pool) for each in stored if each.deployment.work_pool)
    yield from (
        f"No worker serves the work pool `{pool}`. {start_hint(pool)}"
        for pool in pools
        if not has_worker(backend, pool)
    )
    for each in results[:3]:
        yield f"Run it with `syntask deployment run {shlex.quote(each.deployment)}`."
