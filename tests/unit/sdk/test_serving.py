"""What `serve` refuses; `tests/acceptance/test_serving.py` has what it does."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from syntask import flow, serve
from syntask_yaml import api
from syntask_yaml.errors import BackendConflict, ProjectInvalid, UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.sdk.serving import POOL


@flow
def plain() -> None: ...


def test_what_cannot_be_served_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to serve"):
        serve()
    with pytest.raises(UsageError, match="no web server"):
        plain.serve(webserver=True)
    with pytest.raises(UsageError, match=r"no argument `limits`") as refused:
        serve(plain.to_deployment("a"), limits=3)
    assert "`limit`" in refused.value.hint
    with pytest.raises(UsageError, match="`limit` is 0"):
        plain.serve(limit=0)
    with pytest.raises(UsageError, match="`serve` was given a Flow"):
        serve(plain)  # type: ignore[arg-type]
    with pytest.raises(ProjectInvalid, match="`name` is the number 5"):
        plain.serve(5)  # type: ignore[arg-type]

    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            plain.serve()
        except UsageError as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


def test_a_pool_of_another_type_is_not_served() -> None:
    with api.open_backend() as backend:
        backend.create_pool(WorkPool(name=POOL, type="docker"))
    with pytest.raises(BackendConflict, match="`docker`"):
        plain.serve()
    assert api.deployments() == []


_WAITS = """
import os, sys
from syntask_yaml.cli.stock_worker import StockWorker
from syntask_yaml.sdk.serving import stock_service

code = "import time; print(1, flush=True); time.sleep(600)"
stock_service(StockWorker([sys.executable, "-c", code], os.environ)).work()
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_the_worker_of_a_server_ends_with_who_serves(number: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", _WAITS], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # the worker is there, and has the other end of the pipe
    process.send_signal(number)
    assert process.stdout.read() == ("ended\n" if number is signal.SIGTERM else "")  # and lets go of it
    process.wait(60)
    process.stdout.close()
