"""Send a request to the URL of a `webhook` block."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syntask_yaml import __version__
from syntask_yaml.delivery.context import TIMEOUT, DeliveryContext, Undelivered
from syntask_yaml.delivery.facts import render
from syntask_yaml.model.block import Block
from syntask_yaml.model.secret import revealed
from syntask_yaml.model.value import flag


def call_webhook(context: DeliveryContext) -> str:
    """Send the payload; what the server answered. Its answer's body is not read."""
    block = context.needed_block()
    body, content_type = _body(render(context.action["payload"], context.facts))
    headers = {
        "Content-Type": content_type,
        "User-Agent": f"syntask/{__version__}",
        **_headers(block),
        "Idempotency-Key": context.id,
    }
    return _send(block, body, headers)


def _body(payload: Any) -> tuple[bytes, str]:
    """*payload* as it is sent, and its type: a text that is JSON is sent as JSON, too."""
    if not isinstance(payload, str):
        return json.dumps(payload, ensure_ascii=False).encode(), "application/json"
    try:
        json.loads(payload)
    except ValueError:
        return payload.encode(), "text/plain; charset=utf-8"
    return payload.encode(), "application/json"


def _headers(block: Block) -> Mapping[str, str]:
    given = revealed(block.data.get("headers")) or {}
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise Undelivered(f"`headers` of the block `{block.full_name}` is not a JSON object.")
    return {str(name): str(value) for name, value in found.items()}


def _send(block: Block, body: bytes, headers: Mapping[str, str]) -> str:
    import httpx

    url = str(revealed(block.data.get("url")))
    method, verify = str(block.data.get("method") or "POST"), block.data.get("verify")
    is_verified = flag(str(True if verify is None else verify))
    try:
        with (
            httpx.Client(verify=is_verified, timeout=TIMEOUT) as client,
            client.stream(method, url, content=body, headers=headers) as answer,
        ):
            said = f"The server answered {answer.status_code} {answer.reason_phrase}".rstrip() + "."
            if not answer.is_success:
                raise Undelivered(said)
            return said
    except httpx.TimeoutException as error:
        raise Undelivered(f"The server did not answer within {TIMEOUT:g} seconds.") from error
    except httpx.ConnectError as error:
        raise Undelivered(f"The server cannot be reached: {str(error).replace(url, '***')}.") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # their texts may show the URL
        raise Undelivered(_WHY.get(type(error).__name__, "The connection failed.")) from error


_WHY = {
    "RemoteProtocolError": "The server closed the connection without an answer.",
    "ReadError": "The connection was lost before the server answered.",
    "UnsupportedProtocol": "The `url` of the block does not begin with `http://` or `https://`.",
    "InvalidURL": "The `url` of the block is not a URL.",
    "LocalProtocolError": "The `method` or the `headers` of the block cannot be sent.",
}
