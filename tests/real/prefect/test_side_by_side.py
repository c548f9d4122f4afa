"""What `prefect deploy --all` makes of a project and what we make of it are equal, but for what is said here.

Real project files are sampled; SYNTASK_SIDE_BY_SIDE=all takes every one of them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.builtin import builtin_of
from tests.conftest import CHECKOUT
from tests.support.console import Console
from tests.support.git_repository import Repository
from tests.support.prefect_server import NEWER, PYTHON, PrefectServer, migrated_by, missing, sqlite_server
from tests.support.side_by_side import Difference, deploy_ours, deploy_theirs, deployed, differences
from tests.support.stub_project import POOL_TYPE, StubProject, make_stub

StartServers = Callable[[str], tuple[PrefectServer, PrefectServer]]
Servers = Callable[[], tuple[PrefectServer, PrefectServer]]

TAKES_ALL = os.environ.get("SYNTASK_SIDE_BY_SIDE") == "all"
# One of so many real files is taken by default.
SHARE = 24
EXAMPLES = sorted(path.parent.name for path in (CHECKOUT / "examples").glob("*/syntask.yaml"))

# The documented differences, by the field in which each shows: see docs/compatibility.md.
DOCUMENTED: Mapping[str, Callable[[Difference], bool]] = {
    "a description that is missing is null, not the text None": lambda found: (
        found.path == ("description",) and (found.theirs, found.ours) == ("None", None)
    ),
    "a text for tags is one tag, not one for each of its letters": lambda found: (
        found.path[0] == "tags" and all(len(tag) == 1 for tag in found.theirs)
    ),
    "a name of the run is left alone, also where build steps have run": lambda found: (
        found.theirs is None and str(found.ours).startswith("{{ flow_run.")
    ),
    "the owner stands in the labels": lambda found: (
        found.path[0] == "labels" and str(found.path[-1]).startswith("syntask")
    ),
    "an interval without an anchor is counted from when it is deployed": lambda found: (
        found.path[-1] == "anchor_date"
    ),
    "the folder of a pull ends with a slash, or others that begin like it are listed, too": lambda found: (
        found.path[0] == "pull_steps" and found.path[-1] == "folder" and found.ours == f"{found.theirs}/"
    ),
    "a concurrency limit without a strategy means ENQUEUE": lambda found: (
        found.path[0] == "concurrency_options" and found.theirs is None and "ENQUEUE" in str(found.ours)
    ),
}


def undocumented(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[tuple[str, Difference]]:
    """What differs between two servers, for a reason that is not documented."""
    assert theirs.keys() == ours.keys()
    return [
        (name, found)
        for name in theirs
        for found in differences(_as_documented(theirs[name]), ours[name])
        if not any(explains(found) for explains in DOCUMENTED.values())
    ]


def _as_documented(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """Its steps under their names of today, with the inputs that were indented too little."""
    steps = deployment["pull_steps"]
    return {**deployment, "pull_steps": steps and [_step(each) for each in steps]}


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    (name, inputs), *beside = step.items()
    known = builtin_of(name)
    return {
        known.full_name("prefect") if known else name: {**(inputs or {}), **dict(beside)}
        if beside
        else inputs
    }


@pytest.fixture(name="start_servers", scope="session")
def _start_servers(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartServers]:
    """Start the two servers of a Prefect when they are first asked for, and stop all at the end."""
    with ExitStack() as stack:

        @cache
        def start(python: str) -> tuple[PrefectServer, PrefectServer]:
            migrated = migrated_by(python, pytestconfig)
            theirs, ours = (
                sqlite_server(tmp_path_factory.mktemp(name), migrated=migrated, python=python)
                for name in ("theirs", "ours")
            )
            return stack.enter_context(theirs), stack.enter_context(ours)

        yield start


@pytest.fixture(name="servers", params=[PYTHON, NEWER], ids=["3.8", "3.9"])
def _servers(request: pytest.FixtureRequest, start_servers: StartServers) -> Servers:
    """Start theirs and ours, of each Prefect: its servers, its loader, its command."""
    if reason := missing(request.param):
        pytest.skip(reason)
    return lambda: start_servers(request.param)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples(example: str, servers: Servers, tmp_path: Path) -> None:
    """An example, rendered for Prefect, whose flows are Prefect's; both from a clone with a remote."""
    theirs, ours = servers()
    repository = Repository(tmp_path / example)
    shutil.copytree(CHECKOUT / "examples" / example, repository.path, dirs_exist_ok=True)
    repository.git("remote", "add", "origin", "https://git.example/team/app.git")
    repository.commit()
    environ = {
        "REPOSITORY_URL": "https://git.example/team/app.git",
        "PREFECT_DEFAULT_WORK_POOL_NAME": "default",
    }
    for server in (theirs, ours):
        server.empty()
        server.create_pool("default")
        server.create_pool("boxes", type="docker")

    done = deploy_ours(ours, repository.path, environ)
    assert done.returncode == 0, done.stdout
    console = Console(repository.path, tmp_path / "home", {**environ, "PREFECT_API_URL": ours.api})
    rendered = console.run("syntask -q render 2>/dev/null").stdout
    (repository.path / "syntask.yaml").unlink()
    text = rendered.replace("syntask.deployments.", "prefect.deployments.")
    (repository.path / "prefect.yaml").write_text(text, encoding="utf-8")
    for file in repository.path.glob("**/*.py"):
        flow = file.read_text(encoding="utf-8").replace("from syntask import", "from prefect import")
        file.write_text(flow, encoding="utf-8")
    done = deploy_theirs(theirs, repository.path, environ)
    assert done.returncode == 0, done.stdout

    assert deployed(ours)
    assert undocumented(deployed(theirs), deployed(ours)) == []


def test_real_files(corpus_file: Path, servers: Servers, tmp_path: Path) -> None:
    """A real file with stub flows; what Prefect deploys of it, we do."""
    project = make_stub(corpus_file, tmp_path)
    if project is None:
        pytest.skip("nothing in the file can be deployed without what it needs")
    if not TAKES_ALL and int(sha256(corpus_file.name.encode()).hexdigest(), 16) % SHARE:
        pytest.skip(f"one real file of {SHARE} is taken; SYNTASK_SIDE_BY_SIDE=all takes all")
    theirs, ours = servers()
    for server in (theirs, ours):
        _prepare(server, project)

    done = deploy_theirs(theirs, tmp_path, project.environ)
    if done.returncode != 0:
        pytest.skip("Prefect itself does not deploy the file")
    done = deploy_ours(ours, tmp_path, project.environ, "--allow-unset")
    assert done.returncode == 0, done.stdout

    found = deployed(theirs, project.flows)
    assert found
    assert undocumented(found, deployed(ours, project.flows)) == []


def _prepare(server: PrefectServer, project: StubProject) -> None:
    known = {pool["name"] for pool in server.every("work_pools")}
    for pool in sorted(project.pools - known):
        server.create_pool(pool, type=POOL_TYPE)
    variables = {each["name"] for each in server.every("variables")}
    for name, value in project.variables.items():
        if name not in variables:
            server.request("POST", "/variables/", {"name": name, "value": value})
