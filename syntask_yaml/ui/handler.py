"""Handle one request: check the session, call the view, and convert failures to responses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import (
    BackendConflict,
    BackendError,
    BackendRefused,
    BackendUnreachable,
    NotFound,
    SyntaskError,
    UsageError,
)
from syntask_yaml.operations.documents import json_default
from syntask_yaml.ui.api import ApiRoute
from syntask_yaml.ui.gate import SAFE_METHODS
from syntask_yaml.ui.rendering import render, sentence
from syntask_yaml.ui.routes import PAGES_LISTED, PROJECT, PageRoute
from syntask_yaml.ui.session import Sessions
from syntask_yaml.ui.site import Answer, JsonDocument, Page, PageRequest, PlainText, Redirect, Site

# Status codes by error class; the first match counts.
_STATUSES: tuple[tuple[type[SyntaskError], int], ...] = (
    (NotFound, 404),
    (BackendConflict, 409),
    (BackendUnreachable, 502),
    (BackendRefused, 400),
    (BackendError, 500),
    (SyntaskError, 400),
)


@dataclass(frozen=True, slots=True)
class Handler:
    """Handles requests for pages and documents of a *site*, in valid *sessions*."""

    site: Site
    sessions: Sessions

    def answer_page(self, route: PageRoute, request: Request, body: bytes) -> Response:
        session = _session_of(request)
        is_new = not self.sessions.is_ours(session)
        if is_new and self.sessions.token is not None:
            return RedirectResponse("/login", 303)
        session = self.sessions.new() if is_new else session
        asked = PageRequest(
            path=request.path_params,
            query=request.query_params,
            form=dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)),
            token=self.sessions.form_token(session),
            here=route.path,
        )
        if request.method not in SAFE_METHODS and not self.sessions.fits(
            asked.form.get("token", ""), session
        ):
            return self._page(
                _refused("The form is out of date, or from another site. Reload its page."), asked
            )
        response = self._response(self._answered(route, asked), asked)
        return _with_session(response, request, session) if is_new else response

    def _answered(self, route: PageRoute, asked: PageRequest) -> Answer:
        try:
            return route.view(self.site, asked)
        except SyntaskError as error:
            values = {"title": "Not found" if isinstance(error, NotFound) else "This did not work"}
            sentences = [sentence(each) for each in (error.detail, error.hint) if each]
            return Page("error.html", {**values, "sentences": sentences}, _status(error))

    def _response(self, answer: Answer, asked: PageRequest) -> Response:
        match answer:
            case Page():
                return self._page(answer, asked)
            case Redirect(path):
                return RedirectResponse(path, 303)
            case JsonDocument(content, status):
                return json_response(content, status)
            case PlainText(text):
                return PlainTextResponse(text)

    def _page(self, page: Page, asked: PageRequest) -> Response:
        own = {
            "pages": [each for each in PAGES_LISTED if each[0] != PROJECT or self.site.project is not None],
            "here": asked.here,
            "now": self.site.clock(),
            "token": asked.token,
            "is_read_only": self.site.is_read_only,
            "backend_url": self.site.backend.url,
            "server_ui": self.site.server_ui,
        }
        return HTMLResponse(render(page.template, {**own, **page.values}), page.status)

    def answer_api(self, route: ApiRoute, request: Request, body: bytes) -> Response:
        if not self._may_ask(request):
            detail = "The token is missing or wrong. Send it as `Authorization: Bearer TOKEN`."
            return _problem(UsageError(detail), HTTPStatus.UNAUTHORIZED)
        try:
            sent = {} if request.method in SAFE_METHODS else _json_body(request, body)
            _check_known(sent, route.body, "The body has an unknown key")
            _check_known(request.query_params, route.query, "The query has an unknown name")
            asked = PageRequest(path=request.path_params, query=request.query_params, body=sent)
            answer = route.view(self.site, asked)
        except SyntaskError as error:
            return _problem(error, _status(error))
        return json_response(answer.content, answer.status)

    def answer_missing(self, request: Request, body: bytes) -> Response:
        """Say that there is nothing at the path of *request*, in the form that it would have."""
        if request.url.path.startswith("/api/"):
            return _problem(
                NotFound(_NO_PAGE, hint="`/api/openapi.json` lists the paths."), HTTPStatus.NOT_FOUND
            )
        return self.answer_page(PageRoute(request.method, "", _no_page), request, body)

    def _may_ask(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if self.sessions.token is None or self.sessions.is_ours(_session_of(request)):
            return True
        return scheme.lower() == "bearer" and self.sessions.opens(token)

    def log_in(self, request: Request, body: bytes) -> Response:
        """Ask for the token, and begin a session if it is right."""
        if request.method in SAFE_METHODS:
            return HTMLResponse(render("login.html", {"error": ""}))
        token = dict(parse_qsl(body.decode("utf-8", "replace"))).get("access_token", "")
        if not self.sessions.opens(token.strip()):
            return HTMLResponse(render("login.html", {"error": "The token is wrong."}), 403)
        return _with_session(RedirectResponse("/", 303), request, self.sessions.new())


_NO_PAGE = "There is nothing at this address."


def _no_page(_site: Site, _asked: PageRequest) -> Answer:
    raise NotFound(_NO_PAGE, hint="The pages are listed above.")


def _json_body(request: Request, body: bytes) -> Mapping[str, Any]:
    """Return the JSON object in the body. Only our own pages, or programs, can send JSON."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UsageError("Send a JSON object, with `Content-Type: application/json`.")
    try:
        sent = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise UsageError("The body is not JSON.") from error
    if not isinstance(sent, dict):
        raise UsageError("The body must be a JSON object.")
    return sent


def _check_known(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise UsageError for an unknown name: a misspelling would be ignored silently."""
    names = list(known)
    for name in given:
        if name not in names:
            listed = ", ".join(f"`{each}`" for each in names) or "none"
            raise UsageError(
                f"{what} `{name}`.", hint=did_you_mean(name, names, otherwise=f"Known: {listed}.")
            )


def _refused(text: str) -> Page:
    return Page("error.html", {"title": "Refused", "sentences": [sentence(text)]}, HTTPStatus.FORBIDDEN)


def _status(error: SyntaskError) -> int:
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def _problem(error: SyntaskError, status: int) -> Response:
    return json_response({"format": "syntask.error/1", "detail": error.detail, "hint": error.hint}, status)


def json_response(content: Mapping[str, Any], status: int) -> Response:
    """Return a response of *content* as JSON."""
    text = json.dumps(content, ensure_ascii=False, default=json_default)
    # A lone surrogate, from a name that is not UTF-8, is sent as a question mark.
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def cookie_name(port: int) -> str:
    """Return the name of the cookie for *port*: cookies of a host are shared by all its ports."""
    return f"syntask_session_{port}"


def _session_of(request: Request) -> str:
    return request.cookies.get(cookie_name(_port(request)), "")


def _with_session(response: Response, request: Request, session: str) -> Response:
    name = cookie_name(_port(request))
    response.set_cookie(name, session, httponly=True, samesite="strict", path="/")
    return response


def _port(request: Request) -> int:
    """Return the listening port, independent of a proxy."""
    return int(request.scope["server"][1])
