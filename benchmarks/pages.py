"""The pages: what the first one costs with a long history, how soon a line of a log is on one, what open ones
cost a worker, and how soon a browser shows something useful, beside the pages of Prefect's own server.
"""

from __future__ import annotations

import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser

from benchmarks import history
from benchmarks.measure import SCRIPTS
from benchmarks.table import Table, seconds, times
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import LogLine, RunRequest
from tests.support.browser import open_tab, started_browser
from tests.support.ports import free_port
from tests.support.prefect_server import PrefectServer
from tests.support.processes import clean_environ, end, peak_memory, start
from tests.support.site import Site

DEPLOYMENTS = 5_000
RUNS = int(os.environ.get("SYNTASK_BENCH_HISTORY", "1000000"))
# What Prefect's server has beside ours, in the comparison.
_PEER_RUNS = 10_000
_PAGES = 50
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 120.0


def measure() -> Table:
    """A full store, and two of the same size beside each other."""
    table = Table("Pages in a browser", ("what", "syntask", "Prefect", "ratio"))
    with tempfile.TemporaryDirectory() as folder, started_browser() as browser:
        table.rows.extend(_full(Path(folder) / "full", browser))
        table.rows.extend(_printed(Path(folder) / "told", browser))
        table.rows.extend(_beside(Path(folder), browser))
    table.notes.append(_note())
    return table


def _note() -> str:
    return (
        f"The full store has {RUNS:,} runs of {DEPLOYMENTS:,} deployments; `syntask ui` serves its pages. "
        f"Beside Prefect's own pages, both have {_PEER_RUNS:,} runs of {DEPLOYMENTS:,} deployments, and the "
        "browser knows nothing of either; a useful picture is one that shows runs, or deployments. Target: "
        "150 ms and 60 MiB for the first page, 150 ms for a line, nothing for open pages, 5 times sooner. "
        f"The load of the machine was {os.getloadavg()[1]:.0f} in the last five minutes."
    )


def _printed(folder: Path, browser: Browser) -> Iterator[tuple[str, ...]]:
    delays = _print_delays(folder, browser)
    yield "a line that a flow prints to the page, p50", seconds(statistics.median(delays)), "", ""
    yield "p90", seconds(statistics.quantiles(delays, n=10)[-1]), "", ""


def _full(home: Path, browser: Browser) -> Iterator[tuple[str, ...]]:
    with ExitStack() as stack:
        store = history._store(stack, home, DEPLOYMENTS)
        history._fill(store, RUNS)
        pages = stack.enter_context(_pages(home))
        costs = [pages.cost("/") for _ in range(12)]
        yield "the first page, full store, CPU, median", seconds(statistics.median(costs[2:])), "", ""
        yield "the same for the first time", seconds(costs[0]), "", ""
        yield "memory of the server of the pages", f"{peak_memory(pages.pid) / 2**20:.0f} MiB", "", ""
        delays = _line_delays(store.backend, store.ids[0], pages.url, browser)
        yield "a line of a log in the store to the page, p50", seconds(statistics.median(delays)), "", ""
        yield "p90", seconds(statistics.quantiles(delays, n=10)[-1]), "", ""
        alone, watched = _write_costs(store.backend, store.ids[0], pages.url, browser)
        yield "a line that is written, CPU of the writer, no page", f"{alone * 1e6:.0f} µs", "", ""
        what = f"the same while {_PAGES} tabs of a browser follow the log"
        yield what, f"{watched * 1e6:.0f} µs", "", times(watched / alone)


