"""The pages over a real Prefect server with a stock worker, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import expect

from syntask_yaml import api
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.operations.project import ProjectPlace, open_project
from syntask_yaml.ui.site import ProjectAtHand
from tests.support.browser import CHROMIUM, Tab, open_tab, started_browser
from tests.support.pages import served
from tests.support.prefect_server import PrefectServer, stock_worker

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
_PROJECT = """\
name: pages
deployments:
- {name: counted, entrypoint: "flows.py:count", work_pool: {name: default}, parameters: {lines: 3}}
"""
_FLOW = """\
import time

from prefect import flow


@flow(log_prints=True)
def count(lines: int, is_long: bool = False) -> None:
    for number in range(lines):
        print(f"line {number}")
    while is_long:
        time.sleep(0.1)
"""
_PATIENCE = 120_000


@pytest.fixture(name="tab")
def _tab(sqlite: PrefectServer, tmp_path: Path) -> Iterator[Tab]:
    """A tab with the pages of a server on which the project is deployed, and which a stock worker serves."""
    (tmp_path / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    (tmp_path / "flows.py").write_text(_FLOW, encoding="utf-8")
    sqlite.empty()
    sqlite.create_pool("default")
    place = ProjectPlace(directory=tmp_path)
    with (
        closing(PrefectBackend.open(sqlite.api, {})) as backend,
        served(backend, project=ProjectAtHand(place, {})) as client,
        stock_worker(sqlite, "default", tmp_path / "worker"),
        started_browser() as browser,
        open_tab(browser, base_url=str(client.base_url)) as tab,
    ):
        api.deploy(open_project(place), backend=backend)
        yield tab


def test_runs_are_followed_cancelled_and_drift_is_seen(sqlite: PrefectServer, tab: Tab) -> None:
    page = tab.page
    page.goto("/deployments")
    page.get_by_role("button", name="Run count/counted").click()
    page.wait_for_url("**/runs/*")
    expect(page.locator("#state .state")).to_have_text("Completed", timeout=_PATIENCE)
    expect(page.locator("#log .line", has_text="line 2")).to_have_count(1, timeout=_PATIENCE)
    link = page.get_by_role("link", name="On the server's own pages")
    run = page.url.rpartition("/")[2]
    expect(link).to_have_attribute("href", f"{sqlite.api.removesuffix('/api')}/runs/flow-run/{run}")

    page.goto("/deployment?name=count/counted")
    page.locator("[name='p/is_long']").select_option("true")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/runs/*")
    expect(page.locator("#log .line", has_text="line 2")).to_have_count(1, timeout=_PATIENCE)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#state .state")).to_have_text("Cancelled", timeout=_PATIENCE)

    (deployment,) = sqlite.every("deployments")
    sqlite.request("PATCH", f"/deployments/{deployment['id']}", {"parameters": {"lines": 4}})
    page.goto("/project")
    expect(page.get_by_text("changed on the backend since the last deploy")).to_have_count(1)

    page.goto("/runs")
    expect(page.locator("main tbody tr")).to_have_count(2)
    assert tab.complaints == []
    assert tab.hosts == {"127.0.0.1"}
