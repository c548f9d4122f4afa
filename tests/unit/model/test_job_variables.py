"""The job that our own worker makes of a template and job variables is that of a worker of Prefect's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.model.job_variables import job_configuration, merged, used_variables
from syntask_yaml.model.pool_type import pool_type
from tests.unit.project.flows.judge import silence


def _template(job: Mapping[str, Any] | None = None, **defaults: Any) -> dict[str, Any]:
    names = ("env", "working_dir", "command", "name", "labels", "stream_output", "team")
    properties = {name: {"default": defaults[name]} if name in defaults else {} for name in names}
    own = {name: f"{{{{ {name} }}}}" for name in names if name != "team"}
    return {"job_configuration": {**own, **(job or {})}, "variables": {"properties": properties}}


_ENV = {"A": "pool", "B": "pool"}
_PLACE = "/"

# A template, the job variables of a deployment, and those of a run.
_CASES: tuple[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], ...] = (
    (pool_type("process").template, {}, {}),
    (_template(env=_ENV, working_dir=_PLACE), {"env": {"B": "deployment"}}, {}),
    (_template(env=_ENV), {"env": {"B": "deployment", "C": "x"}}, {"env": {"C": "run", "D": "run"}}),
    (_template(env=_ENV), {"env": {"A": None}}, {}),
    (_template(env=_ENV), {"env": {}}, {"env": {"A": None}}),
    (_template(env=_ENV), {}, {"env": {"B": "run"}}),
    (_template(), {"env": {"A": "x"}}, {"env": {"A": None}}),
    (_template(), {"env.A": "dotted"}, {}),
    (_template(env=_ENV), {"env.A": "dotted"}, {"env.C": "run"}),
    (_template(), {"env.A": "dotted", "env.B": "dotted", "env": {"B": "nested"}}, {}),
    (_template(), {"env.A": "dotted"}, {"env": {"B": "run"}}),
    (_template(env=_ENV), {"env": None}, {}),
    (_template(labels={"a": "1", "b": "2"}), {"labels": {"b": "3"}}, {}),
    (_template(labels={"a": "1"}), {"labels": {"b": "2"}}, {"labels": {"c": "3"}}),
    (_template(labels={"a": "1", "b": "2"}), {"labels.b": "3"}, {}),
    (_template(working_dir=_PLACE, name="pool"), {"name": "deployment"}, {"name": "run"}),
    (_template({"command": "run {{ team }} on {{ name }}"}), {"team": "data"}, {}),
    (_template({"command": "run {{ team }} on {{ name }}"}, team="ops", name="x"), {}, {"team": "data"}),
    (_template({"labels": {"team": "{{ team }}", "name": "{{ name }}"}}), {"team": "data"}, {}),
    (_template({"command": "echo {{ $JOB_HOME }} {{ $JOB_NOTHING }}."}), {}, {}),
    (_template({"env": {"A": "fixed", "T": "{{ team }}"}}, team="ops"), {"env": {"B": "x"}}, {}),
    (_template({"env": {"A": "fixed"}}, env={"A": "default", "B": "default"}), {"env": {"B": "x"}}, {}),
    (_template(), {"command": "echo {{ name }}", "name": "x"}, {}),
    (_template({"command": "{{ env.A }}"}), {"env": {"A": "x"}}, {}),
    (_template(), {"nothing": 1}, {"stream_output": False}),
)


def _prefects(template: Mapping[str, Any], deployment: Mapping[str, Any], run: Mapping[str, Any]) -> Any:
    with silence():
        from prefect.workers.process import ProcessJobConfiguration

        configuration: Any = ProcessJobConfiguration
        values = merged(deployment, run)  # judged beside a worker in `tests/real`
        made = asyncio.run(configuration.from_template_and_values(template, values, client=object()))
    return made.model_dump(mode="json")


@pytest.mark.parametrize("number", range(len(_CASES)))
def test_the_job_is_that_of_prefects_worker(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults of the pool, the deployment and the run over them, by name only for `env`."""
    monkeypatch.setenv("JOB_HOME", "/srv")
    template, deployment, run = _CASES[number]

    expected = _prefects(template, deployment, run)
    ours = job_configuration(template, merged(deployment, run), os.environ)

    for key in ("env", "working_dir", "command", "name", "labels"):
        assert (ours.get(key) or None) == (expected[key] or None), key


def test_a_pool_without_a_template_takes_the_variables_as_they_are() -> None:
    assert job_configuration({}, {"env.A": "x", "image": "y"}, {}) == {"env": {"A": "x"}, "image": "y"}


def test_values_are_not_expanded_again() -> None:
    """Neither in text, nor where the pool has an `env` of its own."""
    given = {"env": {"A": "{{ working_dir }}"}, "name": "{{ command }}", "command": "x"}

    job = job_configuration(_template({"labels": {"a": "{{ name }}!"}}, env=_ENV), given, {})

    assert job["env"]["A"] == "{{ working_dir }}"
    assert job["labels"] == {"a": "{{ command }}!"}


@pytest.mark.parametrize("number", range(len(_CASES)))
@pytest.mark.parametrize("name", ["env", "working_dir", "command", "name", "labels", "team"])
def test_variables_that_are_used_are_those_that_change_the_job_of_prefects_worker(
    number: int, name: str
) -> None:
    template = _CASES[number][0]
    value: Any = {"NEW": "new"} if name in ("env", "labels") else "new"

    has_effect = _prefects(template, {name: value}, {}) != _prefects(template, {}, {})

    used = used_variables(template)
    assert used is not None
    assert (name in used) is has_effect


def test_parts_of_a_variable_and_texts_around_it_are_uses() -> None:
    job: Any = {"command": ["-x", "{{ env.A }} and {{size[0]}}"], "labels": {"{{ name }}": "x"}, "n": 1}

    assert used_variables({"job_configuration": job}) == frozenset({"env", "size"})


def test_without_a_configuration_all_variables_are_used() -> None:
    assert used_variables({}) is None
    assert used_variables({"job_configuration": {}}) == frozenset()
