"""A server for each version that asks, with a program that answers as Prefect's server does."""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.worker.prefect_servers import PrefectServers
from syntask_yaml.worker.protocol import SERVERS
from tests.support.processes import children_of, is_alive
from tests.support.site import until

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SERVER = f"""\
#!{sys.executable}
import base64, http.server, os, sys

arguments = sys.argv[1:]
assert arguments[:5] == ["-P", "-m", "prefect", "server", "start"], arguments
assert not [name for name in os.environ if name == "PREFECT_API_URL"]

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        login = base64.b64encode(os.environ["PREFECT_SERVER_API_AUTH_STRING"].encode()).decode()
        is_right = self.headers.get("Authorization") == f"Basic {{login}}"
        self.send_response(200 if is_right and self.path == "/api/health" else 401)
        self.end_headers()

address = (arguments[arguments.index("--host") + 1], int(arguments[arguments.index("--port") + 1]))
http.server.HTTPServer(address, Handler).serve_forever()
"""


class Desk:
    """Servers of this process, and the folder where they are asked for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.servers = PrefectServers(
            home / "home", {**os.environ, "PREFECT_API_URL": "http://127.0.0.1:9/api"}
        )
        self.folder = Path(self.servers.environ[SERVERS])
        self.now = NOW

    def ask(self, version: str, server: str = _SERVER) -> dict[str, str]:
        """What the server of *version* answers, which is the program *server*."""
        program = self.home / f"python-{version}"
        program.write_text(server, encoding="utf-8")
        program.chmod(0o700)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{version}.wanted").write_text(str(program), encoding="utf-8")
        answer = self.folder / f"{version}.answer"
        self.until(answer.exists)
        found: dict[str, str] = json.loads(answer.read_text(encoding="utf-8"))
        return found

    def tick(self, *, seconds: float = 0.0) -> None:
        self.now += timedelta(seconds=seconds)
        self.servers.tick(self.now)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Tick until that is so."""

        def look() -> bool:
            self.tick()
            return is_so()

        until(look)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    with desk.servers:
        yield desk


def answers(found: dict[str, str], login: str | None = None) -> int:
    """The status of the server's health for *login*, or 0 where nobody answers."""
    token = base64.b64encode((login or found["login"]).encode()).decode()
    request = urllib.request.Request(f"{found['url']}/health", headers={"Authorization": f"Basic {token}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_nothing_is_started_before_somebody_asks(desk: Desk) -> None:
    before = children_of(os.getpid())
    desk.tick()
    assert children_of(os.getpid()) == before
    assert not (desk.home / "home").exists()


def test_who_asks_gets_one_that_is_on_loopback_and_has_a_password(desk: Desk) -> None:
    found = desk.ask("3.8.8")
    assert found["url"].startswith("http://127.0.0.1:")
    assert answers(found) == 200
    assert answers(found, "syntask:guessed") == 401
    assert desk.ask("3.8.8") == found
    other = desk.ask("3.9.1")
    assert other["url"] != found["url"]


def test_it_ends_with_its_worker(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.servers:
        found = desk.ask("3.8.8")
    assert answers(found) == 0
    assert [each.name for each in (tmp_path / "home" / "prefect").iterdir()] == ["3.8.8"]


def test_a_second_worker_has_a_folder_of_its_own(desk: Desk) -> None:
    """And the next one has the first one's, with its database."""
    found = [desk.ask("3.8.8")]
    other = PrefectServers(desk.home / "home", dict(os.environ))
    other._folder = other._folder.with_name(f"worker-{os.getppid()}")
    with other:
        second = Desk(desk.home)
        second.servers, second.folder = other, other._folder
        found.append(second.ask("3.8.8"))
        assert found[0]["url"] != found[1]["url"]
    assert sorted(each.name for each in (desk.home / "home" / "prefect" / "3.8.8").iterdir()) == ["0", "1"]


@pytest.mark.parametrize("victim", ["keeper", "server"])
def test_one_that_was_killed_is_replaced_when_somebody_asks(desk: Desk, victim: str) -> None:
    before = desk.ask("3.8.8")
    keeper = desk.servers._keepers["3.8.8"].pid
    (server,) = children_of(keeper)
    os.kill(keeper if victim == "keeper" else server, signal.SIGKILL)
    desk.until(lambda: not (desk.folder / "3.8.8.answer").exists())
    until(lambda: not is_alive(server))
    after = desk.ask("3.8.8")
    assert answers(before) == 0
    assert answers(after) == 200


def test_one_that_does_not_start_says_so_for_a_while(desk: Desk) -> None:
    """Those who wait are to see it; who comes later gets another try."""
    found = desk.ask("3.8.8", "#!/bin/sh\necho no such table\nexit 7\n")
    log = desk.home / "home" / "prefect" / "3.8.8" / "0" / "server.log"
    assert found == {"error": f"It exited with code 7. Its output is in `{log}`."}
    assert log.read_text(encoding="utf-8") == "no such table\n"
    until(lambda: desk.servers._keepers["3.8.8"].poll() is not None)
    desk.tick(seconds=1)
    desk.tick(seconds=5)
    assert (desk.folder / "3.8.8.answer").exists()
    desk.tick(seconds=10)
    assert not (desk.folder / "3.8.8.answer").exists()
    assert answers(desk.ask("3.8.8")) == 200


def test_a_program_that_is_not_there_is_no_answer_and_no_end(desk: Desk) -> None:
    """The keeper ends, and whoever asks next is served."""
    desk.folder.mkdir(parents=True)
    (desk.folder / "3.8.8.wanted").write_text("/no/such/python", encoding="utf-8")
    desk.until(lambda: not (desk.folder / "3.8.8.wanted").exists())
    assert answers(desk.ask("3.8.8")) == 200


def test_what_killed_workers_left_behind_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "home" / "prefect" / "worker-4194999"
    left.mkdir(parents=True)
    with Desk(tmp_path).servers:
        assert not left.exists()


def test_a_large_database_begins_anew(desk: Desk) -> None:
    folder = desk.home / "home" / "prefect" / "3.8.8" / "0"
    folder.mkdir(parents=True)
    for name in ("prefect.db", "prefect.db-wal"):
        with (folder / name).open("wb") as file:
            file.truncate(300_000_000)
    desk.ask("3.8.8")
    assert sorted(each.name for each in folder.iterdir()) == ["lock", "server.log"]
