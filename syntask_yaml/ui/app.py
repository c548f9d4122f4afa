"""The web UI and its API as one ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syntask_yaml.ui.api import API, openapi
from syntask_yaml.ui.gate import Gate
from syntask_yaml.ui.guard import Guard
from syntask_yaml.ui.handler import Handler, json_response
from syntask_yaml.ui.routes import PAGES
from syntask_yaml.ui.session import Sessions
from syntask_yaml.ui.site import Site

_LARGEST_BODY = 1_000_000
_STATIC = {"style.css": "text/css", "pages.js": "text/javascript", "icon.svg": "image/svg+xml"}
Application: TypeAlias = Starlette
_Answer: TypeAlias = Callable[[Request, bytes], Response]


def make_app(site: Site, sessions: Sessions, gate: Gate) -> Application:
    """Return the application with the routes of the tables and the static files."""
    handler = Handler(site, sessions)
    routes = [_route(row.method, row.path, partial(handler.answer_page, row)) for row in PAGES]
    routes += [_route(row.method, row.path, partial(handler.answer_api, row)) for row in API]
    routes += [_route(method, "/login", handler.log_in) for method in ("GET", "POST")]
    routes += [_route("GET", f"/static/{name}", _static(name)) for name in _STATIC]
    routes.append(_route("GET", "/api/openapi.json", lambda _request, _body: json_response(openapi(), 200)))

    async def missing(request: Request, _error: Exception) -> Response:
        return await _endpoint(handler.answer_missing)(request)

    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, gate=gate)],
        exception_handlers={404: missing},
    )


def _route(method: str, path: str, answer: _Answer) -> Route:
    return Route(path, _endpoint(answer), methods=[method])


def _endpoint(answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("The request is too large.", 413)
        return await run_in_threadpool(answer, request, body)

    return endpoint


async def _body(request: Request) -> bytes | None:
    """Return the body of a request; None if it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return body


def _static(name: str) -> _Answer:
    content = files("syntask_yaml.ui").joinpath("static", name).read_bytes()
    return lambda _request, _body: Response(content, media_type=_STATIC[name])
