"""The list of deployments."""

from __future__ import annotations

from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.value import known
from syntask_yaml.ui.site import Page, PageRequest, Site

SHOWN = 100


def show_deployments(site: Site, asked: PageRequest) -> Page:
    """Show the deployments; `search` is a part of a name, tag, work pool or project."""
    search = asked.query.get("search", "").strip()
    found = [each for each in site.backend.deployments() if _fits(each, search.lower())]
    return Page("deployments.html", {"deployments": found[:SHOWN], "count": len(found), "search": search})


def _fits(stored: Stored, search: str) -> bool:
    deployment = stored.deployment
    tags = known(deployment.tags) or ()
    texts = (deployment.full_name, known(deployment.work_pool), deployment.project, *tags)
    return any(search in str(text).lower() for text in texts if text)
