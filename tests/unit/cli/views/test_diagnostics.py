"""One cause is one message, with the deployments that it touches counted and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.cli.views.diagnostics import encode, show
from syntask_yaml.cli.views.reports import CommandReport, print_report
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.operations.project import validate
from syntask_yaml.source import Source, Span
from tests.support.desk import Desk


def problems_of(desk: Desk) -> tuple[Diagnostic, ...]:
    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()
    return raised.value.diagnostics


def shown(problems: tuple[Diagnostic, ...], capsys: pytest.CaptureFixture[str]) -> str:
    show(problems)
    return capsys.readouterr().err


NAMED = "in 60 deployments: `etl/d0`, `etl/d1`, `etl/d2`, `etl/d3`, `etl/d4` and 55 more"
ENTRIES = {
    "an anchor": ("work_pool: *pool", "x-pool: &pool {name: absent}"),
    "a merge": ("<<: *base", "x-base: &base {work_pool: {name: absent}}"),
    "the same text": ("work_pool: {name: absent}", ""),
    "a variable": ("tags: ['{{ syntask.variables.absent }}']", ""),
    "the environment": ("work_pool: {name: '{{ $ABSENT }}'}", ""),
    "a step of the project": ("tags: []", "pull: [{syntask.deployments.steps.git_clne: {}}]"),
}


@pytest.mark.parametrize("what", ENTRIES)
def test_sixty_entries_with_one_problem_are_one_message(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, top = ENTRIES[what]
    desk = Desk(tmp_path)
    desk.declare(*[entry] * 60, top=top)

    text = shown(problems_of(desk), capsys)

    assert text.count("error:") == 1
    assert NAMED in text


def test_programs_get_each_of_them(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.declare(*["work_pool: {name: absent}"] * 60)

    assert len(problems_of(desk)) == 60


def test_two_slips_at_two_places_are_two_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path)
    desk.declare("paramters: {}", "paramters: {}")

    text = shown(tuple(validate(desk.context.project, flows=None)), capsys)

    assert text.count("error:") == 2
    assert "deployments:" not in text.replace("deployments:\n", "")


@pytest.mark.parametrize(
    "top", ["pull: [{syntask.deployments.steps.git_clne: {}}]", "build: [{git_clone: 3}]"]
)
def test_validate_calls_them_by_flow_and_name(
    top: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As every other command does, whatever section the problem is in."""
    desk = Desk(tmp_path)
    desk.write("from syntask import flow\n\n\n@flow(name='ETL')\ndef etl(): ...\n", "flows.py")
    desk.declare("tags: []", "tags: [a]", top=top)

    text = shown(tuple(validate(desk.context.project, flows=desk.context.reader)), capsys)

    assert "in 2 deployments: `ETL/d0`, `ETL/d1`" in text


def test_two_causes_are_two_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path)
    desk.declare("work_pool: {name: absent}", "work_pool: {name: other}", "work_pool: {name: absent}")

    text = shown(problems_of(desk), capsys)

    assert text.count("error:") == 2
    assert "in 2 deployments: `etl/d0`, `etl/d2`" in text


@pytest.mark.parametrize("output", ["github", "gitlab", "sarif", "junit", "markdown"])
def test_every_format_of_ci_systems_has_a_cause_once_with_its_deployments(
    output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path)
    desk.declare(*["work_pool: {name: absent}"] * 60)
    report = CommandReport(command="plan", problems=problems_of(desk))

    print_report(report, output, {})

    text = capsys.readouterr().out
    assert text.count("has no work pool") == 1
    assert "In 60 deployments: `etl/d0`, `etl/d1`" in text
    assert ('"etl/d59"' in text) == (output == "sarif")


def test_json_has_the_deployments_and_the_targets_of_each_problem() -> None:
    problem = Diagnostic("flow-not-found", "There is none.", entries=("etl/a", "etl/b"), targets=("prod",))

    assert encode(problem)["deployments"] == ["etl/a", "etl/b"]
    assert encode(problem)["targets"] == ["prod"]
    assert (
        encode(Diagnostic("flow-not-found", "There is none.")).keys().isdisjoint(("deployments", "targets"))
    )


def test_what_is_said_at_several_places_without_a_deployment_names_the_places(
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = Source("syntask.yaml", "a: *x\nb: *x\n")
    spans = [Span(source, start, start + 2) for start in (3, 9)]
    show(Diagnostic("undefined-alias", "There is no `&x`.", span=span) for span in spans)

    text = capsys.readouterr().err
    assert text.count("error:") == 1
    assert "also at syntask.yaml:2:4" in text
