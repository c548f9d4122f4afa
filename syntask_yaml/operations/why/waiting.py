"""Explain why a run has not started: all rules that match, since each alone would keep it waiting."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from operator import attrgetter

from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool, WorkQueue
from syntask_yaml.model.run import Run, short_id
from syntask_yaml.model.value import known
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.pools import NO_POOL, is_polled, resumes, start_command, why_waiting
from syntask_yaml.operations.why.facts import LATELY, MOST_READ, Facts
from syntask_yaml.operations.why.reason import Evidence, Find, Finding, ReasonRule, Remedy, listed, span


def _later(facts: Facts) -> Finding | None:
    run = facts.run
    if facts.is_due or run.scheduled is None or run.state.name == "AwaitingConcurrencySlot":
        return None
    wait = span(run.scheduled - facts.now)
    evidence = (Evidence("The run is due", run.scheduled),)
    if run.state.name == "AwaitingRetry":
        return Finding(f"The run failed and is tried again in {wait}.", evidence)
    now = run.deployment and Remedy(
        f"syntask deployment run {shlex.quote(run.deployment)}", "for a run that starts now"
    )
    by = " by a schedule of its deployment" if run.is_scheduled else ""
    return Finding(f"The run is scheduled{by}, and due in {wait}.", evidence, now or None)


def _deployment_paused(facts: Facts) -> Finding | None:
    deployment = facts.deployment
    is_held = facts.has_own_worker and facts.run.is_scheduled and deployment is not None and deployment.paused
    if deployment is None or not is_held:
        return None
    remedy = Remedy(f"syntask deployment resume {shlex.quote(deployment.full_name)}", "to resume it")
    return Finding(
        f"The deployment `{deployment.full_name}` is paused, and so are its scheduled runs.", (), remedy
    )


def _no_pool(facts: Facts) -> Finding | None:
    run = facts.run
    if facts.pool is not None:
        return None
    if run.work_pool is None:
        what = "in the project, to see which work pool it is to have"
        plan = Remedy(f"syntask plan -n {shlex.quote(run.deployment)}", what) if run.deployment else None
        return Finding(f"{NO_POOL}.", (), plan)
    remedy = Remedy(f"syntask work-pool create {shlex.quote(run.work_pool)}", "to create it")
    return Finding(f"The backend has no work pool `{run.work_pool}`.", (), remedy)


def _held_by(of: Callable[[Facts], WorkPool | WorkQueue | None], *, is_paused: bool) -> Find:
    """Return a rule for a pool or queue that is paused, or else has a limit of 0."""

    def find(facts: Facts) -> Finding | None:
        found = of(facts)
        if found is None or found.is_paused != is_paused or not (detail := why_waiting(found)):
            return None
        return Finding(detail, (), Remedy(*resumes(found)))

    return find


def _deployment_full(facts: Facts) -> Finding | None:
    deployment = facts.deployment
    limit = None if deployment is None else known(deployment.concurrency_limit)
    busy = [run for run in facts.busy if run.deployment_id == facts.run.deployment_id]
    if deployment is None or limit is None or len(busy) < limit.limit:
        return None
    return _full(f"The deployment `{deployment.full_name}`", limit.limit, busy)


def _pool_full(facts: Facts) -> Finding | None:
    pool = facts.pool
    busy = _in_pool(facts)
    if pool is None or not pool.concurrency_limit or len(busy) < pool.concurrency_limit:
        return None
    return _full(f"The work pool `{pool.name}`", pool.concurrency_limit, busy, resumes(pool))


def _queue_full(facts: Facts) -> Finding | None:
    queue = facts.queue
    if queue is None or not queue.concurrency_limit:
        return None
    busy = [run for run in _in_pool(facts) if (run.work_queue or DEFAULT_QUEUE) == queue.name]
    if len(busy) < queue.concurrency_limit:
        return None
    return _full(f"The work queue `{queue.name}`", queue.concurrency_limit, busy, resumes(queue))


def _in_pool(facts: Facts) -> list[Run]:
    """Return the runs of the same work pool that occupy slots."""
    return [run for run in facts.busy if run.work_pool == facts.run.work_pool]


def _full(what: str, limit: int, busy: Sequence[Run], raises: tuple[str, str] | None = None) -> Finding:
    runs = "run takes" if limit == 1 else "runs take"
    detail = f"{what} executes at most {limit} at a time, and {len(busy)} {runs} up its slots."
    cancels = (
        f"syntask flow-run cancel {short_id(busy[0].id)}",
        "to cancel one of them, or wait until one ends",
    )
    return Finding(detail, listed(busy), Remedy(*(raises or cancels)))


def _no_worker(facts: Facts) -> Finding | None:
    pool = facts.pool
    if pool is None or any(worker.is_online for worker in facts.workers):
        return None
    return Finding(
        f"No worker serves the work pool `{pool.name}`.",
        (*_last_seen(facts), *_last_polled(facts)),
        Remedy(_start(facts), "to start one"),
    )


def _last_seen(facts: Facts) -> tuple[Evidence, ...]:
    if not facts.workers:
        return (Evidence("The backend knows no worker of this pool."),)
    latest = sorted(facts.workers, key=lambda each: each.seen or facts.now, reverse=True)[:3]
    return tuple(Evidence(f"Worker `{each.name}` was last seen", each.seen) for each in latest)


def _last_polled(facts: Facts) -> tuple[Evidence, ...]:
    queue = facts.queue
    if queue is None or queue.polled is None:
        return ()
    return (Evidence(f"A worker last looked for runs of the queue `{queue.name}`", queue.polled),)


def _start(facts: Facts) -> str:
    pool, queue = facts.run.work_pool or "", facts.run.work_queue or DEFAULT_QUEUE
    needs_queue = any(worker.is_online for worker in facts.workers)
    command = start_command(pool)
    return f"{command} --work-queue {shlex.quote(queue)}" if needs_queue else command


def _serving(facts: Facts) -> list[ServingWorker]:
    """Return the running workers that take runs of the queue."""
    name = facts.run.work_queue or DEFAULT_QUEUE
    return [each for each in facts.workers if each.is_online and (not each.queues or name in each.queues)]


def _queue_unserved(facts: Facts) -> Finding | None:
    online = [worker for worker in facts.workers if worker.is_online]
    if not online or facts.queue is None:
        return None
    remedy = Remedy(_start(facts), "to start one that does")
    what = f"the work queue `{facts.queue.name}`"
    if not _serving(facts):
        evidence = tuple(
            Evidence(f"Worker `{each.name}` serves {', '.join(each.queues)}", each.seen) for each in online
        )
        return Finding(f"The workers that are running do not serve {what}.", evidence, remedy)
    polled = facts.queue.polled
    if facts.has_own_worker or is_polled(facts.queue, facts.now):
        return None
    ago = f"for {span(facts.now - polled)}" if polled else "yet"
    return Finding(f"No worker has looked for runs of {what} {ago}.", _last_polled(facts), remedy)


def _workers_full(facts: Facts) -> Finding | None:
    serving = _serving(facts)
    full = [each for each in serving if each.limit is not None and (each.running or 0) >= each.limit]
    if not serving or len(full) < len(serving):
        return None
    evidence = tuple(
        Evidence(f"Worker `{each.name}` executes {each.running} of {each.limit} runs", each.seen)
        for each in full
    )
    held = [run for run in facts.busy if run.worker in {each.name for each in full}]
    remedy = Remedy(start_command(facts.run.work_pool or ""), "to start another one")
    return Finding(
        "Every worker that serves the run has reached its `--limit`.", (*evidence, *listed(held)), remedy
    )


def _behind(facts: Facts) -> Finding | None:
    """Match a run behind others: the workers are busy with the queue, and take its runs by due time."""
    if not facts.begun:
        return None
    have = "has" if len(facts.ahead) == 1 else "have"
    ahead = f"Of its work queue, {_counted(facts.ahead)} {have} waited at least as long."
    detail = ahead if facts.ahead else "The run is the next one of its work queue."
    evidence = Evidence(f"{_counted(facts.begun)} of the queue began in the last {span(LATELY)}")
    remedy = Remedy(start_command(facts.run.work_pool or ""), "to start another worker")
    return Finding(detail, (evidence,), remedy)


def _counted(runs: Sequence[Run]) -> str:
    number = len(runs)
    return (
        "1 run" if number == 1 else f"{MOST_READ} or more runs" if number >= MOST_READ else f"{number} runs"
    )


def _unknown(facts: Facts) -> Finding:
    """Match any run: no other rule matches, as far as the backend knows."""
    serving = tuple(Evidence(f"Worker `{each.name}` was last seen", each.seen) for each in _serving(facts))
    due = facts.run.scheduled or facts.run.created
    waited = f" It has been due for {span(facts.now - due)}." if due else ""
    detail = f"Nothing that the backend knows keeps the run from starting.{waited}"
    remedy = Remedy("syntask worker ls", "to see the workers, and look at what they print")
    return Finding(detail, serving, remedy)


_pool, _queue = attrgetter("pool"), attrgetter("queue")

LATER = ReasonRule("scheduled-later", "Not due yet", _later)
WAITING = (
    ReasonRule("deployment-paused", "Deployment is paused", _deployment_paused),
    ReasonRule("no-work-pool", "No work pool", _no_pool),
    ReasonRule("pool-paused", "Work pool is paused", _held_by(_pool, is_paused=True)),
    ReasonRule("pool-limit-zero", "Work pool has a limit of 0", _held_by(_pool, is_paused=False)),
    ReasonRule("queue-paused", "Work queue is paused", _held_by(_queue, is_paused=True)),
    ReasonRule("queue-limit-zero", "Work queue has a limit of 0", _held_by(_queue, is_paused=False)),
    ReasonRule("deployment-full", "Deployment has reached its limit", _deployment_full),
    ReasonRule("queue-full", "Work queue has reached its limit", _queue_full),
    ReasonRule("pool-full", "Work pool has reached its limit", _pool_full),
    ReasonRule("no-worker", "No worker", _no_worker),
    ReasonRule("queue-unserved", "No worker serves the queue", _queue_unserved),
    ReasonRule("workers-full", "Workers have reached their limit", _workers_full),
)
BEHIND = ReasonRule("queued-behind", "Others wait longer", _behind)
UNKNOWN = ReasonRule("waiting-unexplained", "Nothing known keeps it waiting", _unknown)
