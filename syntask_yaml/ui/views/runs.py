"""The list of runs."""

from __future__ import annotations

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.model.run import StateType
from syntask_yaml.ui.site import Page, PageRequest, Site

SHOWN = 100


def show_runs(site: Site, asked: PageRequest) -> Page:
    """Show runs, the one that was due last first; `state` and `deployment` say which."""
    found = site.backend.runs(run_filter(site, asked))
    return Page(
        "runs.html",
        {
            "runs": found,
            "state": asked.query.get("state", ""),
            "deployment": asked.query.get("deployment", ""),
            "states": [state.value for state in StateType],
            "is_cut": len(found) == SHOWN,
        },
    )


def run_filter(site: Site, asked: PageRequest) -> RunFilter:
    """Return which runs are asked for. What is no state is none of them."""
    state = asked.query.get("state", "")
    states = frozenset(each for each in StateType if each.value == state.upper())
    until = None if StateType.SCHEDULED in states else site.clock()
    return RunFilter(
        deployment=asked.query.get("deployment") or None, states=states, until=until, limit=SHOWN
    )
