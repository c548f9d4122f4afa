"""What `check` says of a deployment is what becomes of its run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.git_repository import Repository

FLOWS = """
import datetime
from dataclasses import dataclass

from syntask import flow


@dataclass
class Window:
    start: datetime.date

    def __post_init__(self):
        if self.start.year < 2000:
            raise ValueError("before the first record")


@flow
def etl(count: int = 1): ...


@flow
def dated(day: datetime.date, window: Window | None = None): ...


class Tool:
    @flow
    def method(self): ...
"""

# Deployments by name, and in which stage each one fails; None for those that start.
DECLARED: dict[str, tuple[dict[str, Any], str | None]] = {
    "plain": ({}, None),
    "with-parameters": ({"parameters": {"count": 3}}, None),
    "dated": ({"entrypoint": "flows.py:dated", "parameters": {"day": "2026-01-31"}}, None),
    "refused": ({"entrypoint": "flows.py:dated",
                 "parameters": {"day": "2026-01-31", "window": {"start": "1999-12-31"}}}, "bind-failed"),
    "lacking": ({"entrypoint": "flows.py:dated", "parameters": {}}, "bind-failed"),
    "no-code": ({"pull": []}, "load-failed"),
    "broken-import": ({"entrypoint": "broken.py:etl"}, "load-failed"),
    "leaves-at-import": ({"entrypoint": "leaves.py:etl"}, "load-failed"),
    "cloned": ({"pull": [{"git_clone": {"repository": "{url}", "id": "clone"}}, "go"]}, None),
    "no-branch": ({"pull": [{"git_clone": {"repository": "{url}", "branch": "none"}}]}, "pull-failed"),
    "no-block": ({"work_pool": {"job_variables": {"env": {"A": "{{ syntask.blocks.secret.none }}"}}}},
                 "start-failed"),
    "no-program": ({"work_pool": {"job_variables": {"command": "no-such-program"}}}, "start-failed"),
    "unset": ({"pull": [{"run_shell_script": {"script": "true", "directory": "{{ $NOT_ON_THE_WORKER }}"}}]},
              "pull-failed"),
    "local-variable": ({"pull": [{"set_working_directory": {"directory": "{{ $PROJECT }}"}}]}, None),
}  # fmt: skip
_GO = {"set_working_directory": {"directory": "{{ clone.directory }}"}}


@pytest.fixture(name="console")
def _console(tmp_path: Path) -> Console:
    for name in ("project", "home"):
        (tmp_path / name).mkdir()
    place = tmp_path / "project"
    origin = Repository(tmp_path / "origin")
    (place / "flows.py").write_text(FLOWS, encoding="utf-8")
    (place / "broken.py").write_text("import not_installed_here\n" + FLOWS, encoding="utf-8")
    (place / "leaves.py").write_text(FLOWS + "\nraise SystemExit\n", encoding="utf-8")
    origin.commit(flows="", **{"flows.py": FLOWS})
    deployments = [_entry(name, fields, origin.url) for name, (fields, _) in DECLARED.items()]
    project = json.dumps({"name": "demo", "deployments": deployments}, indent=1)
    (place / "syntask.yaml").write_text(project, encoding="utf-8")
    return Console(place, tmp_path / "home", {"PROJECT": str(place)})


def _entry(name: str, fields: dict[str, Any], url: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "entrypoint": "flows.py:etl", "work_pool": {}, **fields}
    if "pull" in entry:
        steps = (_GO if step == "go" else step for step in entry["pull"])
        entry["pull"] = [
            {f"syntask.deployments.steps.{key}": value for key, value in step.items()} for step in steps
        ]
    entry["work_pool"]["name"] = "default"
    text: dict[str, Any] = json.loads(json.dumps(entry).replace("{url}", url))
    return text


def test_check_and_worker_agree(console: Console) -> None:
    """Whatever passes starts on the worker, and whatever does not pass does not start there."""
    checked = console.run("syntask -q check --all --output json 2> errors.txt", timeout=120)
    document = json.loads(checked.stdout)
    found = {each["deployment"].partition("/")[2]: each for each in document["results"]}
    codes = {name: each["problem"] and each["problem"]["code"] for name, each in found.items()}
    assert codes == {name: code for name, (_, code) in DECLARED.items()}
    assert checked.returncode == 1
    assert document["format"] == "syntask.check/1"
    assert document["summary"]["ready"] == sum(code is None for code in codes.values())
    assert json.loads(console.run("syntask -q deployment ls --output json").stdout)["deployments"] == []

    assert console.run("syntask deploy --all").returncode == 0
    asked = [console.run(f"syntask deployment run {each['deployment']}") for each in document["results"]]
    console.run("syntask worker start --pool default --run-once", timeout=120)
    runs = json.loads(console.run("syntask flow-run ls --output json").stdout)["flow_runs"]
    states = {run["deployment"].partition("/")[2]: run["state"] for run in runs}

    assert sum(done.returncode == 0 for done in asked) == len(states)
    assert {name for name, state in states.items() if state == "COMPLETED"} == {
        name for name, each in found.items() if each["ready"]
    }


def test_a_problem_has_a_place_and_a_hint(console: Console) -> None:
    """The step, the entrypoint or the parameters; and nothing is left behind."""
    document = json.loads(
        console.run("syntask -q check --all --output json 2> /dev/null", timeout=120).stdout
    )
    problems = [each["problem"] for each in document["results"] if each["problem"]]

    assert all(problem["line"] and problem["summary"] for problem in problems)
    assert {tuple(problem["path"][2:]) for problem in problems} >= {
        ("entrypoint",), ("parameters",), ("work_pool",), ("pull", 0, "syntask.deployments.steps.git_clone"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("-n unset --env NOT_ON_THE_WORKER=.", 1),
        ("-n cloned", 0),
        ("-n 'no-*'", 1),
        ("-n nothing", 1),
        ("-n plain --timeout 0.001", 1),
        ("-n plain --env NOT_SET_HERE", 64),
    ],
)
def test_exit_codes(console: Console, options: str, code: int) -> None:
    """0 where all would start, 1 where one would not, 64 for an option that cannot be."""
    assert console.run(f"syntask check {options}").returncode == code


def test_a_token_is_not_told(console: Console) -> None:
    """Neither where the clone works nor where it fails, and in no file that is left."""
    token = "planted-token-of-a-block"
    (console.home / "token").write_text(token, encoding="utf-8")
    console.run(f"syntask block create secret git < {console.home}/token")
    (console.home / "token").unlink()
    path = console.directory / "syntask.yaml"
    project = json.loads(path.read_text(encoding="utf-8"))
    cloned = next(each for each in project["deployments"] if each["name"] == "cloned")
    step = cloned["pull"][0]["syntask.deployments.steps.git_clone"]
    step["access_token"] = "{{ syntask.blocks.secret.git }}"
    failing = json.loads(json.dumps(cloned).replace(step["repository"], "http://127.0.0.1:1/team/flows.git"))
    failing["name"] = "failing"
    path.write_text(json.dumps({**project, "deployments": [cloned, failing]}), encoding="utf-8")
    said = console.run("syntask -v check --all; syntask check --all --output json", timeout=120).stdout

    assert "Cannot connect to" in said
    assert token not in said
    kept = [path for path in (*console.home.rglob("*"), *console.directory.rglob("*")) if path.is_file()]
    assert not [path for path in kept if token.encode() in path.read_bytes()]


EXPECTED = """\
name: demo
resources:
  work_pools:
    heavy: {type: process}
  variables:
    bucket: reports
  blocks:
    secret/token: {value: "{{ $TOKEN }}"}
    local-file-system/data: {basepath: "{{ $PROJECT }}"}
