"""A hint can be followed: it names the line to write, or the key that was meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syntask_yaml.document.reader import read_bytes
from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project
from syntask_yaml.project.schema import project_schema
from tests.unit.project.conftest import DIALECTS, hints_of, problems_of


@DIALECTS
@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ('schedule: "*/2 * * * *"', 'Write `cron: "*/2 * * * *"` under `schedule:`.'),
        ("schedule: 3600", "Write `interval: 3600` under `schedule:`."),
        ("schedule: PT1H", 'Write `interval: "PT1H"` under `schedule:`.'),
        ("schedule: FREQ=DAILY", 'Write `rrule: "FREQ=DAILY"` under `schedule:`.'),
        (
            "schedules: [daily]",
            "Write `- cron: 0 6 * * *` under `schedules:`, or `- interval:` and a duration.",
        ),
        ("schedule: hourly", "Write `cron: 0 6 * * *` under `schedule:`, or `interval:` and a duration."),
        ('schedules: "0 6 * * *"', 'Write `- cron: "0 6 * * *"` under `schedules:`.'),
        ('schedules: ["0 6 * * *"]', 'Write `- cron: "0 6 * * *"` under `schedules:`.'),
        ("schedules: {cron: 0 7 * * *}", "Start each schedule with `- `, such as `- cron: 0 6 * * *`."),
    ],
)
def test_a_schedule_in_another_form_is_answered_with_the_line_to_write(
    entry: str, hint: str, dialect: Dialect
) -> None:
    assert hints_of(entry, dialect) == [hint]


@DIALECTS
@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("work_pool: local", "Write `name: local` under `work_pool:`."),
        ("work_pool: 5", "Write `key: value` lines."),
        ("concurrency_limit: many", "Write a number, or `key: value` lines."),
        ("parameters: x", "Write `key: value` lines."),
    ],
)
def test_a_text_in_the_place_of_a_mapping_is_answered_with_what_to_write(
    entry: str, hint: str, dialect: Dialect
) -> None:
    assert hints_of(entry, dialect) == [hint]


@DIALECTS
@pytest.mark.parametrize("value", ["{cron: 0 7 * * *}", "5", "x", "true"])
@pytest.mark.parametrize("key", ["schedules", "triggers", "sla", "parameters", "work_pool", "tags", "pull"])
def test_what_is_expected_is_never_what_is_there(key: str, value: str, dialect: Dialect) -> None:
    for problem in problems_of(f"{key}: {value}", dialect):
        found, _, expected = problem.detail.partition("; expected ")
        assert not expected or found.rpartition(" is ")[2] not in expected


@DIALECTS
def test_a_key_that_only_holds_an_anchor_is_sent_to_the_homes_of_anchors(dialect: Dialect) -> None:
    (hint,) = hints_of("<<: *common", dialect, "common_deployment: &common\n  tags: [a]\n")

    assert hint.startswith("For anchors, use `definitions:`")


NEEDED = [
    (step.full_name(), name)
    for step in BUILTINS.values()
    for name in project_schema()["$defs"][f"step_{step.name}"].get("required", ())
]


@pytest.mark.parametrize(("step", "name"), NEEDED)
def test_an_input_that_is_needed(tmp_path: Path, step: str, name: str) -> None:
    """One message: that the slip is unknown, or, of steps that take more than is listed, what is missing."""
    others = {each: "x" for of, each in NEEDED if of == step and each != name}
    sound = {**others, **({"credentials": {"connection_string": "x"}} if "credentials" in others else {})}
    content = {"name": "p", "pull": [{step: {**sound, f"{name}s": "x"}}], "deployments": []}
    document = read_bytes(json.dumps(content, indent=1).encode(), "syntask.yaml")
    project = load_project(document, tmp_path, dialect=Dialect.SYNTASK, strict=False)

    (problem,) = project.diagnostics
    assert problem.is_error
    assert problem.code in ("unknown-input", "missing-input")
    assert f"`{name}`" in problem.detail + problem.hint


@pytest.mark.parametrize(("slip", "key"), [("crom", "cron"), ("intervall", "interval"), ("rule", "rrule")])
def test_the_timing_of_a_schedule(tmp_path: Path, slip: str, key: str) -> None:
    """One message, that the slip is unknown; without a slip, that something is missing."""

    def problems(schedule: dict[str, object]) -> list[str]:
        entry = {"name": "a", "entrypoint": "flows.py:f", "schedules": [schedule]}
        document = read_bytes(json.dumps({"deployments": [entry]}).encode(), "syntask.yaml")
        project = load_project(document, tmp_path, dialect=Dialect.SYNTASK, strict=False)
        return [f"{each.code}: {each.hint}" for each in project.diagnostics]

    assert problems({slip: "x"}) == [f"unknown-key: Did you mean `{key}`?"]
    assert [each.partition(":")[0] for each in problems({key: None})] == ["missing-key"]
    assert [each.partition(":")[0] for each in problems({"timezone": "UTC"})] == ["missing-key"]
