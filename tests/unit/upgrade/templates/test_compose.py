"""Templates out of the default ones."""

from __future__ import annotations

from typing import Any

from syntask_yaml.upgrade.templates.compose import compose

BASE: dict[str, Any] = {
    "job_configuration": {"image": "{{ image }}", "env": "{{ env }}", "job_manifest": {"kind": "Job"}},
    "variables": {
        "type": "object",
        "required": ["image", "region"],
        "properties": {
            "image": {"type": "string"},
            "cpu": {"type": "integer"},
            "env": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
}


def test_values_are_defaults_and_parts_take_the_place_of_the_usual_ones() -> None:
    template: Any = compose(BASE, {"job_manifest": {"kind": "Other"}}, {"image": "a:1", "cpu": "512"})

    assert template["job_configuration"] == {
        "image": "{{ image }}",
        "env": "{{ env }}",
        "job_manifest": {"kind": "Other"},
    }
    properties = template["variables"]["properties"]
    assert properties["image"] == {"type": "string", "default": "a:1"}
    assert properties["cpu"] == {"type": "integer", "default": 512}
    assert template["variables"]["required"] == ["region"]


def test_the_environment_may_remove_variables() -> None:
    template: Any = compose(BASE, {}, {})

    allowed = template["variables"]["properties"]["env"]["additionalProperties"]["anyOf"]
    assert allowed == [{"type": "string"}, {"type": "null"}]


def test_a_variable_that_the_template_of_a_server_lacks_is_added() -> None:
    template: Any = compose(BASE, {}, {"privileged": True})

    assert template["job_configuration"]["privileged"] == "{{ privileged }}"
    assert template["variables"]["properties"]["privileged"] == {"default": True}


def test_the_base_stays_as_it_was() -> None:
    compose(BASE, {}, {"image": "a:1"})

    assert BASE["variables"]["properties"]["image"] == {"type": "string"}
