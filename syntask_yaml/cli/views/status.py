"""The status of a backend as text and JSON."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import NoReturn

import click

from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.lanes import lane_lines
from syntask_yaml.cli.views.output import when
from syntask_yaml.cli.views.signs import Signs
from syntask_yaml.model.duration import duration_text
from syntask_yaml.model.run import Run, short_id
from syntask_yaml.operations.pools import start_hint
from syntask_yaml.operations.renames import half_renamed
from syntask_yaml.operations.status.late import LateRuns
from syntask_yaml.operations.status.read import BackendStatus
from syntask_yaml.operations.why.reason import span

# The maximum number of rows of each list.
_SHOWN = 8
_LONGEST = 60


def status_lines(status: BackendStatus, signs: Signs, columns: int) -> Iterator[str]:
    """Yield the lines of the status: a section for each list, and the timeline."""
    window = status.timeline.window
    late = sum(len(each.runs) for each in status.late)
    yield _heading("Running", len(status.running), is_cut="running" in status.cut)
    yield from _columns([_running(run, status) for run in status.running[:_SHOWN]])
    yield from _silent(status)
    yield _heading("Late", late, is_cut="late" in status.cut, color="magenta")
    yield from chain.from_iterable(_late(each, status) for each in status.late[:_SHOWN])
    title = f"Failed in the last {window.scale.words}"
    yield _heading(title, len(status.failed), is_cut="failed" in status.cut, color="red")
    yield from _columns([_failed(run) for run in status.failed[:_SHOWN]])
    yield _heading(
        f"Coming in the next {window.scale.words}", len(status.coming), is_cut="coming" in status.cut
    )
    yield from _columns([_coming(time, name, status) for time, name in status.coming[:_SHOWN]])
    yield from chain.from_iterable(map(_unserved, status.unserved))
    yield from _half_renamed(status)
    yield ""
    yield from lane_lines(status.timeline, signs, columns)


def _heading(title: str, number: int, *, is_cut: bool, color: str | None = None) -> str:
    text = f"{title}: {number:,}{' or more' if is_cut else ''}"
    return click.style(text, bold=True, fg=color if number else None)


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield *rows* with aligned cells."""
    cells = [[escaped(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(padded)}".rstrip()


def _running(run: Run, status: BackendStatus) -> Sequence[str]:
    since = f"for {duration_text(status.timeline.window.now - run.started)}" if run.started else ""
    return short_id(run.id), run.deployment or run.flow, run.state.name, since, run.worker or ""


def _silent(status: BackendStatus) -> Iterator[str]:
    """Yield the running runs whose worker does not respond."""
    if silent := [short_id(run.id) for run in status.running if run.id in status.silent]:
        more = f" and {len(silent) - _SHOWN:,} more" if len(silent) > _SHOWN else ""
        listed = f"{', '.join(silent[:_SHOWN])}{more}"
        for line in (
            f"The worker of these does not respond, so they may have ended: {listed}.",
            f"Run `syntask why {silent[0]}` to see what becomes of one.",
        ):
            yield click.style(escaped(f"  {line}"), fg="yellow")


def _failed(run: Run) -> Sequence[str]:
    took = f"after {duration_text(run.took)}" if run.took is not None else ""
    message = run.state.message.partition("\n")[0]
    shown = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
    return short_id(run.id), run.deployment or run.flow, run.state.name, when(run.ended), took, shown


def _coming(time: datetime, name: str, status: BackendStatus) -> Sequence[str]:
    return when(time), name, f"in {span(time - status.timeline.window.now)}"


def _late(group: LateRuns, status: BackendStatus) -> Iterator[str]:
    """Yield the queue of waiting runs, the time since when they wait, and the reason."""
    run, number = group.oldest, len(group.runs)
    place = f" in the work pool `{run.work_pool}`" if run.work_pool else ""
    is_cut = "late" in status.cut  # the longest-waiting runs were not read
    some, least = (" or more", " more than") if is_cut else ("", "")
    is_one = number == 1 and not is_cut
    what = f"1 run{place} waits" if is_one else f"{number:,}{some} runs{place} wait, the oldest"
    wait = f" for{least} {span(status.timeline.window.now - run.scheduled)}" if run.scheduled else ""
    name = f"{short_id(run.id)}  {run.deployment or run.flow}"
    yield escaped(f"  {name}  {run.state.name}: {what}{wait}.")
    for reason in group.reasons:
        remedy = reason.finding.remedy
        sentences = [reason.finding.detail, *([remedy.sentence] if remedy else [])]
        yield escaped("    " + " ".join(sentences).replace("\n", " "))


def _half_renamed(status: BackendStatus) -> Iterator[str]:
    for each in half_renamed(status.half_renamed):
        for line in (each.detail, each.hint or ""):
            yield click.style(escaped(f"  {line}"), fg="yellow")


def _unserved(pool: str) -> Iterator[str]:
    warning = f"No worker serves the work pool `{pool}`, so these runs will be late."
    for line in (warning, start_hint(pool)):
        yield click.style(escaped(f"  {line}"), fg="yellow")


# Terminal sequences: switch to the alternate screen without a cursor and line wrapping, and back.
_OPEN, _CLOSE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"
_HOME, _END_OF_LINE, _BELOW = "\x1b[H", "\x1b[K\n", "\x1b[J"


def redraw(draw: Callable[[], Sequence[str]], *, seconds: float) -> NoReturn:
    """Print the lines from *draw*, and again every *seconds*.

    Without a terminal, outputs follow each other. Lines beyond the height of the terminal are left out.
    Ctrl-C exits with 130, as in other watching tools.
    """
    is_terminal = sys.stdout.isatty()
    try:
        if is_terminal:
            click.echo(_OPEN, nl=False)
        while True:
            _show(draw(), is_terminal=is_terminal)
            time.sleep(seconds)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(130) from None
    finally:
        if is_terminal:
            click.echo(_CLOSE, nl=False)


def _show(lines: Sequence[str], *, is_terminal: bool) -> None:
    if not is_terminal:
        click.echo("\n".join([*lines, ""]))
        return
    rows = shutil.get_terminal_size().lines - 1
    click.echo(_HOME + "".join(f"{line}{_END_OF_LINE}" for line in lines[:rows]) + _BELOW, nl=False)
