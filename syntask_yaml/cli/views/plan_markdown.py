"""A plan as Markdown, for pull request comments and job summaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from syntask_yaml.cli.views.markdown import TextLimit, code, fitted, problem_lines, prose, table
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.server_pages import page_of_deployment
from syntask_yaml.operations.planned_images import PlannedImage
from syntask_yaml.plan.changes import Action, Change, Plan, ResourceChange
from syntask_yaml.plan.review import FoldedChange, ReviewSection, review
from syntask_yaml.plan.rows import DRIFT, Row, clock_for, counts, no_changes, resource_rows, rows

_COLUMNS = ("", "Deployment", "Field", "Before", "After")
_MAX_WIDTH = 300
_MAX_NAMED = 20
_CUT = "**The plan is longer than this page may be. Run `syntask plan` to see all of it.**"


def page(
    plan: Plan,
    images: Sequence[PlannedImage],
    problems: Sequence[Diagnostic],
    *,
    now: datetime,
    limit: TextLimit,
) -> str:
    """Return the plan as a page of Markdown within *limit*; if it is cut, a remark at its end says so."""
    return fitted(_lines(plan, images, problems, now), limit, _CUT)


def _lines(
    plan: Plan, images: Sequence[PlannedImage], problems: Sequence[Diagnostic], now: datetime
) -> Iterator[str]:
    yield f"### Plan for {code(plan.project)}"
    yield ""
    yield f"{counts(plan)}, on {code(plan.backend)}." if plan.has_changes else prose(no_changes(plan))
    yield ""
    yield from problem_lines(problems)
    yield from (f"* image {code(each.image)}: {each.action}, {prose(each.reason)}" for each in images)
    yield from [""] if images else ()
    sections = review(plan)
    clock = clock_for(sections, now)
    for section in sections:
        if len(sections) > 1 and any(section.folders):
            yield f"#### {_title(section)}"
            yield ""
        yield from table(
            _COLUMNS, (row for entry in section.entries for row in _entry(entry, plan.backend, clock))
        )
    resources = [each for each in plan.resources if each.action is not Action.UNCHANGED]
    if resources:
        yield "#### Resources"
        yield ""
        yield from table(_COLUMNS, (row for each in resources for row in _resource(each)))


def _title(section: ReviewSection) -> str:
    shown = section.folders[:_MAX_NAMED]
    more = f" and {len(section.folders) - len(shown)} more" if len(shown) < len(section.folders) else ""
    return ", ".join(code(f"{folder}/") for folder in shown) + more


def _linked(change: Change, backend: str) -> str:
    """Return the name of a deployment, linked to its page on the server if there is one."""
    page = page_of_deployment(backend, change.id)
    return f"[{code(change.deployment)}](<{page}>)" if page else code(change.deployment)


def _entry(entry: FoldedChange, backend: str, now: datetime | None) -> Iterator[tuple[str, ...]]:
    names, shown = entry.names, entry.changes[:_MAX_NAMED]
    listed = ", ".join(_linked(change, backend) for change in shown)
    if len(names) > 1:
        more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
        listed = f"**{len(names)} deployments**: {listed}{more}"
    yield from _rows(entry.first.action, listed, entry.first.reason, list(rows(entry, now)))


def _resource(change: ResourceChange) -> Iterator[tuple[str, ...]]:
    yield from _rows(change.action, code(change.full_name), change.reason, list(resource_rows(change)))


def _rows(action: Action, name: str, reason: str, found: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of one change; the first one has the action, name and reason."""
    lead = (code(action.symbol.strip()), f"{name} ({prose(reason)})" if reason else name)
    for row in found or [Row("", None, None)]:
        what = f"{prose(row.what)} ({DRIFT})" if row.is_drift else prose(row.what)
        yield *lead, what, _side(row, row.before), _side(row, row.after)
        lead = ("", "")


def _side(row: Row, text: str | None) -> str:
    if text is None:
        return ""
    cut = text if len(text) <= _MAX_WIDTH else f"{text[: _MAX_WIDTH - 1]}…"
    return prose(cut) if row.is_remark else code(cut)