deployments:
  - name: daily
    entrypoint: flows.py:etl
    pull:
      - syntask.deployments.steps.run_shell_script:
          shell: true
          script: test $TOKEN-$BUCKET = "{{ syntask.blocks.secret.token }}-{{ syntask.variables.bucket }}"
      - syntask.deployments.steps.pull_with_block:
          {block_type_slug: local-file-system, block_document_name: data}
    work_pool:
      name: heavy
      job_variables:
        env: {BUCKET: "{{ syntask.variables.bucket }}", TOKEN: "{{ syntask.blocks.secret.token }}"}
"""


def test_what_a_deploy_will_create_counts_as_there(console: Console) -> None:
    """In job variables and in pull steps, with a note of it; nothing is written, and no secret is shown."""
    (console.directory / "syntask.yaml").write_text(EXPECTED, encoding="utf-8")
    checked = console.run("TOKEN=planted-secret syntask -v check --all --output json 2>&1", timeout=120)

    assert checked.returncode == 0, checked.stdout
    assert "planted-secret" not in checked.stdout
    note = next(each for each in json.loads(checked.stdout[checked.stdout.index("{\n") :])["diagnostics"])
    assert (note["code"], note["line"]) == ("declared-value", 2)
    assert "the variable `bucket`, the block `secret/token`" in note["detail"]
    assert json.loads(console.run("syntask -q variable ls --output json").stdout)["variables"] == []

    assert console.run("TOKEN=planted-secret syntask deploy --all").returncode == 0
    again = console.run("TOKEN=planted-secret syntask -q check --all --output json")
    assert json.loads(again.stdout)["diagnostics"] == []
