"""`kill -9` before each write of a deploy and of a destroy, of resources and deployments, in turn."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.support.prefect_server import PYTHON, migrated_by, sqlite_server
from tests.support.site import PROGRAM, Site

ROOT = Path(__file__).parents[2]
FLOWS = "from syntask import flow\n\n\n@flow\ndef record() -> None:\n    pass\n"
VERBS = (
    "write_ledger record_deploy create_concurrency_limit delete_concurrency_limit delete_pool delete_queue "
    "unset_variable delete_block write_automations"
)
RESOURCES: dict[str, Any] = {
    "work_pools": {"small": {"type": "process", "queues": {"quick": {"priority": 1}}}},
    "variables": {"region": "north", "zone": "b"},
    "blocks": {"secret/key": {"value": "hush"}},
    "concurrency_limits": {"database": 5},
}
ENTRIES = {
    name: {"entrypoint": "flows.py:record", "work_pool": {"name": "small", "work_queue_name": "quick"}}
    for name in ("one", "two")
}

pytestmark = pytest.mark.torture


@pytest.fixture(name="site", params=["embedded", pytest.param("server", marks=pytest.mark.real)])
def _site(request: pytest.FixtureRequest, pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[Site]:
    if request.param == "embedded":
        yield _written(Site(tmp_path / "site"))
        return
    with sqlite_server(tmp_path / "server", migrated=migrated_by(PYTHON, pytestconfig)) as server:
        environ = {**server.client_environ, "PREFECT_API_URL": server.api}
        yield _written(Site(tmp_path / "site", environ))


def _written(site: Site) -> Site:
    (site.code / "flows.py").write_text(FLOWS, encoding="utf-8")
    site.declare(ENTRIES, resources=RESOURCES)
    return site


def killed(site: Site, number: int, *words: str) -> bool:
    """Run a command that ends at once before its write of that *number*; whether it had so many."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed", str(number), *words],
        cwd=site.code,
        env=site.environment(PYTHONPATH=str(ROOT), KILLED_MORE=VERBS),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in (-9, 0), done.stdout + done.stderr
    return done.returncode == -9


def there(site: Site) -> tuple[int, bool]:
    """How many deployments there are, and whether the project's variables are."""
    found = json.loads(site.syntask("deployment", "ls", "--output", "json"))["deployments"]
    return len(found), "region" in site.syntask("variable", "ls")


def test_a_killed_deploy_and_a_killed_destroy_are_finished_by_the_next_ones(site: Site) -> None:
    """Nothing is lost, a plan is empty afterwards, and the history shows what was not finished."""
    kills = 0
    for number in count(1):
        was_killed = killed(site, number, "deploy", "--all")
        site.syntask("deploy", "--all")
        site.syntask("plan", "--all", "--prune", "--detailed-exitcode")
        assert there(site) == (2, True)
        kills += was_killed
        was_destroyed = not killed(site, number, "destroy", "--yes")
        site.syntask("destroy", "--yes")
        assert there(site) == (0, False)
        kills += not was_destroyed
        if not was_killed and was_destroyed:
            break
    results = [
        each["result"] for each in json.loads(site.syntask("history", "-n", "200", "-o", "json"))["deploys"]
    ]
    print(f"\n{kills} kills, {len(results)} deploys, {results.count('not finished')} of them not finished")
    assert results.count("not finished") > kills / 2


def test_what_a_killed_destroy_of_expired_previews_has_left_goes_with_the_next(site: Site) -> None:
    """Before whichever write it was killed. One of the previews has only automations."""
    tell = {
        "name": "{{ $PR }} tells",
        "trigger": {"expect": "prefect.flow-run.Failed"},
        "actions": [{"type": "call-webhook", "block": "webhook/ops"}],
    }
    target = {"default": True, "name_prefix": "{{ $PR }}-", "expires": "PT0.000001S"}
    site.syntask("block", "create", "webhook", "ops", stdin='{"url": "http://127.0.0.1:9/"}')
    for number in count(1):
        for pr, entries in (("a", ENTRIES), ("b", ENTRIES), ("c", {})):
            resources = {"automations": [tell], **(RESOURCES if entries else {})}
            site.declare(entries, targets={"preview": target}, resources=resources)
            site.syntask("deploy", PR=pr)
        left = ["destroy", "--expired", "--yes"]
        was_killed = killed(site, number, *left)
        site.syntask(*left)
        assert there(site) == (0, False), number
        assert "tells" not in site.syntask("automation", "ls"), number
        if not was_killed:
            break
    print(f"\n{number} kills")
    assert site.call("destroy", "--expired", "--yes").stderr == "Nothing of `site:preview` has expired.\n"


def test_two_that_destroy_what_has_expired_at_once_do_it_once(site: Site) -> None:
    """Each waits for the other, and what the other has deleted is no failure."""
    target = {"default": True, "name_prefix": "{{ $PR }}-", "expires": "PT0.000001S"}
    site.declare(ENTRIES, targets={"preview": target}, resources=RESOURCES)
    for _ in range(3):
        for pr in "abc":
            site.syntask("deploy", PR=pr)
        command = [PROGRAM, "destroy", "--expired", "--yes", "--wait", "60s"]
        several = [
            subprocess.Popen(
                command, cwd=site.code, env=site.environment(), stderr=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        said = [process.communicate(timeout=120)[1] for process in several]
        assert [process.returncode for process in several] == [0, 0, 0], said
        assert there(site) == (0, False)
