"""The list of runs, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.errors import UsageError
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.ui.site import Page, PageRequest, Site

SHOWN, _MOST = 100, 1000


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of *runs*, and the query of the *next* page; empty if there is none."""

    runs: Sequence[Run]
    next: Mapping[str, str]


def show_runs(site: Site, asked: PageRequest) -> Page:
    """Show runs, latest due time first; `state` and `deployment` filter them."""
    page = run_page(site, asked)
    return Page(
        "runs.html",
        {
            "runs": page.runs,
            "next": page.next,
            "is_first": not asked.query.get("until"),
            "state": asked.query.get("state", ""),
            "deployment": asked.query.get("deployment", ""),
            "states": [state.value for state in StateType],
        },
    )


def run_page(site: Site, asked: PageRequest) -> RunPage:
    """Return the requested runs: those due `until` a time, without the first `skip` of them.

    A page begins at the time at which the previous one ended; since many runs may be due at that time, `skip`
    leaves out those already shown. An unknown state matches none. Raises UsageError.
    """
    query = asked.query
    states = frozenset(each for each in StateType if each.value == query.get("state", "").upper())
    now = None if StateType.SCHEDULED in states else site.clock()
    until, skip = _moment(query.get("until", "")) or now, asked.number("skip", 0)
    size = min(asked.number("limit", SHOWN), _MOST)
    which = RunFilter(
        deployment=query.get("deployment") or None, states=states, until=until, limit=skip + size + 1
    )
    found = site.backend.runs(which)[skip:]
    return RunPage(found[:size], _next(found, size, until, skip, query))


def _next(
    found: Sequence[Run], size: int, until: datetime | None, skip: int, query: Mapping[str, str]
) -> Mapping[str, str]:
    if len(found) <= size or not size:
        return {}
    last = found[size - 1].scheduled
    if last is None:
        return {}
    same = sum(1 for _ in takewhile(lambda run: run.scheduled == last, reversed(found[:size])))
    kept = {key: query[key] for key in ("state", "deployment", "limit") if query.get(key)}
    return {**kept, "until": last.isoformat(), "skip": str(same + (skip if last == until else 0))}


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        moment = None
    if text and (moment is None or moment.tzinfo is None):
        raise UsageError("`until` must be a time in ISO 8601 with its offset from UTC.")
    return moment
