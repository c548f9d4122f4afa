"""Real processes that serve their flows on the embedded backend."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from syntask_yaml import api
from tests.support.served import PATIENCE, messages, serving, stop


def paused() -> dict[str, object]:
    return {each.deployment.full_name: each.deployment.paused for each in api.deployments()}


def test_a_flow_is_served_until_it_is_stopped_and_then_paused(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        run = api.wait(api.run("my-flow/my-deployment"), timeout=PATIENCE)
        assert run.state.type is api.StateType.COMPLETED, messages(run)
        assert "Good morning, Marvin." in messages(run)
        assert paused() == {"my-flow/my-deployment": False}
        said = stop(process, tmp_path)

    assert said.endswith("Paused `my-flow/my-deployment`.\nstopped\n"), said
    assert "No worker" not in said
    assert paused() == {"my-flow/my-deployment": True}

    with serving(tmp_path, "beside") as process:  # it goes on where it was
        assert paused() == {"my-flow/my-deployment": False}
        run = api.wait(api.run("my-flow/my-deployment"), timeout=PATIENCE)
        assert "Good morning, world." in messages(run)
        said = stop(process, tmp_path)
    assert said.endswith("Paused `my-flow/my-deployment`.\nwent on beside it\nstopped\n"), said


def test_what_is_stopped_before_its_worker_starts_is_paused(tmp_path: Path) -> None:
    """Its standard output takes nothing, so it is held up right after it deployed."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while os.write(writer, b"." * 512):
            pass
    os.set_blocking(writer, True)
    with os.fdopen(reader) as output, serving(tmp_path, said="  created  ", stdout=writer) as process:
        os.close(writer)
        process.send_signal(signal.SIGTERM)
        said = output.read().strip(".")
        assert process.wait(PATIENCE) == 0, (tmp_path / "served.log").read_text()
    assert said.endswith("stopped\n"), said
    assert paused() == {"my-flow/my-deployment": True}


def test_several_are_served_and_nothing_else(tmp_path: Path) -> None:
    """A deployment of the same pool that another process serves stays for that one."""
    with serving(tmp_path, "both") as process:
        pool = {"name": "serve", "work_queue_name": "other"}
        api.deploy(
            api.declare(
                [{"name": "other", "entrypoint": "served.py:my_flow", "work_pool": pool}], directory=tmp_path
            )
        )
        others = api.run("my-flow/other")
        for name in ("a", "b"):
            run = api.wait(api.run(f"my-flow/{name}"), timeout=PATIENCE)
            assert "Good morning, world." in messages(run)
        assert [(run.id, run.state.name) for run in api.runs("my-flow/other")] == [(others.id, "Scheduled")]
        stop(process, tmp_path)
    assert paused() == {"my-flow/a": False, "my-flow/b": False, "my-flow/other": False}
