"""Explain why a run ended in its state: the first rule that matches applies."""

from __future__ import annotations

import shlex
import signal

from syntask_yaml.backend.run_states import NEVER_BEGAN, ORPHANED, SURPLUS
from syntask_yaml.model.run import Cause, CauseKind, Run, State, StateType, short_id
from syntask_yaml.operations.why.facts import Facts
from syntask_yaml.operations.why.reason import Evidence, Find, Finding, ReasonRule, Remedy, span
from syntask_yaml.operations.why.traceback import Raised, raised_in
from syntask_yaml.operations.why.underway import asked


def _completed(facts: Facts) -> Finding | None:
    run = facts.run
    if run.state.type is not StateType.COMPLETED:
        return None
    took = f" It took {span(run.ended - run.started)}." if run.ended and run.started else ""
    how = run.state.message or "The flow returned without an error."
    return Finding(f"{how}{took}", _ended(run))


def _cancelled_by_request(facts: Facts) -> Finding | None:
    request = asked(facts)
    if not request:
        return None
    return Finding("The run was cancelled on request.", (*request, *_ended(facts.run)))


def _is(state: State, detail: str) -> Find:
    """Return a rule for a state that our backend sets for one reason only."""
    return lambda facts: Finding(detail, _ended(facts.run)) if facts.run.state == state else None


def _cancelled(facts: Facts) -> Finding | None:
    if facts.run.state.type is not StateType.CANCELLED:
        return None
    return Finding(f"The run was cancelled. {facts.run.state.message}".rstrip(), _ended(facts.run))


def _worker_stopped(facts: Facts) -> Finding | None:
    cause = _cause(facts, CauseKind.WORKER_STOPPED)
    if cause is None:
        return None
    evidence = (Evidence(f"Worker `{cause.who}` stopped", cause.at),)
    return Finding("The worker was stopped while it executed the run.", evidence, _again(facts.run))


def _worker_lost(facts: Facts) -> Finding | None:
    cause, run = _cause(facts, CauseKind.WORKER_LOST), facts.run
    if cause is None:
        return None
    if run.is_of_script:
        lost = Evidence(f"The lease of {cause.who} expired", cause.at)
        detail = "The script that called the flow was killed, or its machine stopped or slept."
        return Finding(detail, (lost,), _logs(run))
    evidence = (
        Evidence(f"The lease of worker `{cause.who}` expired", cause.at),
        Evidence("Another worker found the run", run.ended),
    )
    detail = (
        "The worker that executed the run stopped responding: it was killed, or its machine stopped or slept."
    )
    return Finding(detail, evidence, _again(run))


def _not_started(facts: Facts) -> Finding | None:
    if _cause(facts, CauseKind.NOT_STARTED) is None:
        return None
    return Finding(facts.run.state.message, _ended(facts.run), _checks(facts.run))


def _pull_step(facts: Facts) -> Finding | None:
    cause = _cause(facts, CauseKind.PULL)
    if cause is None:
        return None
    name = f"`{cause.step_name.rpartition('.')[2]}`" if cause.step_name else ""
    which = f"Pull step {cause.step} ({name})" if cause.step and name else f"The pull step {name}".rstrip()
    message = facts.run.state.message
    if facts.run.state.type is StateType.CRASHED:
        detail = f"{which} did not complete. {message} The output of the worker has its error."
    else:
        detail = f"{which} failed. {message}"
    return Finding(detail, _ended(facts.run), _checks(facts.run))


def _not_loaded(facts: Facts) -> Finding | None:
    if _cause(facts, CauseKind.LOAD) is None:
        return None
    run = facts.run
    is_told = run.state.type is StateType.FAILED
    raised = raised_in(facts.lines, message=run.state.message if is_told else None)
    why = run.state.message if is_told else raised.text if raised else ""
    detail = f"The flow could not be loaded. {why}".rstrip()
    return Finding(detail, (*_place(raised, run), *_ended(run)), _checks(run))


def _parameters(facts: Facts) -> Finding | None:
    if _cause(facts, CauseKind.PARAMETERS) is None:
        return None
    run = facts.run
    name = run.deployment and shlex.quote(run.deployment)
    remedy = (
        Remedy(f"syntask deployment run {name} --param NAME=VALUE", "with other values") if name else None
    )
    return Finding(f"The flow does not accept the parameters. {run.state.message}", _ended(run), remedy)


def _timed_out(facts: Facts) -> Finding | None:
    run = facts.run
    if run.state.name != "TimedOut":
        return None
    return Finding(run.state.message, _ended(run), _logs(run))


def _raised(facts: Facts) -> Finding | None:
    if _cause(facts, CauseKind.CALL) is None:
        return None
    run = facts.run
    raised = raised_in(facts.lines, message=run.state.message)
    if raised is None and run.state.type is StateType.CRASHED:
        raised = raised_in(facts.lines, message=None)
    what = raised.text if raised else run.state.message
    return Finding(f"The flow raised an exception: {what}", (*_place(raised, run), *_ended(run)), _logs(run))


