"""The HTTP API under `/api`, with the JSON documents of the commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from syntask_yaml.backend.base import LogFilter
from syntask_yaml.errors import UsageError
from syntask_yaml.model.deployment import Stored
from syntask_yaml.operations import pool_states
from syntask_yaml.operations.deployment_documents import listed_document
from syntask_yaml.operations.deployments import find_deployment, run_deployment, set_paused
from syntask_yaml.operations.documents import (
    activity_document,
    child_document,
    document,
    line_document,
    pool_document,
    queue_document,
    run_document,
    variable_document,
    worker_document,
)
from syntask_yaml.operations.runs import find_run
from syntask_yaml.operations.status.document import status_document
from syntask_yaml.operations.status.read import read_status
from syntask_yaml.operations.status.window import SCALES, Window
from syntask_yaml.ui.site import JsonDocument, Page, PageRequest, Site
from syntask_yaml.ui.views.masking import without_secrets
from syntask_yaml.ui.views.project import plan_document
from syntask_yaml.ui.views.runs import run_page


def show_status(site: Site, _asked: PageRequest) -> JsonDocument:
    status = read_status(site.backend, Window.around(site.clock(), SCALES["day"]))
    return JsonDocument(document("status", without_secrets(status_document(status, site.backend.url))))


def list_deployments(site: Site, _asked: PageRequest) -> JsonDocument:
    deployments = _listed(site, site.backend.deployments())
    return JsonDocument(document("deployment-ls", {"deployments": deployments}))


def _listed(site: Site, stored: Sequence[Stored]) -> list[Any]:
    last, now = site.backend.last_runs(stored), site.clock()
    return [without_secrets(listed_document(each, last.get(each.id), now)) for each in stored]


def inspect_deployment(site: Site, asked: PageRequest) -> JsonDocument:
    return JsonDocument(_deployment(site, asked.query.get("name", "")))


def pause_deployment(site: Site, asked: PageRequest) -> JsonDocument:
    stored = find_deployment(site.backend, _text(asked, "name"))
    paused = asked.body.get("paused")
    if not isinstance(paused, bool):
        raise UsageError("`paused` must be true or false.")
    set_paused(site.backend, [stored], paused=paused)
    return JsonDocument(_deployment(site, stored.deployment.full_name))


def _deployment(site: Site, name: str) -> Mapping[str, Any]:
    return document("deployment", _listed(site, [find_deployment(site.backend, name)])[0])


def list_runs(site: Site, asked: PageRequest) -> JsonDocument:
    page = run_page(site, asked)
    runs = [without_secrets(run_document(run)) for run in page.runs]
    following = f"/api/runs?{urlencode(page.next)}" if page.next else None
    return JsonDocument(document("flow-run-ls", {"flow_runs": runs, "next": following}))


def create_run(site: Site, asked: PageRequest) -> JsonDocument:
    parameters = asked.body.get("parameters", {})
    if not isinstance(parameters, Mapping):
        raise UsageError("`parameters` must be an object.")
    run = run_deployment(site.backend, _text(asked, "deployment"), parameters=parameters)
    content = {"id": run.id, "name": run.name, "deployment": run.deployment}
    return JsonDocument(document("deployment-run", content), status=201)


def inspect_run(site: Site, asked: PageRequest) -> JsonDocument:
    run = find_run(site.backend, asked.path["id"])
    children = [child_document(child) for child in site.backend.children(run.id)]
    return JsonDocument(document("flow-run", {**without_secrets(run_document(run)), "children": children}))


def read_log(site: Site, asked: PageRequest) -> JsonDocument:
    run = find_run(site.backend, asked.path["id"])
    which = LogFilter(limit=asked.number("limit", 0) or None)
    found = site.backend.logs(run.id, after=asked.number("after", 0), which=which)
    lines = [line_document(line) for line in found]
    return JsonDocument(document("flow-run-logs", {"logs": lines}))


def cancel_run(site: Site, asked: PageRequest) -> JsonDocument:
    run = site.backend.cancel(find_run(site.backend, asked.path["id"]).id)
    return JsonDocument(document("flow-run", without_secrets(run_document(run))))


def retry_run(site: Site, asked: PageRequest) -> JsonDocument:
    run = site.backend.retry(find_run(site.backend, asked.path["id"]).id)
    return JsonDocument(document("flow-run", without_secrets(run_document(run))), status=201)


def list_pools(site: Site, _asked: PageRequest) -> JsonDocument:
    listed = [
        without_secrets({**pool_document(pool), **activity_document(activity)})
        for pool, activity in pool_states.list_pools(site.backend, site.clock())
    ]
    return JsonDocument(document("work-pool-ls", {"work_pools": listed}))


def list_queues(site: Site, _asked: PageRequest) -> JsonDocument:
    listed = [
        without_secrets({**queue_document(queue), **activity_document(activity)})
        for queue, activity in pool_states.list_queues(site.backend, site.clock())
    ]
    return JsonDocument(document("work-queue-ls", {"work_queues": listed}))


def list_workers(site: Site, _asked: PageRequest) -> JsonDocument:
    workers = [worker_document(worker) for worker in site.backend.workers()]
    return JsonDocument(document("worker-ls", {"workers": workers}))


def list_variables(site: Site, _asked: PageRequest) -> JsonDocument:
    variables = [variable_document(each) for each in site.backend.variables()]
    shown = [
        {**each, "value": without_secrets({each["name"]: each["value"]})[each["name"]]} for each in variables
    ]
    return JsonDocument(document("variable-ls", {"variables": shown}))


def list_blocks(site: Site, _asked: PageRequest) -> JsonDocument:
    blocks = [{"type": each.type, "name": each.name} for each in site.backend.blocks()]
    return JsonDocument(document("block-ls", {"blocks": blocks}))


def show_plan(site: Site, _asked: PageRequest) -> JsonDocument:
    return JsonDocument(plan_document(site))


def _text(asked: PageRequest, key: str) -> str:
    value = asked.body.get(key)
    if not isinstance(value, str):
        raise UsageError(f"`{key}` must be a text.")
    return value


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """An endpoint: *view* handles requests by *method* for *path*; *about* describes it.

    *query* are the names of query parameters, and *body* the JSON types of the request body.
    """

    method: str
    path: str
    view: Callable[[Site, PageRequest], JsonDocument]
    about: str
    query: tuple[str, ...] = ()
    body: Mapping[str, str] = field(default_factory=dict)


_RUNS = ("state", "deployment", "until", "skip", "limit")
API: tuple[ApiRoute, ...] = (
    ApiRoute(
        "GET",
        "/api/status",
        show_status,
        "Show what is running, what is late, what failed and what is coming.",
    ),
    ApiRoute("GET", "/api/deployments", list_deployments, "List the deployments."),
    ApiRoute("GET", "/api/deployment", inspect_deployment, "Show a deployment.", ("name",)),
    ApiRoute(
        "POST",
        "/api/deployment/pause",
        pause_deployment,
        "Pause or resume the schedules of a deployment.",
        body={"name": "string", "paused": "boolean"},
    ),
    ApiRoute(
        "GET", "/api/runs", list_runs, "List runs, newest first; `next` is the path of the next page.", _RUNS
    ),
    ApiRoute(
        "POST",
        "/api/runs",
        create_run,
        "Create a run of a deployment.",
        body={"deployment": "string", "parameters": "object"},
    ),
    ApiRoute("GET", "/api/runs/{id}", inspect_run, "Show a run, its task runs and subflow runs."),
    ApiRoute("GET", "/api/runs/{id}/logs", read_log, "Show the log of a run.", ("after", "limit")),
    ApiRoute("POST", "/api/runs/{id}/cancel", cancel_run, "Cancel a run."),
    ApiRoute("POST", "/api/runs/{id}/retry", retry_run, "Do a run again."),
    ApiRoute("GET", "/api/work-pools", list_pools, "List the work pools."),
    ApiRoute("GET", "/api/work-queues", list_queues, "List the work queues."),
    ApiRoute("GET", "/api/workers", list_workers, "List the workers."),
    ApiRoute("GET", "/api/variables", list_variables, "List the variables."),
    ApiRoute("GET", "/api/blocks", list_blocks, "List the blocks by type and name."),
    ApiRoute("GET", "/api/plan", show_plan, "Show what a deploy of the project would change."),
)


def show_api(_site: Site, _asked: PageRequest) -> Page:
    """Return the list of API routes."""
    return Page("api.html", {"routes": API})


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of the API."""
    paths: dict[str, dict[str, Any]] = {}
    for route in API:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "syntask", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(route: ApiRoute) -> dict[str, Any]:
    text = {"type": "string"}
    in_path = [{"name": "id", "in": "path", "required": True, "schema": text}] if "{id}" in route.path else []
    asked = [{"name": name, "in": "query", "schema": text} for name in route.query]
    operation: dict[str, Any] = {
        "operationId": route.view.__name__,
        "summary": route.about,
        "parameters": [*in_path, *asked],
        "responses": {
            "2XX": {"description": "What the command prints as JSON.", "content": {"application/json": {}}},
            "4XX": {
                "description": "What is wrong: `detail` and `hint`.",
                "content": {"application/json": {}},
            },
        },
    }
    if route.body:
        properties = {name: {"type": kind} for name, kind in route.body.items()}
        schema = {"type": "object", "properties": properties, "required": list(route.body)[:1]}
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return operation
