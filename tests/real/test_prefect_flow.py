"""Flows under Prefect's own decorator, executed by the embedded worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.model.run import State, StateType
from tests.support.prefect_server import missing, sqlite_server
from tests.support.site import Site

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(missing()), reason=missing() or "it is installed")]

FLOWS = '''
from prefect import flow, get_run_logger, task

ATTEMPTS = []

@task
def double(number: int) -> int:
    return 2 * number

@flow(log_prints=True, retries=1)
def doubles(number: int = 1):
    """Fails the first time."""
    ATTEMPTS.append(number)
    print("attempt", len(ATTEMPTS))
    if len(ATTEMPTS) == 1:
        raise OSError("not yet")
    print("twice", double(number))
    get_run_logger().warning("logged")

@flow
async def waits(name: str):
    print("hello", name)

@flow
def fails():
    raise ValueError("no such order")
'''


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Iterator[Site]:
    """Flows that tell their server; without one, each would start its own."""
    with sqlite_server(tmp_path / "server") as server:
        site = Site(tmp_path / "site")
        (site.code / "flows.py").write_text(FLOWS, encoding="utf-8")
        env = {name: server.client_environ[name] for name in ("PREFECT_API_URL", "PREFECT_HOME")}
        pool = {"name": "default", "job_variables": {"env": env}}
        parameters = {"doubles": {"number": 21}, "waits": {"name": "Ada"}, "fails": {}}
        site.deploy(
            {
                name: {"entrypoint": f"flows.py:{name}", "work_pool": pool, "parameters": given}
                for name, given in parameters.items()
            }
        )
        yield site


def test_they_run_as_they_do_elsewhere(site: Site) -> None:
    """With Prefect's retries, tasks and loggers, and the state that they end in."""
    runs = {name: site.ask(name)[0] for name in ("doubles", "waits", "fails")}
    site.work()

    states = {name: site.run(run).state for name, run in runs.items()}
    assert states == {
        "doubles": State(StateType.COMPLETED),
        "waits": State(StateType.COMPLETED),
        "fails": State(StateType.FAILED, message="ValueError: no such order"),
    }
    text = site.text(runs["doubles"])
    assert all(words in text for words in ("attempt 1", "attempt 2", "twice 42", "logged"))
    assert "hello Ada" in site.text(runs["waits"])
