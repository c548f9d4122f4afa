"""Pages as somebody uses them who looks for something, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, expect

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import LogLine, RunRequest
from syntask_yaml.operations.project import ProjectLocation
from syntask_yaml.ui.site import CurrentProject
from tests.support.browser import AXE, CHROMIUM, Tab, open_tab, started_browser
from tests.support.pages import served

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]

_PATIENCE = 60_000
_FLOW = "from syntask import flow\n\n\n@flow\ndef pay(days: int = 1):\n    pass\n"
_PROJECT = "name: shop\ndeployments:\n- {name: one, entrypoint: 'flows.py:pay'}\n"
_TOKEN = "a-token-for-the-pages"


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture(name="backend")
def _backend(tmp_path: Path) -> Iterator[EmbeddedBackend]:
    with closing(EmbeddedBackend.open(tmp_path / "store/syntask.db")) as backend:
        deployment = Deployment(flow="pay", name="one", work_pool="default")
        assert all(not each.error for each in backend.write([Write(None, deployment)]))
        yield backend


def test_a_log_is_narrowed_while_it_is_written(browser: Browser, backend: EmbeddedBackend) -> None:
    """To lines of a level and with a text; what comes meanwhile is narrowed, too, and nothing is lost."""
    (stored,) = backend.deployments()
    run = backend.create_run(RunRequest(deployment_id=stored.id)).id
    _write(backend, run, (20, "load Berlin"), (30, "no rain in Berlin"), (40, "Oslo failed"))
    with served(backend) as client, open_tab(browser, base_url=str(client.base_url)) as tab:
        tab.page.goto(f"/runs/{run}")
        shown = tab.page.locator("#log .line:visible")
        expect(shown).to_have_count(3, timeout=_PATIENCE)
        assert tab.page.locator("#log .level").all_text_contents() == ["WARNING", "ERROR"]
        tab.page.get_by_label("Level").select_option("Warning and above")
        expect(shown).to_have_count(2)
        tab.page.get_by_label("Text").fill("BERLIN")
        expect(shown).to_have_count(1)
        _write(backend, run, (20, "Berlin again"), (40, "Berlin failed"))
        expect(shown).to_have_count(2, timeout=_PATIENCE)
        expect(tab.page.locator("#log-choice output")).to_have_text("2 of 5 lines")
        tab.page.get_by_label("Text").fill("")
        tab.page.get_by_label("Level").select_option("All")
        expect(shown).to_have_count(5)
        expect(tab.page.locator("#log-choice output")).to_be_empty()

        assert tab.complaints == []


def _write(backend: EmbeddedBackend, run: str, *lines: tuple[int, str]) -> None:
    backend.append_logs(run, [LogLine(datetime.now(UTC), level, text) for level, text in lines])


def test_the_plan_follows_the_file(browser: Browser, backend: EmbeddedBackend, tmp_path: Path) -> None:
    """What is saved is on the page without a reload: a change, and what is wrong with the file."""
    place = _project(tmp_path)
    with (
        served(backend, project=place) as client,
        open_tab(browser, base_url=str(client.base_url)) as tab,
    ):
        tab.page.goto("/project")
        main = tab.page.locator("main")
        expect(main).not_to_contain_text("pay/two")
        (tmp_path / "syntask.yaml").write_text(f"{_PROJECT}- {{name: two, entrypoint: 'flows.py:pay'}}\n")
        expect(main).to_contain_text("pay/two", timeout=_PATIENCE)
        (tmp_path / "syntask.yaml").write_text(f"{_PROJECT}- {{name: two, entrypoint: 'flows.py:nope'}}\n")
        expect(main).to_contain_text("does not define nope", timeout=_PATIENCE)

        assert tab.complaints == []


def _project(folder: Path) -> CurrentProject:
    (folder / "flows.py").write_text(_FLOW)
    (folder / "syntask.yaml").write_text(_PROJECT)
    return CurrentProject(ProjectLocation(directory=folder), {})


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_pages_that_refuse_and_plan_are_accessible(
    browser: Browser, backend: EmbeddedBackend, tmp_path: Path
) -> None:
    """The plan of a project, what is not there, the question for the token, and a list without a match."""
    found: dict[str, list[str]] = {}
    narrow = {"width": 380, "height": 800}
    with (
        served(backend, project=_project(tmp_path), token=_TOKEN) as client,
        open_tab(browser, base_url=str(client.base_url), viewport=narrow) as tab,
    ):
        tab.page.goto("/login")
        found["/login"] = _violations(tab)
        tab.page.locator("#access_token").fill(_TOKEN)
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_url("**/")
        for path in ("/project", "/runs/nothing", "/deployments?search=nothing", "/runs?state=FAILED"):
            tab.page.goto(path)
            found[path] = _violations(tab)
            if tab.page.evaluate("document.documentElement.scrollWidth") > narrow["width"]:
                found[path].append("wider than the screen")

    assert {place: each for place, each in found.items() if each} == {}


_SCHEMA: Any = {
    "type": "object",
    "properties": {
        "days": {"type": "integer", "position": 0, "description": "How many days."},
        "mode": {"enum": ["fast", "safe"], "position": 1},
        "place": {"$ref": "#/definitions/Place", "position": 2},
        "token": {"type": "string", "format": "password", "position": 3},
        "extra": {"type": "array", "position": 4},
    },
    "required": ["days", "place"],
    "definitions": {
        "Place": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "height": {"type": "number"}},
            "required": ["city"],
        }
    },
}


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_a_form_with_errors_is_accessible(browser: Browser, backend: EmbeddedBackend) -> None:
    """Each error is told with its field, the first of them is where one goes on, and nothing is run."""
    deployment = Deployment(flow="pay", name="form", work_pool="default", parameter_schema=_SCHEMA)
    assert all(not each.error for each in backend.write([Write(None, deployment)]))
    narrow = {"width": 320, "height": 800}
    with (
        served(backend) as client,
        open_tab(browser, base_url=str(client.base_url), viewport=narrow) as tab,
    ):
        tab.page.goto("/deployment?name=pay/form")
        tab.page.get_by_label("days").fill("many")
        tab.page.get_by_label("height").fill("tall")
        tab.page.get_by_label("extra").fill("[1,")
        tab.page.get_by_role("button", name="Run", exact=True).click()
        tab.page.wait_for_url("**/deployment/run")
        expect(tab.page.get_by_label("days")).to_be_focused()
        for field in ("days", "height", "extra"):
            expect(tab.page.get_by_label(field)).to_have_attribute("aria-invalid", "true")
            expect(tab.page.get_by_label(field)).to_have_accessible_description(re.compile("."))

        assert _violations(tab) == []
        assert tab.page.evaluate("document.documentElement.scrollWidth") == narrow["width"]
        assert backend.runs(RunFilter()) == []


@pytest.mark.parametrize(("width", "shown"), [(320, ".narrow"), (1000, ".wide")])
def test_the_timeline_is_seen_whole(
    browser: Browser, backend: EmbeddedBackend, width: int, shown: str
) -> None:
    """One of two pictures, which ends where the page does."""
    (stored,) = backend.deployments()
    backend.create_run(RunRequest(deployment_id=stored.id))
    with (
        served(backend) as client,
        open_tab(browser, base_url=str(client.base_url), viewport={"width": width, "height": 800}) as tab,
    ):
        tab.page.goto("/")
        expect(tab.page.locator(".picture:visible")).to_have_count(1)
        picture = tab.page.locator(f"{shown}.picture svg")
        expect(picture.get_by_role("link", name="pay/one")).to_be_visible()
        box = picture.bounding_box()

        assert box is not None
        assert box["x"] + box["width"] <= width
        assert tab.page.evaluate("document.documentElement.scrollWidth") == width
        assert not AXE.exists() or _violations(tab) == []


def _violations(tab: Tab) -> list[str]:
    """What is not accessible in light or in dark."""
    tab.page.emulate_media(color_scheme="light")
    found = tab.violations()
    tab.page.emulate_media(color_scheme="dark")
    return [*found, *tab.violations()]
