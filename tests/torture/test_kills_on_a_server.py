"""`kill -9` of deploys that write to a Prefect server, which has no transaction for all of it.

A third as often as SYNTASK_TORTURE_KILLS says; `make torture` says a hundred times.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.flaky_proxy import FlakyProxy, flaky
from tests.support.prefect_server import PYTHON, PrefectServer, migrated_by, sqlite_server
from tests.support.site import Site, until
from tests.support.stages import Deploys, Stage

KILLS = int(os.environ.get("SYNTASK_TORTURE_KILLS", "40")) // 3
FLOWS = "from syntask import flow\n\n\n@flow\ndef record() -> None:\n    pass\n"
SCHEDULES = [{"cron": "0 0 1 1 *", "slug": "winter"}, {"cron": "0 0 1 7 *", "slug": "summer"}]
TRIGGERS = [{"expect": ["never.comes"]}]

pytestmark = pytest.mark.real


def entries(stage: Stage) -> dict[str, dict[str, Any]]:
    return stage.entries("record", schedules=SCHEDULES, triggers=TRIGGERS)


@pytest.fixture(name="server")
def _server(pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[PrefectServer]:
    migrated = migrated_by(PYTHON, pytestconfig)
    with sqlite_server(tmp_path / "server", migrated=migrated) as server:
        server.create_pool("default")
        yield server


@pytest.fixture(name="proxy")
def _proxy(server: PrefectServer) -> Iterator[FlakyProxy]:
    with flaky(server.api) as proxy:
        yield proxy


@pytest.fixture(name="site")
def _site(server: PrefectServer, proxy: FlakyProxy, tmp_path: Path) -> Site:
    site = Site(tmp_path / "site", {**server.client_environ, "PREFECT_API_URL": proxy.api})
    (site.code / "flows.py").write_text(FLOWS, encoding="utf-8")
    return site


class Kills:
    """Deploys that are killed after some of the requests that they write with."""

    def __init__(self, site: Site, proxy: FlakyProxy, chance: Random) -> None:
        self._deploys = Deploys(site, entries)
        self._proxy = proxy
        self._chance = chance
        self._most = 1

    def finish(self, stage: Stage) -> None:
        self._proxy.seen.clear()
        self._deploys.finish(stage)
        self._most = max(self._most, len(self._proxy.writes))

    def kill(self, stage: Stage) -> bool:
        """Whether the deploy was not faster. All that was sent is answered before this returns."""
        self._proxy.seen.clear()
        enough, more = self._chance.randint(1, self._most), self._chance.uniform(0, 0.02)

        def wait(process: subprocess.Popen[bytes]) -> None:
            until(lambda: process.poll() is not None or len(self._proxy.writes) >= enough, every=0.001)
            time.sleep(more)

        was_killed = self._deploys.kill(stage, wait)
        until(lambda: self._proxy.under_way == 0)
        self._most = max(1, self._most if was_killed else min(self._most, len(self._proxy.writes)))
        return was_killed


class Found:
    """What a server has of the site, and of others."""

    def __init__(self, server: PrefectServer) -> None:
        self._server = server
        self._others = {"other": {"syntask.project": "other"}, "by-hand": {}}
        flow = server.request("POST", "/flows/", {"name": "record"})["id"]
        for name, labels in self._others.items():
            server.request("POST", "/deployments/", {"name": name, "flow_id": flow, "labels": labels})
        self.runs = set[str]()

    def pause(self, name: str) -> None:
        """Pause the deployment and one of its schedules, and note a few runs of it."""
        deployment = self.deployments()[name]
        summer = next(each for each in deployment["schedules"] if each["slug"] == "summer")
        path = f"/deployments/{deployment['id']}"
        self._server.request("PATCH", f"{path}/schedules/{summer['id']}", {"active": False})
        self._server.request("PATCH", path, {"paused": True})
        body = {"state": {"type": "COMPLETED"}}
        self.runs = {self._server.request("POST", f"{path}/create_flow_run", body)["id"] for _ in range(3)}

    def deployments(self) -> dict[str, dict[str, Any]]:
        """Those of the site, by name. The others are there as they were."""
        found = self._server.every("deployments")
        named = {each["name"]: each for each in found}
        assert len(named) == len(found)
        others = {name: named.pop(name)["labels"] for name in self._others}
        assert all(others[name].items() >= labels.items() for name, labels in self._others.items())
        return named

    def check(self, since: list[Stage]) -> None:
        """What is there is whole, after deploys of the stages *since* the last that was not killed."""
        named = self.deployments()
        moving = {stage.name for stage in since}
        may_be = set().union(*(stage.names for stage in since))
        must_be = set(may_be).intersection(*(stage.names for stage in since))
        assert must_be <= named.keys() <= may_be
        assert moving & named.keys()
        for name, each in named.items():
            assert each["version"] in {str(stage.version) for stage in since}
            active = {schedule["slug"]: schedule["active"] for schedule in each["schedules"]}
            assert active == {"winter": True, "summer": name not in moving}
            assert each["paused"] == (name in moving)
            assert each["work_pool_name"] == "default"

    def check_finished(self, stage: Stage) -> None:
        """Just what *stage* declares is there, each with its automation; past runs stay."""
        self.check([stage])
        named = self.deployments()
        assert named.keys() == stage.names
        automations = self._server.every("automations")
        runs = Counter(each["actions"][0]["deployment_id"] for each in automations)
        assert runs == {each["id"]: 1 for each in named.values()}
        assert self.runs <= {each["id"] for each in self._server.every("flow_runs")}


def test_what_a_killed_deploy_leaves_is_whole_and_the_next_one_finishes_it(
    server: PrefectServer, proxy: FlakyProxy, site: Site
) -> None:
    """Nothing is gone that was not to be pruned, and what is renamed is there under one of its names."""
    chance, stage = Random(KILLS), Stage()
    deploys, found = Kills(site, proxy, chance), Found(server)
    deploys.finish(stage)
    found.pause(stage.name)
    kills, since = Counter[str](), [stage]
    while kills.total() < KILLS:
        kind = chance.choice(stage.kinds)
        stage = stage.after(kind)
        since.append(stage)
        kills[kind] += deploys.kill(stage)
        found.check(since)
        if chance.random() < 0.3:
            deploys.finish(stage)
            found.check_finished(stage)
            since = [stage]
    deploys.finish(stage)
    found.check_finished(stage)
    site.syntask("plan", "--all", "--prune", "--detailed-exitcode")
    print(f"\n{KILLS} kills: {dict(kills)}")
