"""Middleware that rejects requests by the gate, and adds security headers to every response."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syntask_yaml.ui.gate import HEADERS, Gate


class Guard:
    """ASGI middleware with a *gate*."""

    def __init__(self, app: ASGIApp, *, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if objection := self._gate.objection(scope["method"], Headers(scope=scope)):
            await PlainTextResponse(f"{objection}\n", 403)(scope, receive, send_protected)
            return
        await self._app(scope, receive, send_protected)
