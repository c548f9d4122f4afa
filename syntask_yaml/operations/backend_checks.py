"""Check a resolved declaration against the backend: missing objects, unsupported values, rejected values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.pools import ELSEWHERE
from syntask_yaml.backend.prefect.cron import cron_refusal, cron_risk
from syntask_yaml.backend.prefect.names import step_problem
from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool, WorkQueue
from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.model.trigger import trigger_type
from syntask_yaml.model.value import Unknown
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.pools import is_served, needs_cloud, waiting_hint, why_waiting
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.rules import schedules_of, triggers_of


def pool_for(entry: Node, context: DeployContext) -> WorkPool | Sequence[Diagnostic]:
    """Return the work pool of a deployment, or the problems that leave it without; none if a step decides it.

    Problems of a pool of the project are reported for each of its deployments, in the same words.
    """
    name = (entry.value.get("work_pool") or {}).get("name") or context.pool_of_others
    if isinstance(name, Unknown):
        return ()
    if broken := context.broken.get((ResourceKind.WORK_POOL, str(name))):
        return broken
    if name in context.pools:
        return context.pools[name]
    declared = entry.get("work_pool") or entry
    if name is None:
        hint = "Add `work_pool:` with a `name:`, pass `--pool`, or set `SYNTASK_DEFAULT_WORK_POOL_NAME`."
        listed = ", ".join(f"`{each}`" for each in list(context.pools)[:8])
        hint += f" Available: {listed}." if listed else ""
        return (declared.problem("no-work-pool", "The deployment has no work pool.", hint),)
    is_declared = name in context.project.names_of(ResourceKind.WORK_POOL)
    otherwise = f"Run `syntask work-pool create {name}` to create it."
    hint = f"The project declares it. Run `{context.project.deploy_command}` to create it."
    if not is_declared:
        hint = did_you_mean(name, context.pools, otherwise=otherwise)
    node = declared.get("name") or declared
    return (node.problem("unknown-work-pool", f"The backend has no work pool `{name}`.", hint),)


def check_backend(
    declaration: Declaration, entry: Node, pool: WorkPool | None, context: DeployContext
) -> Iterator[Diagnostic]:
    """Yield parts of a deployment that have no effect, or keep its runs in *pool* from starting.

    *entry* is the declaration with its templates resolved.
    """
    if pool is not None:
        yield from _check_pool(entry, pool, context)
    yield from _check_features(entry, context.backend)
    if not context.backend.features.has_own_worker:
        yield from _check_crons(entry)
    if not context.backend.features.runs_own_steps:
        yield from _check_stock_steps(declaration, context)
    yield from context.block_checker.check_storage(declaration.pull or (), context.project)


def _check_pool(entry: Node, pool: WorkPool, context: DeployContext) -> Iterator[Diagnostic]:
    declared = entry.get("work_pool") or entry
    node = declared.get("name") or declared
    features = context.backend.features
    if not is_served(pool, features):
        detail = (
            f"The embedded backend does not serve work pools of type `{pool.type}` such as `{pool.name}`."
        )
        yield node.problem("unserved-work-pool", detail, ELSEWHERE)
    elif needs_cloud(pool, features):
        detail = (
            f"Only Prefect Cloud executes runs of work pools of type `{pool.type}` such as `{pool.name}`, "
            "so runs wait on this server."
        )
        hint = "Use a work pool that a worker serves, such as one of type `process`."
        yield node.problem("idle-work-pool", detail, hint).as_warning()
    else:
        yield from _check_waiting(pool, node, (ResourceKind.WORK_POOL, pool.name), context)
    yield from _check_queue(declared, pool, context)
    yield from context.job_variables.check(entry, pool)


def _check_queue(declared: Node, pool: WorkPool, context: DeployContext) -> Iterator[Diagnostic]:
    """Yield a note on a queue that a deploy creates, or whose runs would wait."""
    node = declared.get("work_queue_name")
    if node is None or not isinstance(node.value, str) or node.value in ("", DEFAULT_QUEUE):
        return
    queues = context.queues.get(pool.name, {})
    queue = queues.get(node.value)
    resource = (ResourceKind.WORK_QUEUE, f"{pool.name}/{node.value}")
    if broken := context.broken.get(resource):
        yield from broken
    elif queue is None:
        yield node.note("new-work-queue", _new_queue(node.value, pool.name, tuple(queues)))
    else:
        yield from _check_waiting(queue, node, resource, context)


def _check_waiting(
    waiting: WorkPool | WorkQueue, node: Node, resource: tuple[ResourceKind, str], context: DeployContext
) -> Iterator[Diagnostic]:
    """Yield the reason why runs would wait in the pool or queue at *node*, if the project declares it so."""
    reason = why_waiting(waiting)
    if not reason:
        return
    key, hint = ("paused", "Remove it") if waiting.is_paused else ("concurrency_limit", "Raise it")
    declared = context.project.resource(*resource) if context.with_resources else None
    place = declared.node.get(key) if declared is not None else None
    if place is None:
        yield node.problem("idle-work-pool", reason, waiting_hint(waiting)).as_warning()
    else:
        hint = f"{hint} if its runs are to start."
        yield place.problem("idle-work-pool", reason, hint, at_key=True).as_warning()


@lru_cache(maxsize=256)
def _new_queue(name: str, pool: str, queues: tuple[str, ...]) -> str:
    """Return the detail about a queue that many deployments may be the first to use."""
    meant = did_you_mean(name, [each for each in queues if each != DEFAULT_QUEUE])
    return f"The work pool `{pool}` has no queue `{name}`. A deploy creates it. {meant}".rstrip()


def _check_features(entry: Node, backend: Backend) -> Iterator[Diagnostic]:
    features = backend.features
    for key, has, where in (
        ("triggers", features.triggers, "a Prefect server"),
        ("sla", features.sla, "Prefect Cloud"),
    ):
        node = None if has else entry.get(key)
        if node is not None and node.value:
            detail = f"`{key}` requires {where} and has no effect on this backend."
            yield node.problem("needs-server", detail, at_key=True).as_warning()
    if backend.features.triggers and not backend.features.sla:
        for trigger in triggers_of(entry):
            if (trigger.value.get("type") or trigger_type(trigger.value)) == "metric":
                detail = "A metric trigger requires Prefect Cloud; this server rejects it."
                yield trigger.problem("needs-server", detail, "Remove it, or deploy to Prefect Cloud.")


def _check_crons(entry: Node) -> Iterator[Diagnostic]:
    """Yield cron expressions that a Prefect server rejects or never schedules."""
    for schedule in schedules_of(entry):
        cron = schedule.get("cron")
        if cron is None or not isinstance(cron.value, str):
            continue
        if detail := cron_refusal(cron.value):
            yield cron.problem("invalid-cron", detail, "Use other days, such as `1-5` for weekdays.")
        elif detail := cron_risk(cron.value):
            yield cron.problem("invalid-cron", detail, "Remove the year.").as_warning()


def _check_stock_steps(declaration: Declaration, context: DeployContext) -> Iterator[Diagnostic]:
    """Yield pull steps that the workers of a Prefect server cannot run."""
    for step in declaration.pull or ():
        if detail := step_problem(step.name):
            node = context.project.document.root.at(step.path)
            hint = "Use a step that Prefect has, or a custom function that is installed on the worker."
            yield node.problem("unknown-step", detail, hint, at_key=True)
