"""The list of deployments, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.next_time import next_time
from syntask_yaml.model.run import Run
from syntask_yaml.ui.site import Page, PageRequest, Site

SHOWN = 100


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """A deployment, its *last* run, and the *next* time of its schedules."""

    stored: Stored
    last: Run | None
    next: datetime | None


def show_deployments(site: Site, asked: PageRequest) -> Page:
    """Show the deployments after the first `skip`; `search` is a part of a name, tag, pool or project."""
    search, skip = asked.query.get("search", "").strip(), asked.number("skip", 0)
    page = site.backend.deployment_page(search, skip=skip, limit=SHOWN)
    return Page(
        "deployments.html",
        {
            "rows": _rows(site, page.stored),
            "count": page.count,
            "is_newest_first": page.is_newest_first,
            "first": skip + 1,
            "search": search,
            "before": _place(search, max(0, skip - SHOWN)) if skip else {},
            "after": _place(search, skip + SHOWN) if skip + SHOWN < page.count else {},
        },
    )


def _place(search: str, skip: int) -> Mapping[str, str]:
    """Return the query for another page of the list."""
    return {**({"search": search} if search else {}), "skip": str(skip)}


def _rows(site: Site, stored: Sequence[Stored]) -> Sequence[DeploymentRow]:
    last, now = site.backend.last_runs(stored), site.clock()
    return [DeploymentRow(each, last.get(each.id), next_time(each.deployment, now)) for each in stored]
