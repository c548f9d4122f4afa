"""`syntask flow-run retry`: do again what runs did that have ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.cli.completion import complete_deployment, complete_run
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.duration import Since
from syntask_yaml.cli.pool_options import skip_confirmation
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say, when
from syntask_yaml.cli.views.runs import as_raw, show_watched
from syntask_yaml.errors import UsageError
from syntask_yaml.model.run import Run, StateType, short_id
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.runs import FAILED, Retry, find_run, full_name, retry_each, watch

# More runs at once are probably a mistake.
_MOST = 1000


@click.command("retry")
@click.argument("ids", nargs=-1, metavar="[RUN]...", shell_complete=complete_run)
@click.option("--failed", is_flag=True, help="Retry the runs that failed or crashed. Needs --since.")
@click.option(
    "--since", type=Since(), help="With --failed: those that ended since, `2h` ago or a time in ISO 8601."
)
@click.option(
    "-d",
    "--deployment",
    metavar="FLOW/NAME",
    shell_complete=complete_deployment,
    help="With --failed: only runs of this deployment.",
)
@click.option("--again", is_flag=True, help="Also retry runs that were retried already.")
@skip_confirmation
@click.option(
    "--watch",
    "is_watched",
    is_flag=True,
    help="Follow the runs until they end, one after the other; exit with 1 unless all complete.",
)
@as_raw
@as_json
@pass_context
def command(
    context: Context,
    /,
    *,
    ids: tuple[str, ...],
    failed: bool,
    since: datetime | None,
    deployment: str | None,
    again: bool,
    yes: bool,
    is_watched: bool,
    is_raw: bool,
    output: str,
) -> int:
    """Repeat runs, with the same parameters and job variables.

    On the embedded backend, each retry is a new run. On a Prefect server, the same run is scheduled again,
    as `prefect flow-run retry` does.

    RUN is the id of a run, or a unique prefix of it. Without RUN, pass --failed and --since.
    """
    _check_chosen(ids, failed=failed, since=since, deployment=deployment)
    with context.backend(creates=False) as backend:
        if ids:
            runs = [find_run(backend, each) for each in ids]
        else:
            runs = _failed(backend, since, deployment)
            _confirm(context, runs, yes=yes)
        made: list[Retry] = []
        states: dict[str, StateType | None] = {}
        try:
            for each in retry_each(backend, runs, again=again):
                made.append(each)
                if output == "text":
                    _show(each)
            for run in [each.by for each in made if each.by is not None and is_watched]:
                states[run.id] = _last_state(backend, run, is_raw=is_raw, is_json=output == "json")
        finally:  # the created runs are printed even if watching fails
            if output == "json":
                retries = [_encode(each, states) for each in made]
                print_json(document("flow-run-retry", {"retries": retries}))
    if not made and output == "text":
        say("No run failed.")
    allowed = {"retried"} if ids else {"retried", "skipped"}
    is_done = all(each.action in allowed for each in made)
    return 0 if is_done and all(state is StateType.COMPLETED for state in states.values()) else 1


def _check_chosen(
    ids: Sequence[str], *, failed: bool, since: datetime | None, deployment: str | None
) -> None:
    """Raise UsageError unless runs are named, or all failed runs since a time are selected."""
    if ids and (failed or since or deployment):
        detail = "Runs that are named cannot be combined with `--failed`, `--since` or `--deployment`."
        raise UsageError(detail, hint="Use one or the other.")
    if not ids and not (failed and since):
        hint = "Name runs, or pass `--failed --since 1h` for those that failed in the last hour."
        raise UsageError("Which runs to retry is not given.", hint=hint)


def _failed(backend: Backend, since: datetime | None, deployment: str | None) -> list[Run]:
    """Return the failed runs since *since*, the first one first. Raises UsageError for too many."""
    name = deployment and full_name(backend, deployment)
    runs = backend.runs(RunFilter(deployment=name, states=FAILED, since=since, limit=_MOST + 1))
    if len(runs) > _MOST:
        raise UsageError(
            f"More than {_MOST:,} runs failed since then, which is more than one command retries.",
            hint="Pass a later `--since`, or one `--deployment` at a time.",
        )
    return sorted(runs, key=lambda run: str(run.ended))


def _confirm(context: Context, runs: Sequence[Run], *, yes: bool) -> None:
    """Ask for confirmation of all *runs*. Raises UsageError without a prompt."""
    if not runs or yes:
        return
    rows = [(short_id(run.id), run.deployment or run.flow, run.state.name, when(run.ended)) for run in runs]
    number = f"{len(runs)} run{'' if len(runs) == 1 else 's'}"
    if not context.may_prompt:
        listed = ", ".join(f"`{short}` ({name})" for short, name, _, _ in rows[:10])
        more = ", …" if len(rows) > 10 else ""
        hint = "Pass `--yes` to skip the confirmation."
        raise UsageError(f"This retries {number}: {listed}{more}.", hint=hint)
    print_table(("Id", "Deployment", "State", "Ended"), rows, empty="")
    click.confirm(f"Retry {number}?", abort=True, err=True)


def _show(retry: Retry) -> None:
    run, by, error = retry.run, retry.by, retry.error
    if error is not None:
        whose = f" The run `{run.name}` ({short_id(run.id)}):" if retry.action == "failed" else ""
        say(f"{retry.action}:{whose} {error.detail} {error.hint}".rstrip())
    if by is not None:
        new = "is scheduled again" if by.id == run.id else f"is retried by the run `{by.name}`"
        say(f"The run `{run.name}` of `{run.deployment}` {new}.")
        click.echo(by.id)


def _last_state(backend: Backend, run: Run, *, is_raw: bool, is_json: bool) -> StateType | None:
    """Watch *run* and return its final state. With JSON, the log is not printed."""
    hide = (lambda _line: None) if is_json else None
    state = show_watched(watch(backend, run), is_raw=is_raw, show=hide)
    return None if state is None else state.type


def _encode(retry: Retry, states: Mapping[str, StateType | None]) -> dict[str, Any]:
    return {
        "run": retry.run.id,
        "deployment": retry.run.deployment,
        "action": retry.action,
        "id": retry.by and retry.by.id,
        "name": retry.by and retry.by.name,
        "state": retry.by and states.get(retry.by.id),
        "error": retry.error and retry.error.detail,
    }
