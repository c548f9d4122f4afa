"""`syntask worker ls`: who serves, what it has in hand, and that it is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.support.processes import kill
from tests.support.site import Site, until

Deployed = Callable[..., Site]


def listed(site: Site) -> list[dict[str, Any]]:
    workers: list[dict[str, Any]] = json.loads(site.syntask("worker", "ls", "-o", "json"))["workers"]
    return workers


def states(site: Site) -> dict[str, tuple[str, int]]:
    return {each["name"]: (each["status"], each["running"]) for each in listed(site)}


def test_workers_are_listed_while_they_serve_and_after(deployed: Deployed) -> None:
    """One that stops is offline at once, one that is killed when it is not heard of."""
    site = deployed("sleeps")
    assert listed(site) == []
    site.ask("sleeps", parameters={"seconds": 60.0})
    lease = {"SYNTASK_WORKER_LEASE_SECONDS": "2"}

    with site.worker("--name", "first", **lease) as first:
        until(lambda: states(site) == {"first": ("ONLINE", 1)})
        killed = site.start_worker("--name", "second", **lease)
        until(lambda: states(site) == {"first": ("ONLINE", 1), "second": ("ONLINE", 0)})
        kill(killed)
        until(lambda: states(site)["second"] == ("OFFLINE", 0))
        first.terminate()
        until(lambda: "Stop again" in (site.folder / "worker.log").read_text(encoding="utf-8"))
        first.terminate()
        first.wait(60)

    (found, _) = listed(site)
    assert (found["name"], found["status"], found["running"], found["pool"]) == (
        "first",
        "OFFLINE",
        0,
        "default",
    )
    assert "OFFLINE" in site.syntask("worker", "ls", "--pool", "default")