class _Pages:
    """`syntask ui` at *url*, the process *pid*."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=60)

    def cost(self, path: str) -> float:
        """The CPU seconds that the server needs for a page."""
        before = _cpu(self.pid)
        for _ in range(_TIMES):
            self._client.get(path).raise_for_status()
        return (_cpu(self.pid) - before) / _TIMES


# The kernel counts CPU time in steps of 10 ms.
_TIMES = 5


@contextmanager
def _pages(home: Path) -> Iterator[_Pages]:
    log = home / "ui.log"
    environ = clean_environ(SYNTASK_HOME=str(home))
    process = start([str(SCRIPTS / "syntask"), "ui", "--port", "0"], log=log, environ=environ, cwd=home)
    try:
        deadline = time.monotonic() + _PATIENCE
        while "http://" not in (text := log.read_text(encoding="utf-8")):
            assert time.monotonic() < deadline, text
            time.sleep(0.05)
        yield _Pages(f"http://{text.split('http://')[1].split('/')[0]}", process.pid)
    finally:
        end(process)


_WAIT_FOR = """(text) => {
  window.seen = new Promise((resolve) => {
    const look = () => document.getElementById("log").textContent.includes(text)
      ? resolve(Date.now()) : setTimeout(look, 2);
    look();
  });
}"""


def _line_delays(backend: EmbeddedBackend, deployment: str, url: str, browser: Browser) -> Sequence[float]:
    """How long after a line was written it is on a page that a browser shows."""
    run = backend.create_run(RunRequest(deployment_id=deployment)).id
    delays = []
    with open_tab(browser) as tab:
        tab.page.goto(f"{url}/runs/{run}")
        for number in range(40):
            text = f"line number {number} of the log"
            tab.page.evaluate(_WAIT_FOR, text)
            time.sleep(0.05 + 0.013 * (number % 10))
            written = time.time()
            backend.append_logs(run, [LogLine(history._now(), 20, text)])
            delays.append(tab.page.evaluate("window.seen") / 1000 - written)
    return delays


_FLOW = """\
import time

from syntask import flow


@flow(log_prints=True)
def tell() -> None:
    time.sleep(5)
    for number in range(60):
        time.sleep(0.1 + 0.013 * (number % 10))
        print(f"printed at {time.time():.6f}")