def _place(raised: Raised | None, run: Run) -> tuple[Evidence, ...]:
    if raised is None or not raised.file:
        return ()
    # The working directory of a run, which no longer exists.
    file = raised.file.rpartition(f"/{run.id}/")[2]
    within = f", in {raised.function}" if raised.function else ""
    return (Evidence(f"raised at {file}:{raised.line}{within}"),)


def _memory(facts: Facts) -> Finding | None:
    """Match a run that was out of memory: reported by the container, or for a process by the kernel log."""
    if _cause(facts, CauseKind.MEMORY):
        return Finding(facts.run.state.message, _ended(facts.run), _logs(facts.run))
    cause = _cause(facts, CauseKind.EXIT)
    if cause is None or cause.exit_code != -signal.SIGKILL or not cause.memory_kills:
        return None
    kills = cause.memory_kills
    several = f"{kills} processes" if kills > 1 else "a process"
    detail = (
        "The process of the run was killed by SIGKILL, and during the run the kernel killed "
        f"{several} on this machine for lack of memory."
    )
    return Finding(detail, _ended(facts.run), _logs(facts.run))


def _killed(facts: Facts) -> Finding | None:
    cause = _cause(facts, CauseKind.EXIT)
    if cause is None or cause.exit_code is None or cause.exit_code >= 0:
        return None
    name = _signal(-cause.exit_code)
    spared = Evidence("During the run, the kernel killed no process of the machine for lack of memory.")
    is_told = cause.memory_kills == 0 and -cause.exit_code == signal.SIGKILL
    evidence = (*_ended(facts.run), *((spared,) if is_told else ()))
    return Finding(f"The process of the run was killed by {name}.", evidence, _logs(facts.run))


def _exited(facts: Facts) -> Finding | None:
    cause = _cause(facts, CauseKind.EXIT)
    if cause is None or cause.exit_code is None:
        return None
    # A container or a shell reports a signal as its number plus 128.
    note = (
        f", which stands for {_signal(cause.exit_code - 128)} in a shell or a container"
        if cause.exit_code > 128
        else ""
    )
    detail = f"The process of the run exited with code {cause.exit_code}{note}, and reported no result."
    return Finding(detail, _ended(facts.run), _logs(facts.run))


def _unsuccessful(facts: Facts) -> Finding:
    """Match any unsuccessful run: nothing is known beyond the message of its state."""
    return Finding(
        facts.run.state.message or "The backend was told no reason.", _ended(facts.run), _logs(facts.run)
    )


def _cause(facts: Facts, kind: CauseKind) -> Cause | None:
    return facts.cause if facts.cause is not None and facts.cause.kind is kind else None


def _signal(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


def _ended(run: Run) -> tuple[Evidence, ...]:
    begun = (Evidence("The run started", run.started),) if run.started and run.started != run.ended else ()
    return (*begun, Evidence("The run ended", run.ended)) if run.ended else begun


def _logs(run: Run) -> Remedy:
    return Remedy(f"syntask flow-run logs {short_id(run.id)}", "to read its log")


def _checks(run: Run) -> Remedy:
    """Return the command that tries the start of the deployment without running its flow."""
    if not run.deployment:
        return _logs(run)
    command = f"syntask check -n {shlex.quote(run.deployment)}"
    return Remedy(command, "in the project, to start it without running the flow")


def _again(run: Run) -> Remedy:
    return Remedy(f"syntask flow-run retry {short_id(run.id)}", "to run it again")


ENDED = (
    ReasonRule("completed", "Completed", _completed),
    ReasonRule("worker-stopped", "Worker was stopped", _worker_stopped),
    ReasonRule("cancelled-on-request", "Cancelled on request", _cancelled_by_request),
    ReasonRule(
        "surplus",
        "One run too many",
        _is(
            SURPLUS,
            "The deployment was at its concurrency limit when the run was due, and cancels what exceeds it.",
        ),
    ),
    ReasonRule(
        "deployment-deleted",
        "Deployment was deleted",
        _is(ORPHANED, "The deployment was deleted before the run began."),
    ),
    ReasonRule("cancelled", "Cancelled", _cancelled),
    ReasonRule(
        "never-started",
        "No worker could start it",
        _is(NEVER_BEGAN, "Each worker that claimed the run stopped responding before it began."),
    ),
    ReasonRule("worker-lost", "Worker stopped responding", _worker_lost),
    ReasonRule("not-started", "Process was not started", _not_started),
    ReasonRule("pull-step-failed", "Pull step failed", _pull_step),
    ReasonRule("flow-not-loaded", "Flow could not be loaded", _not_loaded),
    ReasonRule("wrong-parameters", "Parameters do not fit", _parameters),
    ReasonRule("timed-out", "Time limit exceeded", _timed_out),
    ReasonRule("flow-raised", "Flow raised an exception", _raised),
    ReasonRule("out-of-memory", "Out of memory", _memory),
    ReasonRule("process-killed", "Process was killed", _killed),
    ReasonRule("process-exited", "Process exited without a result", _exited),
    ReasonRule("ended-unexplained", "No more is known", _unsuccessful),
)
