"""Entries of a project of several files and targets: where they go, and what they need not say."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from syntask_yaml.errors import UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.wizard.file import save
from syntask_yaml.wizard.interview import add_deployment, run_interview
from syntask_yaml.wizard.prompter import Refusal
from tests.unit.wizard.conftest import FLOWS, Workshop

ROOT = """\
name: shop
include: [teams/*/syntask.yaml]
defaults: {work_pool: {name: small}, tags: [shop]}
targets:
  dev: {default: true, mode: development}
  prod: {defaults: {work_pool: {name: k8s, job_variables: {image: app}}}}
"""
BILLING = """\
defaults: {tags+: [billing]}
pull: []
deployments:
# the first one
- {name: old, entrypoint: 'flows.py:load', parameters: {source: a}}
"""
BILL = "teams/billing/flows.py:load"


@pytest.fixture(name="shop")
def _shop(workshop: Workshop) -> Workshop:
    for name in ("small", "k8s"):
        workshop.backend.create_pool(WorkPool(name=name, type="process"))
    workshop.write("syntask.yaml", ROOT)
    workshop.write("teams/billing/syntask.yaml", BILLING)
    workshop.write("teams/search/syntask.yaml", "deployments: []\n")
    workshop.write("teams/billing/flows.py", FLOWS)
    return workshop


def added(
    shop: Workshop, *later: tuple[str, Any], home: str = "", target: str | None = None
) -> tuple[str, dict[str, Any]]:
    """The file that the answers go to, and its last entry."""
    first = [("flow", BILL), ("name", "new"), *([("home", home)] if home else []), ("parameter source", "a")]
    result, _ = shop.add(*first, *later, context=shop.context(target=target))
    assert result.composed.problems == ()
    return result.composed.name, yaml.safe_load(result.composed.text)["deployments"][-1]


NEW = {"name": "new", "entrypoint": "flows.py:load", "parameters": {"source": "a"}}


def test_an_entry_goes_to_the_file_nearest_to_its_flow(shop: Workshop) -> None:
    """And says nothing that it has there already: pool, tags and pull steps."""
    assert added(shop) == ("teams/billing/syntask.yaml", NEW)


def test_another_file_can_be_chosen(shop: Workshop) -> None:
    """With the path of the flow from there."""
    name, entry = added(shop, home="syntask.yaml")
    assert (name, entry["entrypoint"]) == ("syntask.yaml", BILL)
    name, entry = added(shop, home="teams/search/syntask.yaml")
    assert (name, entry["entrypoint"]) == ("teams/search/syntask.yaml", "../billing/flows.py:load")


def test_what_differs_from_the_defaults_is_written(shop: Workshop) -> None:
    """Null takes one away."""
    _, entry = added(shop, ("pool", "k8s"), ("tags", "-"))
    assert entry == {**NEW, "work_pool": {"name": "k8s"}, "tags": None}


def test_a_target_has_defaults_of_its_own(shop: Workshop) -> None:
    """What it does to all entries is not theirs: prefixes and pauses of development."""
    assert added(shop, target="prod") == ("teams/billing/syntask.yaml", NEW)
    _, entry = added(shop, ("pool", "small"), target="prod")
    assert entry == {**NEW, "work_pool": {"name": "small"}}


def test_an_entry_is_changed_where_it_stands(shop: Workshop) -> None:
    """With its comments, and without what it inherits."""
    context = shop.context()
    result, _ = shop.add(
        ("flow", BILL), ("name", "old"), ("taken", "change"), ("description", "why"), context=context
    )
    assert result.composed.name == "teams/billing/syntask.yaml"
    save(result.composed, result.draft, context.project)

    text = (shop.directory / "teams/billing/syntask.yaml").read_text(encoding="utf-8")
    assert "# the first one" in text
    (entry,) = yaml.safe_load(text)["deployments"]
    assert entry == {**NEW, "name": "old", "description": "why"}


def test_nobody_is_asked_without_a_terminal(shop: Workshop) -> None:
    """`--into` answers, and an unknown file is said with those there are."""
    given = {"flow": BILL, "name": "new", "save": "save", "parameter source": "a"}

    def into(**more: str) -> str:
        context = shop.context(answers={**given, **more})
        return run_interview(lambda: add_deployment(context, is_deployed=False), Refusal()).composed.name

    assert into() == "teams/billing/syntask.yaml"
    assert into(home="syntask.yaml") == "syntask.yaml"
    with pytest.raises(UsageError, match=r"`--into FILE`: `other.yaml` is not one of `syntask.yaml`, "):
        into(home="other.yaml")
