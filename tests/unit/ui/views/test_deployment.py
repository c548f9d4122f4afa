"""The page of a deployment: what does not fit is shown where it was typed."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from tests.support.hostile_store import NOW
from tests.support.pages import form_token, served

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"source": {"$ref": "#/definitions/Source"}, "limit": {"type": "integer", "minimum": 1}},
    "definitions": {
        "Source": {
            "type": "object",
            "properties": {"url": {"type": "string"}, "retries": {"type": "integer", "maximum": 10}},
        }
    },
}
_ERROR = re.compile(r'<p class="error" id="(.*?)-error">(.*?)</p>')


def test_what_does_not_fit_is_shown_at_the_innermost_field(tmp_path: Path) -> None:
    deployment = Deployment(flow="etl", name="one", parameter_schema=_SCHEMA, enforce_parameter_schema=True)
    values = {"p/source/url": "x", "p/source/retries": "11", "p/limit": "0"}
    with closing(EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)) as backend:
        [written] = backend.write([Write(None, deployment)])
        assert written.error is None
        with served(backend, clock=lambda: NOW) as client:
            token = form_token(client.get("/deployment?name=etl/one").text)
            answer = client.post("/deployment/run", data={"token": token, "name": "etl/one", **values})

    assert answer.status_code == 400
    shown = {
        name: re.sub("<.*?>", "`", text).removeprefix("The value of ")
        for name, text in _ERROR.findall(answer.text)
    }
    assert shown == {
        "p/source/retries": "`source.retries` is not valid: 11 is greater than the maximum of 10.",
        "p/limit": "`limit` is not valid: 0 is less than the minimum of 1.",
    }
