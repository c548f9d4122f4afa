"""The messages of a worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from syntask_yaml.backend.schedules import MOST_PASSED, PassedTimes
from syntask_yaml.cli.views.deliveries import action_text
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import UNHEARD, say, when
from syntask_yaml.cli.views.runs import state_text
from syntask_yaml.files import printable
from syntask_yaml.model.delivery import Attempt
from syntask_yaml.model.run import Run, StateType, short_id
from syntask_yaml.worker.events import (
    DeliveryEnded,
    DeployFailed,
    PoolsChanged,
    PoolWaits,
    ProjectChanged,
    RunAdopted,
    RunChanged,
    Stopping,
    StoreLost,
    StoreRegained,
    TimesPassed,
    WorkerEvent,
)

# The maximum number of deployments that are named.
_NAMED = 5


def show(event: WorkerEvent) -> None:
    """Print an event to standard error. Failures to write it do not stop runs."""
    with UNHEARD:
        _show(event)


def _show(event: WorkerEvent) -> None:
    match event:
        case Stopping(runs=0):
            say("Stopping.")
        case Stopping(runs=runs):
            say(f"Stopping after the current runs ({runs}). Stop again to cancel them.")
        case StoreLost(reason):
            say(f"{reason} Current runs continue, their reports are kept, and the worker retries.")
        case StoreRegained():
            say("The store can be written again, and has the reports that waited for it.")
        case TimesPassed(passed):
            say(_passed_text(passed))
        case RunChanged(run, state) if state.type is not StateType.PENDING:
            _show_run(run, state_text(state))
        case RunAdopted(run):
            _show_run(run, "taken over from another worker")
        case DeliveryEnded(delivery, run, attempt):
            what = f"automation {delivery.automation}: {action_text(delivery)}: {_delivered(attempt)}"
            _show_run(run, escaped(what))
        case _:
            _show_service(event)


def _show_run(run: Run, what: str) -> None:
    time = datetime.now().astimezone().strftime("%H:%M:%S")
    who = escaped(f"{run.deployment or run.flow}  {run.name} ({short_id(run.id)})")
    click.echo(f"{time}  {who}  {what}", err=True)


def _passed_text(passed: Sequence[PassedTimes]) -> str:
    number = sum(len(each.times) for each in passed)
    more = " or more" if any(len(each.times) == MOST_PASSED for each in passed) else ""
    times = f"{number:,}{more} scheduled times" if number > 1 else "1 scheduled time"
    first = when(min(each.times[0] for each in passed))
    names = list(dict.fromkeys(each.deployment for each in passed))
    others = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return (
        f"warning: Skipped {times} since {first}, because no worker was running: "
        f"{', '.join(f'`{name}`' for name in names[:_NAMED])}{others}. "
        "To run a deployment now, use `syntask deployment run NAME`."
    )


def _delivered(attempt: Attempt) -> str:
    if attempt.is_delivered:
        return f"delivered. {attempt.message}"
    again = attempt.again and attempt.again.astimezone().strftime("%H:%M:%S")
    return f"{attempt.message} " + (f"The next attempt is at {again}." if again else "Given up.")


def _show_service(event: WorkerEvent) -> None:
    match event:
        case PoolsChanged(added, dropped):
            if added:
                say(f"Serves {_pools(added)}.")
            if dropped:
                say(f"No longer serves {_pools(dropped)}.")
        case PoolWaits(reason, hint):
            say(f"warning: {reason} {hint}")
        case ProjectChanged(files, are_gone):
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            what = "changed" if not are_gone else "are gone" if more else "is gone"
            say(f"`{printable(str(files[0]))}`{more} {what}. Deploying again.")
        case DeployFailed(wait, reason):
            why = f": {reason}" if reason else ""
            say(
                f"The deploy failed{why}. What was deployed before continues to run. "
                f"The next attempt is at the next change of a file or work pool, or in {wait / 60:g} minutes."
            )


def _pools(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    return f"the work pool{'s' if len(names) > 1 else ''} {listed}"
