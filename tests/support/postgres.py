"""A real PostgreSQL for tests: a cluster of its own in a temporary folder, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.ports import free_port

_PROGRAMS = ("initdb", "pg_ctl", "createdb")


def missing() -> str:
    """Why a test that needs PostgreSQL cannot run here; empty if it can."""
    absent = [program for program in _PROGRAMS if _find(program) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running cluster that trusts everybody on this machine."""

    port: int
    home: Path

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """A new database, a copy of *template*; its URL for Prefect."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        _run("createdb", *where, "-T", template, name, cwd=self.home)
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A new cluster, and its end."""
    with TemporaryDirectory(prefix="syntask-postgres-") as name:
        home = Path(name).resolve()
        if _is_root():
            shutil.chown(home, "postgres", "postgres")
        data, port = str(home / "data"), free_port()
        _run(
            "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "-N", cwd=home
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
        log = str(home / "log")
        _run("pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start", cwd=home)
        try:
            yield Postgres(port, home)
        finally:
            _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", cwd=home)


def _run(program: str, *arguments: str, cwd: Path) -> None:
    # It refuses to run as root, and a daemon would hold on to a pipe of ours.
    user = "postgres" if _is_root() else None
    with (cwd / f"{program}.log").open("ab") as log:
        subprocess.run(
            [_find(program) or program, *arguments],
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C", "HOME": str(cwd)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )


def _is_root() -> bool:
    return os.geteuid() == 0


def _find(program: str) -> str | None:
    folders = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return shutil.which(program, path=os.pathsep.join([*folders, os.environ["PATH"]]))
