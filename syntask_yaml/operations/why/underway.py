"""Explain why a claimed run has not ended."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.pool_type import OUTLIVING_TYPES
from syntask_yaml.model.run import CauseKind, Run, StateType, short_id
from syntask_yaml.model.worker import ServingWorker
from syntask_yaml.operations.pools import start_command
from syntask_yaml.operations.why.facts import Facts
from syntask_yaml.operations.why.reason import Evidence, Finding, ReasonRule, Remedy, listed, since


def _worker_silent(facts: Facts) -> Finding | None:
    """Match a run of a dead worker: a server never ends it, while our next worker does."""
    run = facts.run
    worker = _worker(facts)
    is_over = run.held_until is not None and run.held_until < facts.now
    is_offline = worker is not None and not worker.is_online
    if not (is_over if facts.has_own_worker else is_offline):
        return None
    seen = (
        (Evidence(f"Worker `{run.worker}` was last seen", None if worker is None else worker.seen),)
        if run.worker
        else ()
    )
    lease = (Evidence("Its lease on the run expired", run.held_until),) if is_over else ()
    detail = f"The worker `{run.worker}` that took the run does not respond."
    if facts.has_own_worker:
        goes_on = worker is not None and worker.type in OUTLIVING_TYPES
        ends = "goes on with the run" if goes_on else "marks the run as CRASHED"
        more = f" The next worker {ends}, or starts it if it had not begun."
        start = Remedy(start_command(run.work_pool or ""), "to start one")
        return Finding(detail + more, (*seen, *lease), start)
    more = " The server keeps the run in its state until another one is reported."
    cancel = Remedy(f"syntask flow-run cancel {short_id(run.id)}", "to cancel it if its process is gone")
    return Finding(detail + more, seen, cancel)


def _worker(facts: Facts) -> ServingWorker | None:
    return next((worker for worker in facts.workers if worker.name == facts.run.worker), None)


def _cancelling(facts: Facts) -> Finding | None:
    if facts.run.state.type is not StateType.CANCELLING:
        return None
    return Finding(
        "The run was asked to end, and its worker has not reported that it did.",
        (*asked(facts), *_taken(facts)),
    )


def asked(facts: Facts) -> tuple[Evidence, ...]:
    """Return who requested the cancellation, if known."""
    cause = facts.cause
    if cause is None or cause.kind is not CauseKind.REQUEST:
        return ()
    return (Evidence(f"{cause.who or 'Somebody'} cancelled the run", cause.at),)


def _taken(facts: Facts) -> tuple[Evidence, ...]:
    """Return the worker of the run, and the time of its last output."""
    worker, lines = _worker(facts), facts.lines
    seen = (Evidence(f"Worker `{worker.name}` was last seen", worker.seen),) if worker else ()
    wrote = (Evidence("The run last wrote a line of its log", lines[-1].timestamp),) if lines else ()
    return (*seen, *wrote)


def _paused(facts: Facts) -> Finding | None:
    if facts.run.state.type is not StateType.PAUSED:
        return None
    return Finding("The run is paused or suspended on the server until somebody resumes it.", _taken(facts))


def _starting(facts: Facts) -> Finding | None:
    if facts.run.state.type is not StateType.PENDING:
        return None
    detail = "A worker has claimed the run. Its process starts, runs the pull steps and loads the flow."
    return Finding(detail, _taken(facts), _logs(facts.run))


def _retrying(facts: Facts) -> Finding | None:
    run = facts.run
    if run.state.name != "Retrying":
        return None
    return Finding(f"The flow failed and is tried again. {run.state.message}", _taken(facts), _logs(run))


def _limit_full(facts: Facts) -> Finding | None:
    """Match code that waits for a slot of a concurrency limit, according to the log."""
    if not facts.limits:
        return None
    names = [limit.name for limit in facts.limits]
    since_then = Evidence("The run last wrote a line of its log", facts.lines[-1].timestamp)
    raises = " && ".join(
        f"syntask concurrency-limit update {shlex.quote(limit.name)} --limit {max(1, 2 * limit.limit)}"
        for limit in facts.limits
    )
    one, it = ("limit", "it") if len(names) == 1 else ("limits", "them")
    listed_names = ", ".join(f"`{name}`" for name in names)
    return Finding(
        f"The flow waits for slots of the concurrency {one} {listed_names}, which others hold.",
        (*(each for limit in facts.limits for each in _held(limit, facts)), since_then),
        Remedy(raises, f"to raise {it}, or wait until slots are given back"),
    )


def _held(limit: GlobalConcurrencyLimit, facts: Facts) -> Iterator[Evidence]:
    """Yield the number of occupied slots of *limit*, and their holders."""
    runs = {run.id: run for run in facts.holders}
    yield Evidence(f"`{limit.name}`: {limit.in_use} of {limit.limit} slots are taken")
    yield from listed([runs[holder] for holder in limit.holders if holder in runs])
    yield from (Evidence(f"code of {holder}") for holder in limit.holders if holder not in runs)
    if limit.slot_decay_per_second and not limit.holders:
        yield Evidence(f"{limit.slot_decay_per_second:g} slots a second become free again")


def _running(facts: Facts) -> Finding | None:
    run = facts.run
    ago = f" It started {since(run.started, facts.now)}." if run.started else ""
    return Finding(f"The flow is running.{ago}", _taken(facts), _logs(run))


def _logs(run: Run) -> Remedy:
    return Remedy(f"syntask flow-run logs {short_id(run.id)} --follow", "to follow it")


UNDERWAY = (
    ReasonRule("worker-silent", "Worker does not respond", _worker_silent),
    ReasonRule("cancelling", "Being cancelled", _cancelling),
    ReasonRule("paused", "Run is paused", _paused),
    ReasonRule("starting", "Starting", _starting),
    ReasonRule("retrying", "Tried again", _retrying),
    ReasonRule("limit-full", "Concurrency limit is reached", _limit_full),
    ReasonRule("running", "Running", _running),
)
