"""The pages over a real Prefect server with a stock worker, in a real browser."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import expect

from syntask_yaml import api
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.ui.site import CurrentProject
from tests.support.browser import CHROMIUM, Tab, open_tab, started_browser
from tests.support.hostile_store import HOSTILE
from tests.support.pages import served
from tests.support.prefect_server import PrefectServer, stock_worker
from tests.support.processes import kill, start

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
_LINES, _BATCH = 10_000, 500


@pytest.fixture(name="place")
def _place(sqlite: PrefectServer, tmp_path: Path) -> ProjectLocation:
    """The project, and the server with its work pool and nothing else."""
    (tmp_path / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    (tmp_path / "flows.py").write_text(_FLOW, encoding="utf-8")
    sqlite.empty()
    sqlite.create_pool("default")
    return ProjectLocation(directory=tmp_path)


@pytest.fixture(name="tab")
def _tab(sqlite: PrefectServer, place: ProjectLocation, tmp_path: Path) -> Iterator[Tab]:
    """A tab with the pages of a server on which the project is deployed, and which a stock worker serves."""
    with (
        closing(PrefectBackend.open(sqlite.api, {})) as backend,
        served(backend, project=CurrentProject(place, {})) as client,
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
    link = page.get_by_role("link", name="Open in the server UI")
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


def test_a_long_hostile_log_in_two_tabs_with_the_keyboard(
    sqlite: PrefectServer, place: ProjectLocation
) -> None:
    """Ten thousand lines in order while they are written, of which none acts; cancelled in one, seen in both.

    No worker serves the run, as if it had been killed: the pages go on with what the server knows.
    """
    with (
        closing(PrefectBackend.open(sqlite.api, {})) as backend,
        served(backend) as client,
        started_browser() as browser,
        ExitStack() as stack,
    ):
        api.deploy(open_project(place), backend=backend)
        run = _hostile_run(sqlite)
        url = str(client.base_url)
        tabs = [stack.enter_context(open_tab(browser, base_url=url)) for _ in range(2)]
        for tab in tabs:
            tab.page.goto(f"/runs/{run}")
            expect(tab.page.locator("#state .state")).to_have_text("Running")
        for first in range(0, _LINES, _BATCH):
            sqlite.request("POST", "/logs/", _lines(run, first))
        for tab in tabs:
            last = tab.page.locator("#log .line", has_text=f"line {_LINES - 1} ")
            expect(last).to_have_count(1, timeout=_PATIENCE)
            texts = tab.page.locator("#log .line").all_text_contents()
            numbers = [text.partition(" line ")[2].partition(" ")[0] for text in texts]
            assert numbers == [str(number) for number in range(_LINES)]
        tabs[0].tab_to("#actions button")
        tabs[0].page.keyboard.press("Enter")
        for tab in tabs:
            expect(tab.page.locator("#state .state")).to_have_text("Cancelling", timeout=_PATIENCE)
            assert tab.page.locator("img, main script, [onerror]").count() == 0
            assert (tab.complaints, tab.hosts) == ([], {"127.0.0.1"})


def test_a_stock_worker_is_killed_while_a_page_is_open(
    sqlite: PrefectServer, place: ProjectLocation, tmp_path: Path
) -> None:
    """The page keeps what it has, follows what the server learns later, and can ask for the cancellation."""
    with (
        closing(PrefectBackend.open(sqlite.api, {})) as backend,
        served(backend) as client,
        started_browser() as browser,
        open_tab(browser, base_url=str(client.base_url)) as tab,
    ):
        api.deploy(open_project(place), backend=backend)
        argv = [sqlite.program, "worker", "start", "--pool", "default", "--type", "process"]
        environ = {**sqlite.client_environ, "PREFECT_WORKER_QUERY_SECONDS": "1"}
        worker = start(argv, log=tmp_path / "worker.log", environ=environ, cwd=tmp_path)
        try:
            page = tab.page
            page.goto("/deployment?name=count/counted")
            page.locator("[name='p/is_long']").select_option("true")
            page.get_by_role("button", name="Run", exact=True).click()
            page.wait_for_url("**/runs/*")
            expect(page.locator("#log .line", has_text="line 2")).to_have_count(1, timeout=_PATIENCE)
            run = page.url.rpartition("/")[2]
            flow = _children(worker.pid)
        finally:
            kill(worker)
        for pid in flow:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        expect(page.locator("#state .state")).to_have_text("Running")
        sqlite.request(
            "POST", "/logs/", [{**_lines(run, 3)[0], "message": "said after the end of the worker"}]
        )
        expect(page.locator("#log .line", has_text="said after")).to_have_count(1, timeout=_PATIENCE)
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#state .state")).to_have_text("Cancelling", timeout=_PATIENCE)
        assert (tab.complaints, tab.hosts) == ([], {"127.0.0.1"})


def _children(pid: int) -> list[int]:
    """The processes that *pid* has started, and those that these have."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [each for child in map(int, listed) for each in (child, *_children(child))]


def _hostile_run(server: PrefectServer) -> str:
    """The id of a run in progress, with names and parameters as somebody hostile would choose them."""
    (deployment,) = server.every("deployments")
    named = {"name": HOSTILE, "tags": [HOSTILE]}
    asked = {**named, "parameters": {"lines": 1, HOSTILE: HOSTILE}, "enforce_parameter_schema": False}
    run: str = server.request("POST", f"/deployments/{deployment['id']}/create_flow_run", asked)["id"]
    for state in ("PENDING", "RUNNING"):
        content = {"type": state, "message": HOSTILE}
        server.request("POST", f"/flow_runs/{run}/set_state", {"state": content, "force": True})
    return run


def _lines(run: str, first: int) -> list[dict[str, object]]:
    begin = datetime.now(UTC)
    return [
        {
            "name": HOSTILE,
            "level": 20,
            "message": f"line {first + number} {HOSTILE}",
            "timestamp": (begin + timedelta(microseconds=number)).isoformat(),
            "flow_run_id": run,
        }
        for number in range(_BATCH)
    ]
