"""Scripts run with Prefect 2.19.2, and what its server holds then is what the entries say."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.old_prefect import old_python
from tests.support.prefect_server import PrefectServer, sqlite_server

SCRIPTS = Path(__file__).parents[2] / "files" / "deploy_scripts"
ENVIRON = {"TEAM": "sales"}
_TEMPLATES = {"{{ $TEAM }}": "sales", '{{ $STAGE | default("dev") }}': "dev"}
NAMES = ("blocks.py", "loops.py", "plain.py", "saved.py", "shapes.py")


@dataclass(frozen=True, slots=True)
class Both:
    """The deployments of a server, and the entries of the same scripts, by their full names."""

    server: PrefectServer
    deployments: Mapping[str, Mapping[str, Any]]
    entries: Mapping[str, Mapping[str, Any]]
    console: Console

    def infrastructure(self, name: str) -> Mapping[str, Any]:
        """The block of a deployment."""
        block = self.deployments[name]["infrastructure_document_id"]
        return dict(self.server.request("GET", f"/block_documents/{block}?include_secrets=true"))


@pytest.fixture(name="both", scope="module")
def _both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    python, folder = old_python(), tmp_path_factory.mktemp("scripts")
    for name in ("work", "home"):
        (folder / name).mkdir()
    console = Console(folder / "work", folder / "home", ENVIRON)
    console.copy(SCRIPTS)
    with sqlite_server(tmp_path_factory.mktemp("old"), python=python) as server:
        for name in NAMES:
            environ = {**server.client_environ, **ENVIRON}
            subprocess.run(
                [python, name], cwd=console.directory, env=environ, check=True, capture_output=True
            )
        flows = {each["id"]: each["name"] for each in server.every("flows")}
        held = {f"{flows[each['flow_id']]}/{each['name']}": each for each in server.every("deployments")}
        yield Both(server, held, _entries(console), console)


def _entries(console: Console, options: str = "") -> dict[str, Any]:
    """The entries that the scripts become, with the variables in them."""
    text = console.run(f"syntask upgrade -o json {options} 2>/dev/null", timeout=120).stdout
    for template, value in _TEMPLATES.items():
        text = text.replace(json.dumps(template)[1:-1], value)
    document = json.loads(text)
    assert [each["code"] for each in document["diagnostics"] if each["severity"] != "note"] == []
    assert all(each["result"] == "carried" for each in document["deployments"])
    return {each["deployment"]: each["entry"] for each in document["deployments"]}


def test_every_deployment_is_an_entry(both: Both) -> None:
    assert both.entries.keys() == both.deployments.keys()
    assert len(both.entries) == 16


@pytest.mark.parametrize("field", ["tags", "parameters"])
def test_fields_are_the_same(both: Both, field: str) -> None:
    empty: Any = [] if field == "tags" else {}
    said = {name: entry.get(field, empty) for name, entry in both.entries.items()}

    assert said == {name: held[field] for name, held in both.deployments.items()}


def test_entrypoints_are_the_same(both: Both) -> None:
    said = {name: entry["entrypoint"] for name, entry in both.entries.items()}

    assert said == {name: held["entrypoint"] for name, held in both.deployments.items()}


def test_versions_and_descriptions_that_are_given_are_the_same(both: Both) -> None:
    for field in ("version", "description"):
        for name, entry in both.entries.items():
            if field in entry:
                assert entry[field] == both.deployments[name][field], (name, field)
    assert both.entries["load-orders/nightly"]["version"] == "3"
    assert both.entries["load-orders/job"]["description"] == "On the cluster."


def test_queues_are_the_same(both: Both) -> None:
    said = {
        name: entry["work_pool"].get("work_queue_name", "default") for name, entry in both.entries.items()
    }

    assert said == {name: held["work_queue_name"] for name, held in both.deployments.items()}


def test_schedules_are_the_same(both: Both) -> None:
    """Where a script gives no date to count from, the server has the moment when it ran."""
    for name, held in both.deployments.items():
        said = both.entries[name].get("schedules", [])
        kept = [_flat(each, like) for each, like in zip(held["schedules"], said, strict=True)]
        assert [_flat(each, each) for each in said] == kept, name
        assert both.entries[name].get("paused", False) is held["paused"], name


def _flat(schedule: Mapping[str, Any], like: Mapping[str, Any]) -> dict[str, Any]:
    inner = {**schedule.get("schedule", schedule)}
    timing = {key: inner[key] for key in ("cron", "interval", "rrule") if inner.get(key) is not None}
    if "rrule" in timing:  # Prefect 3 writes where it counts from by default
        timing["rrule"] = timing["rrule"].removeprefix("DTSTART:20200101T000000\n")
    if "anchor_date" in like:
        timing["anchor_date"] = inner["anchor_date"].replace("Z", "+00:00")
    return {**timing, "timezone": inner.get("timezone") or "UTC", "active": schedule.get("active", True)}


def test_infrastructure_and_overrides_are_job_variables(both: Both) -> None:
    types = {"process": "default", "docker-container": "docker", "kubernetes-job": "kubernetes"}
    for name, entry in both.entries.items():
        block = both.infrastructure(name)
        pool = types[block["block_type"]["slug"]] if block["is_anonymous"] else block["name"]
        assert entry["work_pool"]["name"] == pool, name
        said = entry["work_pool"].get("job_variables", {})
        env = {**block["data"]["env"]}
        for path, value in both.deployments[name]["infra_overrides"].items():
            env |= value if path == "env" else {path.removeprefix("env."): value}
        assert said.get("env", {}) == env, name
        for key in ("image", "namespace", "finished_job_ttl", "image_pull_policy", "auto_remove"):
            if key in said:
                assert said[key] == block["data"][key], (name, key)
    assert both.entries["load-orders/job"]["work_pool"]["job_variables"]["finished_job_ttl"] == 300


def test_a_block_that_a_script_saves_is_the_one_of_the_server(both: Both) -> None:
    """Its values in the script are those that the server has."""
    with_server = _entries(both.console, f"--from-server={both.server.api}")

    assert with_server["load-orders/saved"] == both.entries["load-orders/saved"]
    assert both.entries["load-orders/saved"]["work_pool"]["job_variables"]["networks"] == ["inner"]


def test_a_rewritten_script_deploys_to_prefect_3(sqlite: PrefectServer, tmp_path: Path) -> None:
    """The same deployments as before, and a worker finds their code."""
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    console = Console(tmp_path / "work", tmp_path / "home")
    console.copy(SCRIPTS)
    entries = _entries(console)
    command = "syntask upgrade plain.py --to flow.deploy --pool default=rewritten --write --allow-dirty"
    assert console.run(command).returncode == 0
    sqlite.create_pool("rewritten")

    subprocess.run(
        [sqlite.python, "plain.py"], cwd=console.directory, env=sqlite.client_environ, check=True, timeout=120
    )

    flows = {each["id"]: each["name"] for each in sqlite.every("flows")}
    held = {f"{flows[each['flow_id']]}/{each['name']}": each for each in sqlite.every("deployments")}
    for name in ("load-orders/nightly", "load-orders/often", "Count stock/weekly"):
        entry, found = entries[name], held[name]
        assert found["tags"] == entry.get("tags", [])
        assert found["parameters"] == entry.get("parameters", {})
        assert found["work_pool_name"] == "rewritten"
        assert found["entrypoint"] == entry["entrypoint"]
        assert found["paused"] is entry.get("paused", False)
        assert "version" not in entry or found["version"] == entry["version"]
        said = entry["schedules"]
        assert [_flat(each, like) for each, like in zip(found["schedules"], said, strict=True)] == [
            _flat(each, each) for each in said
        ]
        (pull,) = found["pull_steps"]
        assert pull["prefect.deployments.steps.set_working_directory"]["directory"] == str(console.directory)
