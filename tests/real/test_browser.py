"""The pages in a real browser, with a real worker."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import Popen
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, expect

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import RunRequest
from tests.support.browser import AXE, CHROMIUM, open_tab, started_browser
from tests.support.hostile_store import NAME, NOW, SECRET, fill
from tests.support.pages import served
from tests.support.processes import clean_environ, end, kill, start
from tests.support.site import until

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]

_PROJECT = """\
deployments:
  - {name: long, entrypoint: flows.py:count, parameters: {lines: 3}}
"""
_FLOW = """\
import time

from syntask import flow


@flow(log_prints=True)
def count(lines: int) -> None:
    for number in range(lines):
        print(f"line {number}")
    while True:
        time.sleep(0.1)
"""
_LINES = 10_000
_TOKEN = "a-token-for-the-pages"
_OTHER_SITE = """\
<!doctype html><title>Other site</title>
<form method="post" action="{url}/deployment/run">
<input name="name" value="{name}"><input name="p/days" value="1">
</form>
<script>
fetch("{url}/api/runs", {{method: "POST", mode: "no-cors", credentials: "include", body: "{{}}"}})
  .catch(() => {{}}).then(() => document.forms[0].submit());
</script>
"""


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture(name="hostile", scope="module")
def _hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmbeddedBackend, httpx.Client]]:
    backend = EmbeddedBackend.open(tmp_path_factory.mktemp("store") / "syntask.db", clock=lambda: NOW)
    fill(backend, lines=20)
    with served(backend, clock=lambda: NOW) as client:
        yield backend, client
    backend.close()


@dataclass
class Workplace:
    """A project in *folder* with one deployment, and the *worker* that serves it."""

    folder: Path
    worker: Popen[bytes] | None = None

    def serve(self) -> None:
        own = {"SYNTASK_WORKER_GRACE_SECONDS": "1", "SYNTASK_WORKER_LEASE_SECONDS": "3"}
        environ = clean_environ(SYNTASK_HOME=str(self.folder / "home"), **own)
        argv = [sys.executable, "-m", "syntask_yaml", "--no-prompt", "serve"]
        self.worker = start(argv, log=self.folder / "worker.log", environ=environ, cwd=self.folder)

    def kill(self) -> None:
        assert self.worker is not None
        kill(self.worker)

    def ask(self, backend: EmbeddedBackend, **parameters: int) -> str:
        """The id of a run of the deployment, once it is deployed."""
        (stored,) = until(backend.deployments)
        return backend.create_run(RunRequest(deployment_id=stored.id, parameters=parameters)).id


@pytest.fixture(name="workplace")
def _workplace(tmp_path: Path) -> Iterator[Workplace]:
    (tmp_path / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    (tmp_path / "flows.py").write_text(_FLOW, encoding="utf-8")
    workplace = Workplace(tmp_path)
    workplace.serve()
    yield workplace
    if workplace.worker is not None:
        end(workplace.worker)


@pytest.fixture(name="working")
def _working(workplace: Workplace) -> Iterator[EmbeddedBackend]:
    """The store of the workplace."""
    with closing(EmbeddedBackend.open(workplace.folder / "home/syntask.db")) as backend:
        yield backend


def test_a_run_from_its_form_to_its_end_with_the_keyboard_alone(
    browser: Browser, working: EmbeddedBackend
) -> None:
    """An error at its field, then 10,000 lines in order while they are written, then cancelled."""
    with served(working) as client, open_tab(browser, base_url=str(client.base_url)) as tab:
        page = tab.page
        page.goto("/deployments")
        while not page.locator("main td a").count():  # until it is deployed
            page.reload()
        tab.tab_to("main td a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/deployment?*")
        tab.tab_to("[name='p/lines']")
        page.keyboard.press("Control+a")
        page.keyboard.type("many")
        page.keyboard.press("Enter")
        page.wait_for_url("**/deployment/run")
        expect(page.locator("[name='p/lines']")).to_be_focused()
        expect(page.locator("[name='p/lines']")).to_have_accessible_description("Enter a whole number.")
        page.keyboard.press("Control+a")
        page.keyboard.type(str(_LINES))
        page.keyboard.press("Enter")
        last = page.locator("#log .line", has_text=f"line {_LINES - 1}")
        expect(last).to_have_count(1, timeout=60_000)
        lines = page.locator("#log .line").all_text_contents()
        numbers = [found[1] for line in lines if (found := re.search(r" line (\d+)$", line))]
        assert numbers == [str(number) for number in range(_LINES)]
        tab.tab_to("#actions button")
        page.keyboard.press("Enter")
        expect(page.locator("#state .state")).to_have_text("Cancelled", timeout=60_000)
        expect(page.locator("#log")).to_have_attribute("data-status", "ended", timeout=60_000)

        assert tab.hosts == {"127.0.0.1"}
        assert [each for each in tab.complaints if "400" not in each] == []


@pytest.mark.torture
def test_what_one_tab_does_the_other_one_shows(
    browser: Browser, working: EmbeddedBackend, workplace: Workplace
) -> None:
    """Without a reload, and the whole log in both of them."""
    run = workplace.ask(working, lines=50)
    with served(working) as client, ExitStack() as stack:
        url = str(client.base_url)
        one, other = (stack.enter_context(open_tab(browser, base_url=url)).page for _ in range(2))
        for page in (one, other):
            page.goto(f"/runs/{run}")
            expect(page.locator("#log .line", has_text="line 49")).to_have_count(1, timeout=60_000)
        other.get_by_role("button", name="Cancel").click()
        for page in (one, other):
            expect(page.locator("#state .state")).to_have_text("Cancelled", timeout=60_000)
            expect(page.locator("#log")).to_have_attribute("data-status", "ended", timeout=60_000)
        assert [page.locator("#log .line").count() for page in (one, other)] == [len(working.logs(run))] * 2


@pytest.mark.torture
def test_a_worker_that_is_killed_is_missed_on_the_page(
    browser: Browser, working: EmbeddedBackend, workplace: Workplace
) -> None:
    """The page shows what is known of the run, and that it crashed once another worker finds it."""
    run = workplace.ask(working, lines=5)
    with served(working) as client, open_tab(browser, base_url=str(client.base_url)) as tab:
        tab.page.goto(f"/runs/{run}")
        expect(tab.page.locator("#log .line", has_text="line 4")).to_have_count(1, timeout=60_000)
        workplace.kill()
        expect(tab.page.locator("#state .state")).to_have_text("Running")
        workplace.serve()
        expect(tab.page.locator("#state .state")).to_have_text("Crashed", timeout=60_000)
        expect(tab.page.locator("#actions button")).to_have_text("Run again")
        assert tab.page.locator("#log .line", has_text="line 0").count() == 1
        assert tab.complaints == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_every_page_is_accessible_and_runs_nothing_of_others(
    browser: Browser, hostile: tuple[EmbeddedBackend, httpx.Client]
) -> None:
    """By the rules of axe, in light and dark, on a narrow screen, with hostile names on it."""
    backend, client = hostile
    run = backend.runs(RunFilter(until=NOW, limit=1))[0].id
    paths = [
        "/",
        "/runs",
        f"/runs/{run}",
        "/deployments",
        f"/deployment?name={NAME}",
        "/pools",
        "/values",
        "/api",
    ]
    found: dict[str, list[str]] = {}
    with open_tab(browser, base_url=str(client.base_url), viewport={"width": 380, "height": 800}) as tab:
        for path in paths:
            tab.page.goto(path)
            if path.startswith("/runs/"):
                expect(tab.page.locator("#log")).to_have_attribute("data-status", "ended")
            tab.page.emulate_media(color_scheme="light")
            found[path] = tab.violations()
            tab.page.emulate_media(color_scheme="dark")
            found[path] += tab.violations()
            if tab.page.evaluate("document.documentElement.scrollWidth") > 380:
                found[path].append("wider than the screen")

    assert found == {path: [] for path in paths}
    assert tab.complaints == []
    assert tab.hosts == {"127.0.0.1"}


def test_another_site_changes_nothing(
    browser: Browser, hostile: tuple[EmbeddedBackend, httpx.Client]
) -> None:
    """Though the browser has a session, and would send whatever that site asks it to."""
    backend, client = hostile
    body = _OTHER_SITE.format(url=str(client.base_url).rstrip("/"), name=NAME).encode()
    before = backend.runs(RunFilter())
    with other_site(body) as url, open_tab(browser) as tab:
        tab.page.goto(f"{client.base_url}/deployment?name={NAME}")
        tab.page.goto(url)
        tab.page.wait_for_url("**/deployment/run")
        answer = tab.page.content()

    assert "another site" in answer
    assert backend.runs(RunFilter()) == before


_READS = """\
<!doctype html><title>Other site</title>
<iframe src="{url}/"></iframe>
<script src="{url}/api/runs"></script>
<script>
window.read = fetch("{url}/api/runs", {{credentials: "include"}})
  .then((answer) => answer.text()).catch(() => "");
