"""Schemas that refer to other addresses: nothing is fetched or read for them, and they say nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from syntask_yaml.project.fit import fits_all, mapping_misfits, misfits

_SCHEMA = b'{"type": "string"}'


@pytest.fixture(name="asked")
def _asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that has a schema, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(_SCHEMA)))
            self.end_headers()
            self.wfile.write(_SCHEMA)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/schema.json", paths
    server.shutdown()
    thread.join()
    server.server_close()


def _of(address: str) -> Any:
    return {"properties": {"x": {"$ref": address}, "y": {"anyOf": [{"type": "array"}, {"$ref": address}]}}}


def test_a_server_is_not_asked_for_a_schema(asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    schema, value = _of(address), {"x": 5, "y": {"z": "{{ $Z }}"}}

    assert not fits_all(schema, value)
    assert misfits(json.dumps(schema), value) == ()
    assert misfits(json.dumps(schema), value, formats=True) == ()
    assert list(mapping_misfits(json.dumps(schema), value)) == []
    assert paths == []


def test_a_file_is_not_read_for_a_schema(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_bytes(_SCHEMA)

    assert misfits(json.dumps(_of((tmp_path / "schema.json").as_uri())), {"x": 5}) == ()


def test_a_reference_inside_of_a_schema_is_followed() -> None:
    schema = {"properties": {"x": {"$ref": "#/definitions/T"}}, "definitions": {"T": {"type": "string"}}}

    assert [each.reason for each in misfits(json.dumps(schema), {"x": 5})] == ["5 is not of type `string`."]
