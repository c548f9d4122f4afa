"""A plan as one self-contained HTML page without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from syntask_yaml.cli.views.diagnostics import causes, with_deployments
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.server_pages import page_of_deployment
from syntask_yaml.operations.planned_images import PlannedImage
from syntask_yaml.plan.changes import Action, Change, Plan, ResourceChange
from syntask_yaml.plan.review import FoldedChange, review
from syntask_yaml.plan.rows import DRIFT, Row, clock_for, counts, no_changes, resource_rows, rows

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left; vertical-align: top; }
code { font-size: 13px; overflow-wrap: anywhere; white-space: pre-wrap; }
.create { color: #1a7f37; } .update, .rename, .warning { color: #9a6700; } .delete, .error { color: #cf222e; }
.note, .remark, .reason { opacity: .7; }
@media (prefers-color-scheme: dark) {
  .create { color: #3fb950; }
  .update, .rename, .warning { color: #d29922; }
  .delete, .error { color: #f85149; }
}
"""
_HEAD = f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
{_STYLE}</style>"""
_COLUMNS = "<tr><th></th><th>Deployment</th><th>Field</th><th>Before</th><th>After</th></tr>"


def page(plan: Plan, images: Sequence[PlannedImage], problems: Sequence[Diagnostic], *, now: datetime) -> str:
    """Return the plan as a page."""
    return "\n".join(_lines(plan, images, problems, now)) + "\n"


def _lines(
    plan: Plan, images: Sequence[PlannedImage], problems: Sequence[Diagnostic], now: datetime
) -> Iterator[str]:
    yield _HEAD
    yield f"<title>Plan for {_text(plan.project)}</title>"
    yield f"<h1>Plan for {_text(plan.project)}</h1>"
    summary = f"{counts(plan)}, on {plan.backend}." if plan.has_changes else no_changes(plan)
    yield f"<p>{_text(summary)}</p>"
    for problem in causes(problems):
        place = f"{_code(str(problem.span))}: " if problem.span else ""
        name = problem.severity.value
        text = _text(f"{with_deployments(problem)} {problem.hint}")
        yield f'<p><b class="{name}">{name}:</b> {place}{text}</p>'
    yield from (
        f"<p>image {_code(each.image)}: {_text(each.action)}, {_text(each.reason)}</p>" for each in images
    )
    sections = review(plan)
    clock = clock_for(sections, now)
    for section in sections:
        if len(sections) > 1 and any(section.folders):
            yield f"<h2>{', '.join(_code(f'{folder}/') for folder in section.folders)}</h2>"
        yield from _table(row for entry in section.entries for row in _entry(entry, plan.backend, clock))
    resources = [each for each in plan.resources if each.action is not Action.UNCHANGED]
    if resources:
        yield "<h2>Resources</h2>"
        yield from _table(row for each in resources for row in _resource(each))


def _table(shown: Iterator[str]) -> Iterator[str]:
    yield f"<table>\n{_COLUMNS}"
    yield from shown
    yield "</table>"


def _linked(change: Change, backend: str) -> str:
    """Return the name of a deployment, linked to its page on the server if there is one."""
    page = page_of_deployment(backend, change.id)
    name = _code(change.deployment)
    return f'<a href="{_text(page)}" rel="noreferrer">{name}</a>' if page else name


def _entry(entry: FoldedChange, backend: str, now: datetime | None) -> Iterator[str]:
    name = ", ".join(_linked(change, backend) for change in entry.changes)
    if len(entry.names) > 1:
        name = f"<details><summary>{len(entry.names)} deployments</summary>{name}</details>"
    yield from _rows(entry.first.action, name, entry.first.reason, list(rows(entry, now)))


def _resource(change: ResourceChange) -> Iterator[str]:
    yield from _rows(change.action, _code(change.full_name), change.reason, list(resource_rows(change)))


def _rows(action: Action, name: str, reason: str, found: Sequence[Row]) -> Iterator[str]:
    shown = found or [Row("", None, None)]
    lead = (
        f'<td rowspan="{len(shown)}" class="{action.value}">{_text(action.symbol)} {action.value}</td>'
        f'<td rowspan="{len(shown)}">{name} <span class="reason">{_text(reason)}</span></td>'
    )
    for row in shown:
        kind = ' class="remark"' if row.is_remark else ""
        what = f"{row.what} ({DRIFT})" if row.is_drift else row.what
        cells = (_text(what), _side(row.before), _side(row.after))
        yield f"<tr>{lead}{''.join(f'<td{kind}>{cell}</td>' for cell in cells)}</tr>"
        lead = ""


def _side(text: str | None) -> str:
    return "" if text is None else _code(text)


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    return escape(escaped(text))
