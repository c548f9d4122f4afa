"""What is selected, deleted or paused was named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.console import Console

FLOWS = """
from syntask import flow

@flow
def clean_up(days: int = 30): ...

@flow
def load_orders(source: str = "shop"): ...
"""


@pytest.fixture(name="desk")
def _desk(console: Console) -> Console:
    (console.directory / "flows.py").write_text(FLOWS, encoding="utf-8")
    return console


def declare(desk: Console, *entries: Any, file: str = "syntask.yaml", **top: Any) -> None:
    project = {"name": "shop", "deployments": list(entries), **top}
    (desk.directory / file).write_text(json.dumps(project, indent=1), encoding="utf-8")


def syntask(desk: Console, command: str, *, code: int = 0) -> str:
    done = desk.run(f"syntask {command}")
    assert done.returncode == code, done.stdout
    return done.stdout


def deployed(desk: Console) -> list[str]:
    listed = json.loads(syntask(desk, "deployment ls --output json 2>/dev/null"))["deployments"]
    return [f"{each['flow']}/{each['name']}" for each in listed]


def paused(desk: Console) -> list[str]:
    listed = json.loads(syntask(desk, "deployment ls --output json 2>/dev/null"))["deployments"]
    return [each["name"] for each in listed if each.get("paused")]


THREE = [
    {"name": "default", "entrypoint": "flows.py:clean_up"},
    {"name": "default", "entrypoint": "flows.py:load_orders"},
    {"name": "other", "entrypoint": "flows.py:load_orders"},
]


@pytest.mark.parametrize("verb", ["delete --yes", "delete --all-matching", "pause", "resume"])
def test_a_name_that_several_flows_have_is_refused(desk: Console, verb: str) -> None:
    declare(desk, *({**each, "paused": verb == "resume"} for each in THREE))
    syntask(desk, "-q deploy --all")
    before = paused(desk)

    said = syntask(desk, f"deployment {verb} default other", code=1)

    assert "`clean-up/default`, `load-orders/default`" in said
    assert len(deployed(desk)) == 3
    assert paused(desk) == before


@pytest.mark.parametrize("verb", ["delete --yes", "pause", "resume"])
def test_globs_act_only_where_they_are_confirmed(desk: Console, verb: str) -> None:
    declare(desk, *({**each, "paused": verb == "resume"} for each in THREE))
    syntask(desk, "-q deploy --all")
    before = paused(desk)

    said = syntask(desk, f"deployment {verb} '*/default'", code=64)

    assert "clean-up/default, load-orders/default" in said
    assert "`--all-matching`" in said
    assert len(deployed(desk)) == 3
    assert paused(desk) == before
    said = syntask(desk, f"deployment {verb} '*/default' --all-matching")
    assert said.count("`") == 4
    assert len(deployed(desk)) == (1 if "delete" in verb else 3)


def test_a_name_word_for_word_is_no_glob(desk: Console) -> None:
    names = ["[dev] load", "d load", "e load", "lo?d", "load", "st*r"]
    declare(desk, *({"name": name, "entrypoint": "flows.py:clean_up"} for name in names))
    syntask(desk, "-q deploy --all")

    for name in ("[dev] load", "clean-up/lo?d", "st*r"):
        planned = syntask(desk, f"plan -n '{name}'")
        assert planned.startswith("No changes: 1 deployment is"), planned
        assert syntask(desk, f"deployment ls '{name}'").count("clean-up/") == 1
        syntask(desk, f"deployment delete --yes '{name}'")

    assert deployed(desk) == ["clean-up/d load", "clean-up/e load", "clean-up/load"]


def test_a_deployment_is_selected_by_its_resolved_name(desk: Console) -> None:
    """And by the name as it is written; a resolved name that looks like a glob is none."""
    desk.environ = {"STAGE": "dev", "FLOW": "clean_up"}
    written = {"name": "[{{ $STAGE }}] load", "entrypoint": "flows.py:{{ $FLOW }}"}
    declare(desk, written, {"name": "d load", "entrypoint": "flows.py:clean_up"})

    for name in ("[dev] load", "clean-up/[dev] load", "[{{ $STAGE }}] load", "*dev*"):
        planned = syntask(desk, f"plan -n '{name}'")
        assert planned.count("+ ") == 1, planned
        assert "clean-up/[dev] load" in planned


def test_a_near_name_is_shown_as_it_is_listed(desk: Console) -> None:
    declare(desk, *THREE)

    said = syntask(desk, "plan -n something-else", code=1)

    assert "`load-orders/default`" in said
    assert "load_orders" not in said


def test_init_gives_each_entry_a_name_of_its_own(desk: Console) -> None:
    (desk.directory / "more.py").write_text(FLOWS, encoding="utf-8")
    syntask(desk, "init --recipe local")
    syntask(desk, "-q deploy --all")

    assert deployed(desk) == [
        "clean-up/clean-up",
        "clean-up/clean-up-2",
        "load-orders/load-orders",
        "load-orders/load-orders-2",
    ]
