"""The table of pages and forms, with the view of each."""

from __future__ import annotations

from dataclasses import dataclass

from syntask_yaml.ui.api import show_api
from syntask_yaml.ui.site import View
from syntask_yaml.ui.views.deployment import pause_deployment, show_deployment, start_run
from syntask_yaml.ui.views.deployments import show_deployments
from syntask_yaml.ui.views.now import show_now
from syntask_yaml.ui.views.pools import pause_pool, show_pools
from syntask_yaml.ui.views.project import show_project
from syntask_yaml.ui.views.run import cancel_run, follow_run, retry_run, show_log, show_run
from syntask_yaml.ui.views.runs import show_runs
from syntask_yaml.ui.views.values import show_values


@dataclass(frozen=True, slots=True)
class PageRoute:
    """A page or form: *view* handles requests by *method* for *path*."""

    method: str
    path: str
    view: View


PROJECT = "/project"
# The links of the navigation: paths and labels.
PAGES_LISTED: tuple[tuple[str, str], ...] = (
    ("/", "Now"),
    ("/runs", "Runs"),
    ("/deployments", "Deployments"),
    ("/pools", "Work pools"),
    ("/values", "Variables and blocks"),
    (PROJECT, "Project"),
)
PAGES: tuple[PageRoute, ...] = (
    PageRoute("GET", "/", show_now),
    PageRoute("GET", "/runs", show_runs),
    PageRoute("GET", "/runs/{id}", show_run),
    PageRoute("GET", "/runs/{id}/follow", follow_run),
    PageRoute("GET", "/runs/{id}/log.txt", show_log),
    PageRoute("POST", "/runs/{id}/cancel", cancel_run),
    PageRoute("POST", "/runs/{id}/retry", retry_run),
    PageRoute("GET", "/deployments", show_deployments),
    PageRoute("GET", "/deployment", show_deployment),
    PageRoute("POST", "/deployment/run", start_run),
    PageRoute("POST", "/deployment/pause", pause_deployment),
    PageRoute("GET", "/pools", show_pools),
    PageRoute("POST", "/pools/pause", pause_pool),
    PageRoute("GET", "/values", show_values),
    PageRoute("GET", PROJECT, show_project),
    PageRoute("GET", "/api", show_api),
)
