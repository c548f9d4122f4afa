"""A payload as a template means the same as the mapping that it was made from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syntask_yaml.delivery.facts import render
from syntask_yaml.project.payload import payload_text

FACTS = {"flow_run": {"name": 'brisk "otter"', "state": {"message": "a\n<b> & 'c' \\ ✓ 😀"}, "tags": ["x"]}}


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"a": 1, "b": [True, None, 1.5, "text"], "c": {"d": {}}},
        {"whole": "{{ flow_run.state.message }}"},
        {"mixed": 'said "{{ flow_run.name }}" \\ é 😀\n: {{ flow_run.state.message }}!'},
        {
            "expression": "{{ flow_run.name | upper }}{{ flow_run.tags | length }}",
            'ke"y': ["{{ flow_run.name }}"],
        },
    ],
    ids=str,
)
def test_the_template_makes_the_same_json(payload: dict[str, Any]) -> None:
    rendered = ImmutableSandboxedEnvironment().from_string(payload_text(payload)).render(FACTS)

    assert json.loads(rendered) == render(payload, FACTS)


def test_a_text_stays_what_it_is() -> None:
    assert payload_text("{{ flow_run.name }} {") == "{{ flow_run.name }} {"
