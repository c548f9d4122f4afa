"""What is a job template, whatever a file holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.model.job_template import template_problem, undeclared_names
from syntask_yaml.model.job_variables import job_configuration, used_variables

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "{{ a }}", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "env"]), inner),
    max_leaves=4,
)
_TEMPLATES = st.dictionaries(
    st.sampled_from(["job_configuration", "variables"]),
    _JSON | st.dictionaries(st.sampled_from(["properties", "required", "a"]), _JSON),
)


@settings(deadline=None)
@given(_JSON | _TEMPLATES)
def test_what_is_a_template_can_be_used(template: Any) -> None:
    if template_problem(template) is not None:
        return
    undeclared_names(template)
    used_variables(template)
    job_configuration(template, {"a": 1, "env": {"B": "c"}}, {})


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ([], "it does not contain a mapping"),
        ({"job_configuration": ["x"]}, "its `job_configuration` is not a mapping"),
        ({"job_configuration": []}, "its `job_configuration` is not a mapping"),
        ({"variables": []}, "its `variables` is not a JSON Schema of job variables"),
        ({"variables": {"properties": []}}, "its `variables` is not a JSON Schema of job variables"),
        ({"variables": "x"}, "its `variables` is not a JSON Schema of job variables"),
        ({"variables": {"properties": {"a": 1}}}, "its `variables` is not a JSON Schema of job variables"),
        ({"job_configuration": None, "variables": {"properties": None}}, None),
        ({}, None),
    ],
)
def test_what_is_none_is_told_why(template: Any, problem: str | None) -> None:
    assert template_problem(template) == problem
