"""Fields are checked once more when their templates are resolved: what is left is a value, not a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.errors import ProjectInvalid
from tests.support.desk import Desk

TYPED = {
    "concurrency_limit": "wrong-type",
    "concurrency_limit: {limit: 1, collision_strategy": "wrong-value",
    "concurrency_limit: {limit: 1, grace_period_seconds": "wrong-type",
    "paused": "wrong-type",
    "enforce_parameter_schema": "wrong-type",
    "version_type": "wrong-value",
    "schedule: {cron": "invalid-cron",
    "schedule: {interval": "invalid-interval",
    "schedule: {rrule": "invalid-rrule",
    "schedule: {interval: 60, anchor_date": "invalid-date",
    "schedule: {cron: 0 6 * * *, timezone": "invalid-timezone",
}


def entry(key: str, text: str) -> str:
    return f'{key}: "{text}"' + "}" * key.count("{")


@pytest.mark.parametrize("text", ["{{ x", "{{ a b }}", "{{ flow_run.name }}"])
@pytest.mark.parametrize(("key", "code"), TYPED.items())
def test_braces_that_stay_are_no_value_of_a_typed_field(
    tmp_path: Path, key: str, code: str, text: str
) -> None:
    """Prefect's dialect leaves what is no template, and names of a run, as text."""
    desk = Desk(tmp_path)
    desk.declare(entry(key, text), name="prefect.yaml")

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert [each.code for each in raised.value.diagnostics] == [code]
    assert all(each.span is not None for each in raised.value.diagnostics)


@pytest.mark.parametrize(("key", "code"), TYPED.items())
def test_the_same_goes_for_a_name_of_a_run_in_our_dialect(tmp_path: Path, key: str, code: str) -> None:
    desk = Desk(tmp_path)
    desk.declare(entry(key, "{{ flow_run.name }}"))

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert [each.code for each in raised.value.diagnostics] == [code]


@pytest.mark.parametrize("key", TYPED)
def test_what_a_step_will_output_is_no_problem_before_it_ran(tmp_path: Path, key: str) -> None:
    desk = Desk(tmp_path)
    step = "build: [{syntask.deployments.steps.run_shell_script: {id: made, script: echo 1}}]"
    desk.declare(f"{entry(key, '{{ made.stdout }}')}, {step}")

    assert desk.plan().failed == ()


@pytest.mark.parametrize(
    "limit", ["2147483648", "'9999999999'", "'" + "9" * 5000 + "'", "9" * 400, "0", "'0'"]
)
def test_a_limit_that_no_backend_can_keep_is_refused(tmp_path: Path, limit: str) -> None:
    desk = Desk(tmp_path)
    desk.declare(f"concurrency_limit: {limit}")

    with pytest.raises(ProjectInvalid):
        desk.plan()


def test_the_largest_limit_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.declare("concurrency_limit: 2147483647")

    assert desk.actions() == ["created"]


@pytest.mark.parametrize("interval", ["9" * 400, "'" + "9" * 400 + "'", "PT" + "9" * 400 + "S", "1e300"])
def test_an_interval_of_any_length_is_a_problem_with_a_place(tmp_path: Path, interval: str) -> None:
    desk = Desk(tmp_path)
    desk.declare(f"schedule: {{interval: {interval}}}")

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert [each.code for each in raised.value.diagnostics] == ["invalid-interval"]
