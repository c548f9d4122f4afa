"""A repository of 40 files, three targets and 1,000 deployments, from nothing to production and back.

SYNTASK_TORTURE_FILES says of how many files, each with 25 deployments.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.flaky_proxy import FlakyProxy, flaky
from tests.support.git_repository import Repository
from tests.support.prefect_server import PrefectServer

FILES, EACH = int(os.environ.get("SYNTASK_TORTURE_FILES", "40")), 25
# A server is asked for what is declared, page by page, for pools, the ledgers and automations.
MOST_REQUESTS = 3 + -(-FILES * EACH // 200)
ROOT = """\
name: shop
include: [teams/*/syntask.yaml]
defaults: {{tags: [shop], work_pool: {{name: shop}}}}
targets:
  dev: {{default: true, mode: development}}
  test: {{backend: "{url}", name_prefix: test-}}
  prod: {{backend: "{url}", defaults: {{parameters: {{days: 7}}}}}}
resources:
  work_pools: {{shop: {{type: process}}}}
"""
FLOW = "from syntask import flow\n\n\n@flow\ndef load(days: int = 1, part: int = 0) -> None: ...\n"

pytestmark = [pytest.mark.torture, pytest.mark.real]


def team(number: int, *, more: str = "", first: str = "d0") -> str:
    """The file of a team, whose *first* deployment may be called otherwise, and say *more*."""
    entries = [f"{{name: {first}, entrypoint: flows.py:load, parameters: {{part: {number}}}{more}}}"]
    entries += [
        f"{{name: d{each}, entrypoint: flows.py:load, schedules: [{{cron: '{each} 6 1 1 *'}}]}}"
        for each in range(1, EACH)
    ]
    listed = "".join(f"- {entry.replace('name: d', f'name: t{number}-d', 1)}\n" for entry in entries)
    return f"defaults: {{tags+: [team{number}]}}\ndeployments:\n{listed}"


@dataclass
class Monorepo:
    """The repository, and where its deployments are: behind *proxy*, or in a file."""

    repository: Repository
    console: Console
    proxy: FlakyProxy | None
    server: PrefectServer | None
    figures: list[str] = field(default_factory=list)

    def run(self, command: str) -> str:
        done = self.console.run(f"syntask -q {command}", timeout=3600)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def document(self, command: str) -> dict[str, Any]:
        """What *command* prints as JSON. A server that is busy may be named as silent before."""
        said = self.run(f"{command} --output json")
        found: dict[str, Any] = json.loads(said[said.index("{") :])
        return found

    def summary(self, command: str) -> dict[str, int]:
        """What a plan or a deploy comes to, without what there is none of."""
        before = self.requests
        document = self.document(command)
        self.figures.append(f"{command}: {document['summary']}, {self.requests - before} requests")
        return {action: count for action, count in document["summary"].items() if count}

    def names(self) -> set[str]:
        """What is deployed, whatever target it is of."""
        listed = self.document("deployment ls --target prod")["deployments"]
        return {each["name"] for each in listed}

    def commit(self, number: int, text: str) -> None:
        """Write the file of a team, and commit it."""
        (self.repository.path / f"teams/t{number:02}/syntask.yaml").write_text(text, encoding="utf-8")
        self.repository.commit()

    @property
    def requests(self) -> int:
        return len(self.proxy.seen) if self.proxy else 0


@pytest.fixture(name="monorepo", params=["embedded", "sqlite", "postgres", "newer"])
def _monorepo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Monorepo]:
    with _backend(request) as (url, proxy, server):
        repository = Repository(tmp_path / "shop")
        files = {f"teams__t{number:02}__syntask.yaml": team(number) for number in range(FILES)}
        flows = {f"teams__t{number:02}__flows.py": FLOW for number in range(FILES)}
        root = {"syntask.yaml": ROOT.format(url=url), ".gitignore": "*.db*\n"}
        repository.commit(**root, **files, **flows)
        (tmp_path / "home").mkdir()
        monorepo = Monorepo(repository, Console(repository.path, tmp_path / "home"), proxy, server)
        yield monorepo
        print("\n".join(monorepo.figures))


@contextmanager
def _backend(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[str, FlakyProxy | None, PrefectServer | None]]:
    if request.param == "embedded":
        yield "embedded:shop.db", None, None
        return
    server: PrefectServer = request.getfixturevalue(request.param)
    server.empty()
    with flaky(server.api) as proxy:
        yield proxy.api, proxy, server
    server.empty()


def test_a_monorepo_goes_to_production_and_back(monorepo: Monorepo) -> None:
    """Each step changes what it is about, and nothing else; a plan of what is unchanged asks little."""
    count = FILES * EACH
    first = monorepo.repository.git("rev-parse", "HEAD")
    assert monorepo.summary("deploy --target prod") == {"created": count}
    everything = monorepo.names()

    if monorepo.server:  # a worker serves the pool: nobody asks since when none does
        monorepo.server.request("POST", "/work_pools/shop/workers/heartbeat", {"name": "box"})
    before = monorepo.requests
    assert monorepo.summary("plan --target prod") == {"unchanged": count}
    assert monorepo.requests - before <= MOST_REQUESTS

    monorepo.commit(1, team(1, more=", description: changed"))
    assert monorepo.summary("plan --target prod") == {"update": 1, "unchanged": count - 1}
    assert monorepo.summary("deploy --target prod --changed-since HEAD~1") == {"updated": 1}

    monorepo.commit(2, team(2, first="last", more=", renamed_from: t2-d0"))
    assert "1 renamed" in monorepo.run("diff HEAD~1 HEAD")
    assert monorepo.summary("plan --target prod") == {"rename": 1, "unchanged": count - 1}
    assert monorepo.summary("deploy --target prod") == {"renamed": 1, "unchanged": count - 1}
    assert monorepo.names() == everything - {"t2-d0"} | {"last"}

    back = f"deploy --target prod --all --prune --yes --ref {first}"
    assert monorepo.summary(back) == {"created": 1, "updated": 1, "deleted": 1, "unchanged": count - 2}
    assert monorepo.summary(f"plan --target prod --ref {first}") == {"unchanged": count}
    assert monorepo.names() == everything

    assert monorepo.summary("deploy --target test --select 'path:teams/t00/*'") == {"created": EACH}
    assert monorepo.names() == everything | {f"test-t0-d{each}" for each in range(EACH)}
    assert monorepo.summary("destroy --target test --yes") == {"deleted": EACH}
    assert monorepo.names() == everything