const opened = (channel) => new Promise((tell) => {{
  channel.onopen = channel.onmessage = () => tell("opened");
  channel.onerror = () => tell("refused");
}});
window.channels = Promise.all([
  opened(new EventSource("{url}/api/status", {{withCredentials: true}})),
  opened(new WebSocket("{url}/runs".replace("http", "ws"))),
]);
</script>
<a href="{url}/runs">Their runs</a>
"""


def test_another_site_reads_nothing_under_our_name_or_another(
    browser: Browser, hostile: tuple[EmbeddedBackend, httpx.Client]
) -> None:
    """Neither in a frame, nor as a script, nor by asking; nor by a name that it has lead to this machine."""
    _, client = hostile
    url = str(client.base_url).rstrip("/")
    with other_site(_READS.format(url=url).encode()) as site, open_tab(browser) as tab:
        failed: list[str] = []
        tab.page.on("requestfailed", lambda request: failed.append(urlsplit(request.url).path))
        tab.page.goto(site)
        read = tab.page.evaluate("window.read")
        channels = tab.page.evaluate("window.channels")
        frame = tab.page.frames[1].content()
        # What a name of theirs leads to that changes its address: the browser takes it for their own site.
        rebound = tab.page.goto(f"http://rebound.localhost:{client.base_url.port}/")

    assert read == ""
    assert channels == ["refused", "refused"]
    assert "Timeline" not in frame
    assert sorted(each for each in failed if each not in ("/api/status", "/runs")) == [
        *("/", "/api/runs", "/api/runs")
    ]
    assert rebound is not None
    assert rebound.status == 403


def test_a_link_of_another_site_carries_no_session(
    browser: Browser, hostile: tuple[EmbeddedBackend, httpx.Client]
) -> None:
    """Who comes from elsewhere is asked for the token again, and finds what they had in their own tab."""
    backend, _ = hostile
    with served(backend, token=_TOKEN) as client, open_tab(browser) as tab:
        url = str(client.base_url).rstrip("/")
        tab.page.goto(f"{url}/login")
        tab.page.locator("#access_token").fill(_TOKEN)
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_url(f"{url}/")
        with other_site(_READS.format(url=url).encode()) as site:
            tab.page.goto(site)
            assert "Timeline" not in tab.page.frames[1].content()
            assert tab.page.evaluate("window.read") == ""
            tab.page.get_by_role("link", name="Their runs").click()
            tab.page.wait_for_url(f"{url}/login")
        tab.page.goto(f"{url}/runs")
        expect(tab.page.get_by_role("heading", name="Runs")).to_have_count(1)


def test_pages_that_only_show_are_changed_by_nobody(
    browser: Browser, hostile: tuple[EmbeddedBackend, httpx.Client]
) -> None:
    """Neither by another site, nor from a page of theirs; and there is no button that would."""
    backend, _ = hostile
    before = backend.runs(RunFilter())
    with served(backend, clock=lambda: NOW, is_read_only=True) as client, open_tab(browser) as tab:
        url = str(client.base_url).rstrip("/")
        tab.page.goto(f"{url}/deployment?name={NAME}")
        assert tab.page.locator("form[method=post]").count() == 0
        own = tab.page.evaluate(_ASK, "/api/runs")
        with other_site(_OTHER_SITE.format(url=url, name=NAME).encode()) as site:
            tab.page.goto(site)
            tab.page.wait_for_url("**/deployment/run")
            answer = tab.page.content()

    assert own == 403
    assert "another site" in answer or "read-only" in answer
    assert backend.runs(RunFilter()) == before


_ASK = """path => fetch(path, {method: "POST", headers: {"content-type": "application/json"}, body: "{}"})
  .then((answer) => answer.status)"""
_INLINE = """() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
  document.body.setAttribute("onclick", "window.ran = true");
  document.body.click();
  return window.ran === true;
}"""


def test_a_page_runs_no_script_of_its_own_text_and_shows_no_secret(
    browser: Browser, hostile: tuple[EmbeddedBackend, httpx.Client]
) -> None:
    """Even if a name found its way into a page as markup, the browser would not execute it."""
    backend, client = hostile
    run = backend.runs(RunFilter(until=NOW, limit=1))[0].id
    paths = ["/", f"/runs/{run}", f"/deployment?name={NAME}", "/values", "/pools", "/api"]
    shown: dict[str, tuple[bool, bool]] = {}
    with open_tab(browser, base_url=str(client.base_url)) as tab:
        for path in paths:
            tab.page.goto(path)
            shown[path] = (SECRET in tab.page.content(), tab.page.evaluate(_INLINE))
        without_token = tab.page.evaluate(_ASK, "/deployment/run")

    assert shown == dict.fromkeys(paths, (False, False))
    assert without_token == 403


@contextmanager
def other_site(body: bytes) -> Iterator[str]:
    """Serve a page with *body* under another name meanwhile; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
