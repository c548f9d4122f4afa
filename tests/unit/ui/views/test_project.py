"""The plan of a project as a page, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import httpx
import pytest

from syntask_yaml import api
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Write
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.ui.site import CurrentProject
from tests.support.pages import served

_FLOW = "from syntask import flow\n\n\n@flow\ndef pay(api_token: str, note: str = ''):\n    pass\n"
_PROJECT = """\
name: payments
deployments:
- {name: one, entrypoint: 'flows.py:pay', parameters: {api_token: hush-hush, note: <b>bold}}
"""


@dataclass
class Desk:
    """A project in *folder*, the *backend* that it is for, and a *client* of its pages."""

    folder: Path
    backend: EmbeddedBackend
    client: httpx.Client

    def write(self, text: str) -> None:
        (self.folder / "syntask.yaml").write_text(text, encoding="utf-8")

    def page(self) -> str:
        return unescape(self.client.get("/project").raise_for_status().text)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "flows.py").write_text(_FLOW, encoding="utf-8")
    backend = EmbeddedBackend.open(tmp_path / "store/syntask.db")
    with served(backend, project=CurrentProject(ProjectLocation(directory=tmp_path), {})) as client:
        desk = Desk(tmp_path, backend, client)
        desk.write(_PROJECT)
        yield desk
    backend.close()


def test_what_a_deploy_would_change_and_that_nothing_differs(desk: Desk) -> None:
    text = desk.client.get("/project").text

    assert "+ create" in text
    assert "pay/one" in text
    assert "&lt;b&gt;bold" in text
    assert "<b>bold" not in text

    api.deploy(open_project(ProjectLocation(directory=desk.folder)), backend=desk.backend)
    assert "No changes: 1 deployment is on" in desk.page()

    (stored,) = desk.backend.deployments()
    changed = replace(stored.deployment, parameters={"api_token": "hush-hush", "note": "by hand"})
    list(desk.backend.write([Write(stored, changed)]))
    drifted = desk.page()
    assert "~ update" in drifted
    assert '<code>"by hand"</code>' in drifted
    assert "changed on the backend since the last deploy" in drifted
    assert '<a href="/deployment?name=pay%2Fone">pay/one</a>' in drifted


def test_a_secret_is_in_neither(desk: Desk) -> None:
    page, document = desk.page(), desk.client.get("/api/plan").raise_for_status()

    assert "***" in page
    assert document.json()["summary"]["create"] == 1
    assert "hush-hush" not in page + document.text


def test_what_is_wrong_is_said_with_its_place(desk: Desk) -> None:
    desk.write(_PROJECT.replace("pay'", "pya'").replace("name: one", "name: one, paramters: {}"))
    page = desk.page()

    assert "The project cannot be planned." in page
    assert "syntask.yaml:3:" in page
    assert "paramters" in page
    assert desk.client.get("/api/plan").status_code == 400


def test_without_a_project_there_is_no_such_page(pages: httpx.Client) -> None:
    assert pages.get("/project").status_code == 404
    assert 'href="/project"' not in pages.get("/values").text
