"""The page of a run: its state, its live log, its task runs, and its actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from syntask_yaml.backend.base import LogFilter
from syntask_yaml.model.run import LogLine, Run
from syntask_yaml.operations.children import counts, most_relevant
from syntask_yaml.operations.runs import find_run
from syntask_yaml.operations.why.explanation import explain
from syntask_yaml.operations.why.facts import gather
from syntask_yaml.ui.ansi import to_html
from syntask_yaml.ui.rendering import fragment
from syntask_yaml.ui.site import JsonDocument, Page, PageRequest, PlainText, Redirect, Site
from syntask_yaml.ui.views.masking import without_secrets

# The maximum number of log lines in one response, and of task runs in the table.
_LINES, _CHILDREN = 2_000, 200
# Milliseconds between requests of the page: our own store responds quickly, a server is shared.
_PAUSE_OWN, _PAUSE_SERVER = 100, 1_000
_LATE_LINES = timedelta(minutes=1)


def show_run(site: Site, asked: PageRequest) -> Page:
    """Show a run."""
    run = find_run(site.backend, asked.path["id"])
    return Page(
        "run.html",
        {
            "run": run,
            "parts": _parts(site, run, asked.token),
            "parameters": without_secrets(run.parameters),
            "job_variables": without_secrets(run.job_variables),
        },
    )


def follow_run(site: Site, asked: PageRequest) -> JsonDocument:
    """Return the new log lines of a run, and its changed parts if requested.

    `after` is the number of lines on the page, `state` the displayed one.
    """
    run = find_run(site.backend, asked.path["id"])  # before the lines, so that the last ones are not missed
    after = _whole_number(asked.query.get("after", ""))
    lines = site.backend.logs(run.id, after=after, which=LogFilter(limit=_LINES + 1))
    sent = lines[:_LINES]
    state = _state_key(run)
    is_changed = state != asked.query.get("state", "")
    is_whole = len(sent) == len(lines) and _is_written(site, run)
    return JsonDocument(
        {
            "lines": [_line(line) for line in sent],
            "after": after + len(sent),
            "state": state,
            "parts": _parts(site, run, asked.token) if is_changed else {},
            "pause": None if is_whole else 0 if len(sent) < len(lines) else _pause(site),
        }
    )


def show_log(site: Site, asked: PageRequest) -> PlainText:
    """Return the whole log of a run as plain text."""
    run = find_run(site.backend, asked.path["id"])
    return PlainText("".join(f"{line.message}\n" for line in site.backend.logs(run.id)))


def cancel_run(site: Site, asked: PageRequest) -> Redirect:
    """Cancel a run."""
    run = find_run(site.backend, asked.path["id"])
    site.backend.cancel(run.id)
    return Redirect(f"/runs/{run.id}")


def retry_run(site: Site, asked: PageRequest) -> Redirect:
    """Retry a run."""
    run = find_run(site.backend, asked.path["id"])
    return Redirect(f"/runs/{site.backend.retry(run.id, again=True).id}")


def _parts(site: Site, run: Run, token: str) -> Mapping[str, Any]:
    """Return the parts of the page that change during a run, by element id."""
    now = site.clock()
    children = site.backend.children(run.id)
    values = {
        "run": run,
        "now": now,
        "token": token,
        "is_read_only": site.is_read_only,
        "why": explain(gather(site.backend, run, now)),
        "children": most_relevant(children, _CHILDREN),
        "counts": counts(children),
        "server_ui": site.server_ui,
    }
    return {name: fragment(name, values) for name in ("state", "actions", "children")}


def _state_key(run: Run) -> str:
    """Return a key that changes with the state of a run."""
    moments = (run.scheduled, run.started, run.ended)
    return "|".join((run.state.name, run.name, *(str(each and each.timestamp()) for each in moments)))


def _line(line: LogLine) -> Mapping[str, Any]:
    return {
        "time": f"{line.timestamp.astimezone():%H:%M:%S}",
        "level": line.level,
        "html": to_html(line.message),
    }


def _is_written(site: Site, run: Run) -> bool:
    """Return whether the log is complete: a server gets the last lines after the end of a run."""
    if not run.state.type.is_final or site.backend.features.has_own_worker:
        return run.state.type.is_final
    return run.ended is None or site.clock() - run.ended > _LATE_LINES


def _pause(site: Site) -> int:
    return _PAUSE_OWN if site.backend.features.has_own_worker else _PAUSE_SERVER


def _whole_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
