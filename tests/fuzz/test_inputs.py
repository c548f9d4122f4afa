"""Whatever a server answers, a plan file holds or somebody calls things, no command ends with a bug.

SYNTASK_INPUTS is how many inputs are tried in all; a failure names its seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from random import Random

import pytest

from tests.support.command import command
from tests.support.damage import damaged, damaged_bytes, to_bytes
from tests.support.desk import FLOWS
from tests.support.inputs import in_parts, seeded, seeds
from tests.support.odd_names import odd_name
from tests.support.prefect_answers import RUN
from tests.support.prefect_wire import URL, wired

_PROJECT = """\
project: shop
deployments:
  - {name: d0, entrypoint: flows.py:etl, tags: [b], schedules: [{cron: 0 7 * * *}],
     work_pool: {name: local, work_queue_name: q}}
  - {name: d1, entrypoint: flows.py:etl, parameters: {source: "{{ syntask.variables.region }}"}}
"""
_SMALL = "deployments: [{name: d0, entrypoint: flows.py:etl}, {name: d1, entrypoint: flows.py:etl}]\n"
_COMMANDS = [
    line.split()
    for line in f"""\
plan --all --no-load
plan --all --no-load --prune -o json
deploy --all --no-load --prune -y
deploy --all --no-load --take-over -o json
deployment ls
deployment ls etl/* -o json
deployment inspect etl/d0
deployment inspect etl/d0 -o json
deployment export
deployment run etl/d0 -p source=y
deployment pause etl/d0
deployment resume --all
deployment delete etl/d0 -y
flow-run ls
flow-run ls -d etl/d0 -o json
flow-run ls --coming
flow-run inspect {RUN}
flow-run inspect {RUN[:4]} -o json
flow-run logs {RUN}
flow-run logs -o json
flow-run cancel {RUN}
work-pool ls
work-pool ls -o json
work-pool inspect local
work-pool inspect local -o json
work-pool create other -t process
work-pool update local --description x
work-pool pause local
work-pool delete local -y
work-pool get-default-template -t process
variable ls
variable get region
variable set region us
variable unset region
block ls
block inspect secret token
block create string token --field value=x
block delete secret token""".splitlines()
]
# With an odd name in the place of each `@`.
_NAMED = """\
plan -n @ --no-load
plan --all --no-load -p @
plan --all --no-load -q @ -t @ -d @ --version @
plan --all --no-load --param @=@
plan --all --no-load --params @
plan --all --no-load -jv @
plan --all --no-load --cron @ --timezone @
plan --all --no-load --interval @ --anchor-date @
plan --all --no-load --rrule @
plan --all --no-load --trigger @ -cl @
plan --no-load @
plan --all --no-load --save @
render -n @ --no-load
render --all --no-load -o json
deploy --no-load -n @ -n d0
deploy --no-load --all --plan @
deploy --all --no-load --prune -y
validate @
validate -o json
check -n @ --env @
flow ls
init --recipe @ --name @
deployment ls @
deployment inspect @
deployment export @ --project @
deployment run @ -p @
deployment run etl/d0 -p @=@ -t @ --name @
deployment run etl/d0 --params @ --job-variable @
deployment run etl/d0 --start-in @
deployment run etl/d0 --start-at @
deployment pause @ @
deployment resume @
deployment delete @ -y
deployment set d0 @
deployment set @ @=@
deployment set d0 tags=@ --dry-run
deployment set d0 --unset @ --dry-run
deployment add @ -n @ -d @ -y
flow-run ls -d @
flow-run ls -s @ -n @
flow-run inspect @
flow-run logs @
flow-run cancel @
work-pool create @ -t @
work-pool create @ --description @
work-pool inspect @
work-pool update @ --base-job-template @
work-pool delete @ -y
variable get @
variable set @ @
variable set @ @ --json -t @
variable unset @
block create string @ --field @
block create @ @ --field value=@
block create json @ --field value=@
block inspect @ @
block delete @ @
completion @
@
@ @
-f @ plan
-C @ plan
--backend @ deployment ls
--backend embedded:@ deployment ls""".splitlines()


@pytest.fixture(name="home", autouse=True)
def _home(tmp_path: Path) -> Iterator[Path]:
    """A folder with a project, in which everything happens."""
    (tmp_path / "flows.py").write_text(FLOWS, encoding="utf-8")
    (tmp_path / "syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    with chdir(tmp_path):
        yield tmp_path


@in_parts
def test_a_damaged_answer_is_no_bug(part: int) -> None:
    for seed in seeds(0.5, part):
        with seeded("answer", seed) as random, wired(f"{seed}"):
            ended = command(["--backend", URL, *random.choice(_COMMANDS)])
            assert ended.code in (0, 1)


@in_parts
def test_a_damaged_plan_file_is_no_bug(home: Path, part: int) -> None:
    store, file = home / "store.db", home / "plan.json"
    (home / "syntask.yaml").write_text(_SMALL, encoding="utf-8")
    deploy = ["--backend", f"embedded:{store}", "deploy", "--no-load", "--plan", str(file)]
    command(["--backend", f"embedded:{store}", "plan", "--all", "--no-load", "--save", str(file)])
    saved = file.read_bytes()

    for seed in seeds(0.2, part):
        with seeded("plan file", seed) as random:
            file.write_bytes(_other_plan(saved, random))
            if command(deploy).code == 0:
                store.unlink()


def _other_plan(saved: bytes, random: Random) -> bytes:
    if random.random() < 0.3:
        return damaged_bytes(saved, random)
    document = json.loads(saved)
    if random.random() < 0.5:
        return to_bytes(damaged(document, random))
    return to_bytes({**document, "request": damaged(document["request"], random)})


@in_parts
def test_an_odd_name_is_no_bug(home: Path, part: int) -> None:
    for seed in seeds(0.3, part):
        with seeded("name", seed) as random, wired(f"{seed}", share=0):
            (home / "syntask.yaml").write_bytes(_named_project(random))
            words = [_filled(word, random) for word in random.choice(_NAMED).split()]
            backend = random.choice([URL, f"embedded:{home / 'store.db'}"])
            command(["--backend", backend, *words])


def _filled(word: str, random: Random) -> str:
    return odd_name(random).join(word.split("@")) if "@" in word else word


def _named_project(random: Random) -> bytes:
    """The project, where most of the names are as they should be."""
    entry = {"name": "d0", "entrypoint": "flows.py:etl", "parameters": {"source": "x"}, "tags": ["a"]}
    document = {"project": "shop", "deployments": [entry], "x": [entry]}
    for _ in range(random.choice([0, 0, 1, 2])):
        name = odd_name(random)
        match random.choice(
            ["name", "entrypoint", "flow_name", "parameters", "tags", "pool", "variables", "project"]
        ):
            case "parameters":
                entry["parameters"] = {name: name}
            case "tags":
                entry["tags"] = [name, name]
            case "pool":
                entry["work_pool"] = {"name": name, "work_queue_name": name}
            case "variables":
                entry["work_pool"] = {"name": "local", "job_variables": {name: name}}
            case "project":
                document["project"] = name
            case field:
                entry[field] = name
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
