"""Real Prefect 3 servers and stock workers for tests, on loopback and free ports.

A server on a new database takes 9 to 16 seconds to its first answer, one on a copy of a migrated file
about 3: tests make the file once (`migrated_file`), and copy it for each server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import postgres as pg
from tests.support.ports import free_port
from tests.support.processes import clean_environ, end, kill, start

# Bounds on waiting, for machines with other work to do.
_PATIENCE = 900.0
_BUSY = 600.0
# Without certificates, which take longer to load than a call takes.
_PLAIN: Mapping[str, Any] = {"trust_env": False, "verify": False}


# The Prefect of our own environment, and the newer one of another, which `make test` makes.
PYTHON = sys.executable
NEWER = str(Path(__file__).parents[2] / ".prefect-3.9" / "bin" / "python")


def missing(python: str = PYTHON, *, postgres: bool = False) -> str:
    """Why a test that needs a server of the Prefect that *python* has cannot run here; empty if it can."""
    if python == NEWER and not Path(NEWER).exists():
        return "not installed: the newer Prefect, in .prefect-3.9; `make test` makes it"
    if python == PYTHON and find_spec("prefect") is None:
        return "not installed: prefect"
    return pg.missing() if postgres else ""


@cache
def version_of(python: str) -> str:
    """The version of the Prefect that *python* has."""
    code = "from importlib.metadata import version; print(version('prefect'))"
    return subprocess.check_output([python, "-c", code], text=True).strip()


@dataclass
class PrefectServer:
    """A Prefect server. *home* is its folder; *database* a URL, by default of a SQLite file there.

    *python* is the interpreter that has Prefect, and *settings* are more environment variables.
    """

    home: Path
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    python: str = PYTHON
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.database = self.database or f"sqlite+aiosqlite:///{self.file}"

    @property
    def program(self) -> str:
        """The `prefect` command of its version."""
        return str(Path(self.python).with_name("prefect"))

    @property
    def file(self) -> Path:
        """Where its SQLite file is, if it has one."""
        return self.home / "prefect.db"

    @property
    def api(self) -> str:
        """The URL of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def client_environ(self) -> dict[str, str]:
        """The environment of a process that talks to it."""
        home = self.home / "client"
        home.mkdir(exist_ok=True)
        return clean_environ(
            PREFECT_API_URL=self.api,
            PREFECT_HOME=str(home),
            HOME=str(home),
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            PREFECT_CLI_WRAP_LINES="false",
        )

    def start(self) -> PrefectServer:
        """Start it, and wait until it is well."""
        environ = clean_environ(
            PREFECT_HOME=str(self.home),
            HOME=str(self.home),
            PREFECT_API_DATABASE_CONNECTION_URL=self.database,
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            **{"PREFECT_UI_ENABLED": "false", "PREFECT_SERVER_UI_ENABLED": "false", **self.settings},
        )
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        argv = [self.program, "server", "start", *where]
        self.process = start(argv, log=self.home / "server.log", environ=environ)
        self._wait_for_health()
        return self

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process is not None:
            end(self.process)
            self.process = None

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            kill(self.process)
            self.process = None

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Call its API and fail on every error; the answer's JSON."""
        answer = self.answer(method, path, body)
        is_gone = method == "DELETE" and answer.status_code == 404
        if answer.is_error and not is_gone:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def answer(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """What its API answers; asked again while it is too busy."""
        deadline = time.monotonic() + _BUSY
        while True:
            answer = httpx.request(method, f"{self.api}{path}", json=body, timeout=300, **_PLAIN)
            if answer.status_code != 503 or time.monotonic() > deadline:
                return answer
            time.sleep(0.1)

    def every(self, kind: str) -> list[dict[str, Any]]:
        """All objects of *kind* (`deployments`, `flows`, `work_pools` …), page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.request("POST", f"/{kind}/filter", {"limit": 200, "offset": len(found)})
            found += page
            if len(page) < 200:
                return found

    def empty(self) -> None:
        """Delete deployments, flows, pools, automations, variables and blocks."""
        for automation in self.every("automations"):
            self.request("DELETE", f"/automations/{automation['id']}")
        for kind in ("deployments", "flow_runs", "flows"):
            while self.request("POST", f"/{kind}/bulk_delete", {})["deleted"]:
                pass
        for variable in self.every("variables"):
            self.request("DELETE", f"/variables/{variable['id']}")
        for pool in self.every("work_pools"):
            self.request("DELETE", f"/work_pools/{pool['name']}")
        for block in self.every("block_documents"):
            self.request("DELETE", f"/block_documents/{block['id']}")

    def create_pool(self, name: str, *, type: str = "process", **fields: Any) -> None:
        """A new work pool, with a worker's own template where the server knows one."""
        template = fields.pop("base_job_template", None) or self.template(type)
        self.request(
            "POST", "/work_pools/", {"name": name, "type": type, "base_job_template": template, **fields}
        )

    def create_old_block(self, slug: str, name: str, fields: dict[str, Any], data: dict[str, Any]) -> None:
        """A block of Prefect 2, as a migrated database has it; its type may be there already."""
        kinds = [kind for kind in self.every("block_types") if kind["slug"] == slug]
        kind = kinds[0] if kinds else self.request("POST", "/block_types/", {"name": slug, "slug": slug})
        of_type = {"block_type_id": kind["id"]}
        schema = self.request("POST", "/block_schemas/", {**of_type, "fields": fields, "capabilities": []})
        document = {**of_type, "name": name, "data": data, "block_schema_id": schema["id"]}
        self.request("POST", "/block_documents/", document)

    def template(self, type: str) -> Any:
        """The base job template of a worker of *type*; empty where the server knows none."""
        known = self.request("GET", "/collections/views/aggregate-worker-metadata")
        for workers in known.values():
            if type in workers:
                return workers[type]["default_base_job_configuration"]
        return {}

    def _wait_for_health(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                if httpx.get(f"{self.api}/health", timeout=5, **_PLAIN).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.home / "server.log").read_text(encoding="utf-8", errors="replace")
                self.kill()
                raise AssertionError(f"the server did not start:\n{log[-4000:]}")
            time.sleep(0.1)


def migrated_file(folder: Path, *, python: str = PYTHON) -> Path:
    """A SQLite file that a server has made ready; made in *folder* where it is not there yet."""
    file = folder / f"prefect-{version_of(python)}.db"
    if not file.exists():
        draft = PrefectServer(folder / f"draft-{os.getpid()}", python=python)
        draft.start().stop()
        shutil.move(draft.file, file)
        shutil.rmtree(draft.home)
    return file


def migrated_by(python: str, pytestconfig: pytest.Config) -> Path:
    """A SQLite file that a server of the Prefect of *python* has made ready."""
    if reason := missing(python):
        pytest.skip(reason)
    assert pytestconfig.cache is not None
    return migrated_file(pytestconfig.cache.mkdir("prefect"), python=python)


@contextmanager
def sqlite_server(
    home: Path, *, migrated: Path | None = None, python: str = PYTHON, **settings: str
) -> Iterator[PrefectServer]:
    """A running server on SQLite, on a copy of the file *migrated*."""
    server = PrefectServer(home, settings=settings, python=python)
    if migrated is not None:
        shutil.copyfile(migrated, server.file)
    try:
        yield server.start()
    finally:
        server.stop()


@contextmanager
def postgres_server(
    home: Path, database: str, *, python: str = PYTHON, **settings: str
) -> Iterator[PrefectServer]:
    """A running server on the PostgreSQL database at that URL."""
    server = PrefectServer(home, database=database, settings=settings, python=python)
    try:
        yield server.start()
    finally:
        server.stop()


@contextmanager
def stock_worker(
    server: PrefectServer, pool: str, folder: Path, *, name: str = "stock", **environ: str
) -> Iterator[Path]:
    """A stock process worker that looks for runs every second; the file with what it prints."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "worker.log"
    own = {**server.client_environ, "PREFECT_WORKER_QUERY_SECONDS": "1", **environ}
    argv = [server.program, "worker", "start", "--pool", pool, "--type", "process"]
    process = start([*argv, "--name", name], log=log, environ=own, cwd=folder)
    try:
        yield log
    finally:
        end(process)