"""
# When each line came onto the page.
_NOTE_LINES = """() => {
  window.lines = [];
  const note = (changes) => {
    for (const change of changes)
      for (const line of change.addedNodes) window.lines.push([Date.now() / 1000, line.textContent]);
  };
  new MutationObserver(note).observe(document.getElementById("log"), { childList: true });
}"""
_PRINTED = re.compile(r"printed at ([\d.]+)")


def _print_delays(folder: Path, browser: Browser) -> Sequence[float]:
    """How long after a flow printed a line, in a run of a worker, it is on a page that a browser shows."""
    site = Site(folder)
    (site.code / "flows.py").write_text(_FLOW, encoding="utf-8")
    site.deploy({"tell": {"entrypoint": "flows.py:tell"}})
    with site.worker(), _pages(site.home) as pages, open_tab(browser) as tab:
        (run,) = site.ask("tell")
        tab.page.goto(f"{pages.url}/runs/{run}")
        tab.page.evaluate(_NOTE_LINES)
        tab.page.wait_for_selector("#log[data-status=ended]", timeout=_PATIENCE * 1000)
        lines: list[tuple[float, str]] = tab.page.evaluate("window.lines")
    return [seen - float(found[1]) for seen, text in lines if (found := _PRINTED.search(text))]


def _write_costs(
    backend: EmbeddedBackend, deployment: str, url: str, browser: Browser
) -> tuple[float, float]:
    """The CPU seconds of this process for a line that it writes: alone, and while many tabs follow."""
    run = backend.create_run(RunRequest(deployment_id=deployment)).id
    alone = [_write_cost(backend, run) for _ in range(3)]
    with closing(browser.new_context()) as context:
        for _ in range(_PAGES):
            page = context.new_page()
            page.goto(f"{url}/runs/{run}", timeout=_PATIENCE * 1000)
            page.wait_for_selector("#log[data-status=current]", timeout=_PATIENCE * 1000)
        watched = [_write_cost(backend, run) for _ in range(3)]
    return min(alone), min(watched)


def _write_cost(backend: EmbeddedBackend, run: str, lines: int = 300) -> float:
    began = time.process_time()
    for number in range(lines):
        backend.append_logs(run, [LogLine(history._now(), 20, f"line {number}")])
        time.sleep(0.002)
    return (time.process_time() - began) / lines


def _beside(folder: Path, browser: Browser) -> Iterator[tuple[str, ...]]:
    with ExitStack() as stack:
        home = folder / "same"
        store = history._store(stack, home, DEPLOYMENTS)
        history._fill(store, _PEER_RUNS)
        ours = stack.enter_context(_pages(home)).url
        server = stack.enter_context(_server(folder / "prefect"))
        _fill_server(server)
        theirs = server.api.removesuffix("/api")
        for what, our_page, our_sign, their_page, their_sign in _SIGHTS:
            pairs = [
                (_sight(browser, ours + our_page, our_sign), _sight(browser, theirs + their_page, their_sign))
                for _ in range(5)
            ]
            our, their = (statistics.median(each) for each in zip(*pairs, strict=True))
            yield what, seconds(our), seconds(their), times(their / our)


# What somebody wants to see, and on the page of each what shows that it is there.
_SIGHTS = (
    (
        "to the timeline of the first page",
        "/",
        ".run-timeline rect",
        "/dashboard",
        ".flow-run-state-type-count__value",
    ),
    ("to the list of runs", "/runs", "main td a", "/runs", ".flow-run-list-item"),
    (
        "to the list of deployments",
        "/deployments",
        "main td a",
        "/deployments",
        ".deployment-list__name",
    ),
)


def _sight(browser: Browser, url: str, sign: str) -> float:
    """Seconds from asking for a page to what is looked for on it."""
    with open_tab(browser, viewport={"width": 1280, "height": 900}) as tab:
        began = time.perf_counter()
        tab.page.goto(url, wait_until="commit")
        tab.page.wait_for_selector(sign, state="visible", timeout=_PATIENCE * 1000)
        return time.perf_counter() - began


@contextmanager
def _server(home: Path) -> Iterator[PrefectServer]:
    """A server with its pages, which ask the API where it really is."""
    port = free_port()
    own = {"UI_ENABLED": "true", "UI_API_URL": f"http://127.0.0.1:{port}/api"}
    settings = {f"PREFECT_{part}{key}": value for part in ("", "SERVER_") for key, value in own.items()}
    server = PrefectServer(home, port=port, settings=settings).start()
    try:
        yield server
    finally:
        server.stop()


def _fill_server(server: PrefectServer) -> None:
    """Give a server as many deployments and runs: one made by its API, the others as copies of its rows."""
    flow = server.request("POST", "/flows/", {"name": "flow-0"})["id"]
    body = {"name": "deployment-0", "flow_id": flow, "entrypoint": "flows.py:flow"}
    deployment = server.request("POST", "/deployments/", body)["id"]
    run = server.request("POST", f"/deployments/{deployment}/create_flow_run", {})["id"]
    state = {"state": {"type": "COMPLETED", "name": "Completed"}, "force": True}
    server.request("POST", f"/flow_runs/{run}/set_state", state)
    server.stop()
    with closing(sqlite3.connect(server.file)) as connection, connection:
        deployments = [deployment]
        for number in range(1, DEPLOYMENTS):
            deployments.append(_copied(connection, "deployment", deployment, name=f"deployment-{number}"))
        for number in range(1, _PEER_RUNS):
            due = time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime(time.time() - 8 * number))
            _copied(
                connection,
                "flow_run",
                run,
                name=f"run-{number}",
                deployment_id=deployments[number % DEPLOYMENTS],
                idempotency_key=str(number),
                expected_start_time=due,
                start_time=due,
                end_time=due,
                created=due,
                state_id=None,
            )
    server.start()


def _copied(connection: sqlite3.Connection, table: str, id: str, **changed: object) -> str:
    """The id of a copy of the row *id*, in which some columns are *changed*."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    new = str(uuid.uuid4())
    values = {"id": new, **changed}
    chosen = ", ".join(f":{name}" if name in values else f'"{name}"' for name in columns)
    into = ", ".join(f'"{name}"' for name in columns)
    connection.execute(
        f"INSERT INTO {table} ({into}) SELECT {chosen} FROM {table} WHERE id = :from_id",
        {**values, "from_id": id},
    )
    return new


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
