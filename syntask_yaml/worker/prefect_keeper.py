"""The keeper of a Prefect server: `python -m syntask_yaml.worker.prefect_keeper FOLDER PYTHON ANSWER`.

It is started by a worker, which holds the other end of standard input: when the worker dies, the kernel kills
the process group of the keeper and the server.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from syntask_yaml.files import lock_for_life, write_atomically
from syntask_yaml.worker.lifeline import end_with
from syntask_yaml.worker.prefect_servers import FAILED

# Seconds until the first answer of a server, which migrates a new database.
_PATIENCE = 300.0
_ASK_EVERY = 0.1
_ASK_FOR = 5.0
# Bytes after which a database, whose content is not used, is replaced by a new one.
_LARGEST = 200_000_000
_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_CLI_WRAP_LINES": "false",
    "DO_NOT_TRACK": "1",
}


def main(arguments: Sequence[str]) -> int:
    """Start the server, report its address, and wait for its end."""
    folder, python, answer = arguments
    end_with(0)
    home = _own_folder(Path(folder))
    url, login = f"http://127.0.0.1:{_free_port()}/api", f"syntask:{secrets.token_hex(16)}"
    server = _start(python, home, url, login)
    problem = _wait(server, url, login)
    found = {"error": f"{problem} Its output is in `{home / 'server.log'}`."} if problem else {}
    write_atomically(Path(answer), json.dumps(found or {"url": url, "login": login}))
    if problem:
        server.kill()
        return FAILED
    return server.wait()


def _own_folder(parent: Path) -> Path:
    """Return an unused folder below *parent*; its database is migrated once, and kept."""
    number = 0
    while not lock_for_life(parent / str(number) / "lock"):
        number += 1
    folder = parent / str(number)
    database = folder / "prefect.db"
    if database.exists() and database.stat().st_size > _LARGEST:
        for file in folder.glob("prefect.db*"):
            file.unlink()
    return folder


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _start(python: str, home: Path, url: str, login: str) -> subprocess.Popen[bytes]:
    """Start the server of *url*. It inherits the pipe from the worker, and ends with it even on its own."""
    host, _, port = url.removeprefix("http://").removesuffix("/api").partition(":")
    own = {"PREFECT_HOME": str(home), "PREFECT_SERVER_API_AUTH_STRING": login, **_SETTINGS}
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            [
                python,
                "-P",
                "-m",
                "prefect",
                "server",
                "start",
                "--no-services",
                "--host",
                host,
                "--port",
                port,
            ],
            cwd=home,
            env={**os.environ, **own},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _wait(server: subprocess.Popen[bytes], url: str, login: str) -> str:
    """Wait until the server answers; return the reason if it does not, or an empty string."""
    until = time.monotonic() + _PATIENCE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    token = base64.b64encode(login.encode()).decode()
    request = urllib.request.Request(f"{url}/health", headers={"Authorization": f"Basic {token}"})
    while time.monotonic() < until:
        if server.poll() is not None:
            return f"It exited with code {server.returncode}."
        try:
            with opener.open(request, timeout=_ASK_FOR):
                return ""
        except OSError:
            time.sleep(_ASK_EVERY)
    return f"It did not answer within {_PATIENCE:.0f} seconds."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
