"""A script that serves its flows, as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syntask_yaml import api

SERVED = """\
import asyncio
import sys

from syntask import aserve, flow, serve


@flow(log_prints=True)
def my_flow(name: str = "world") -> None:
    print(f"Good morning, {name}.")


async def beside() -> None:
    served = asyncio.create_task(aserve(my_flow.to_deployment("my-deployment")))
    while not served.done():
        await asyncio.sleep(0.1)
    print("went on beside it")


if __name__ == "__main__":
    if sys.argv[1:] == ["beside"]:
        asyncio.run(beside())
    elif sys.argv[1:] == ["both"]:
        serve(my_flow.to_deployment("a"), my_flow.to_deployment("b"), pause_on_shutdown=False, limit=1)
    else:
        my_flow.serve(name="my-deployment", parameters={"name": "Marvin"}, cron="0 6 1 1 *")
    print("stopped")
"""
PATIENCE = 120.0


@contextmanager
def serving(
    folder: Path, *arguments: str, said: str = "Serving", stdout: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """The script in *folder* once it *said* that, with the environment of the test.

    *stdout* is a descriptor that its standard output goes to in place of its log.
    """
    (folder / "served.py").write_text(SERVED, encoding="utf-8")
    log = (folder / "served.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "served.py", *arguments],
        cwd=folder,
        env=os.environ,
        stdout=log if stdout is None else stdout,
        stderr=log,
        text=True,
    )
    try:
        until = time.monotonic() + PATIENCE
        while said not in (text := (folder / "served.log").read_text()):
            assert process.poll() is None, text
            assert time.monotonic() < until, text
            time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        log.close()


def stop(process: subprocess.Popen[str], folder: Path) -> str:
    """Stop it as an operator would; what it said."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0, (folder / "served.log").read_text()
    return (folder / "served.log").read_text()


def messages(run: api.Run) -> list[str]:
    return [line.message for line in api.logs(run)]
