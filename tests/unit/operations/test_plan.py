"""Where we differ from Prefect on purpose: each line of `docs/compatibility.md` that a plan shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.document.reader import read
from syntask_yaml.errors import BackendConflict, NotFound, ProjectInvalid, UsageError
from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.schedule import Interval
from syntask_yaml.model.value import known
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project
from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.source import Source
from tests.support.desk import Desk

MAKE = "syntask.deployments.steps.run_shell_script"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def codes_of(error: ProjectInvalid) -> list[str]:
    return [problem.code for problem in error.diagnostics]


def test_an_unset_name_is_an_error_and_nothing_is_written(desk: Desk) -> None:
    desk.declare("description: '{{ $MISSING }}'", "tags: [a]")

    with pytest.raises(ProjectInvalid) as caught:
        desk.deploy()

    assert codes_of(caught.value) == ["unset-name"]
    assert desk.backend.deployments() == []


def test_unset_names_are_empty_where_that_is_asked_for(desk: Desk) -> None:
    """As in Prefect: empty text for the environment, and with a warning for each."""
    desk.allow_unset = True
    desk.declare("description: 'x{{ $MISSING }}', tags: ['{{ $MISSING }}', b]")

    outcome = desk.deploy()

    assert desk.deployed().description == "x"
    assert desk.deployed().tags == ("b",)
    assert [each.code for each in desk.plan().diagnostics if not each.is_note] == ["unset-name"] * 2
    assert outcome.is_good


def test_bare_names_are_not_those_of_the_environment(desk: Desk) -> None:
    desk = desk.seeing(BRANCH="main")
    desk.declare("description: '{{ BRANCH }}'")

    with pytest.raises(ProjectInvalid) as caught:
        desk.plan()

    assert codes_of(caught.value) == ["unset-name"]


def test_items_that_are_one_placeholder_are_kept(desk: Desk) -> None:
    desk.declare("tags: ['{{ $A }}', b]")

    desk.seeing(A="a").deploy()

    assert desk.deployed().tags == ("a", "b")


@pytest.mark.parametrize("broken", ["paramters: {a: 1}", "paused: sometimes", "schedule: {cron: no}"])
def test_one_broken_deployment_takes_no_other_down(desk: Desk, broken: str) -> None:
    desk.declare("tags: [a]", broken, "tags: [b]")

    assert desk.actions(keep_going=True) == ["created", "failed", "created"]


@pytest.mark.parametrize(
    ("entry", "field", "value"),
    [
        ("tags: one", "tags", ("one",)),
        ("tags: [[a, [b]], c]", "tags", ("a", "b", "c")),
        ("tags: [1, null, '']", "tags", ("1",)),
        ("tags: null", "tags", ()),
        ("parameters: null", "parameters", {}),
        ("work_pool: null", "work_pool", "default"),
        ("version: 1", "version", "1"),
        ("version: 1.5", "version", "1.5"),
        ("description: null", "description", None),
        ("concurrency_limit: 3", "concurrency_limit", ConcurrencyLimit(3, CollisionStrategy.ENQUEUE)),
        ("concurrency_limit: '3'", "concurrency_limit", ConcurrencyLimit(3, CollisionStrategy.ENQUEUE)),
        ("concurrency_limit: {limit: 3}", "concurrency_limit", ConcurrencyLimit(3)),
        ("schedule: {}", "schedules", ()),
    ],
)
def test_odd_forms_mean_what_was_meant(desk: Desk, entry: str, field: str, value: object) -> None:
    desk.declare(entry)
    desk.deploy()

    assert getattr(desk.deployed(), field) == value
    assert desk.actions() == ["unchanged"]


STEPS = "[{own.step: {}}]"
INHERITED, OWN = ["own.project"], ["own.step"]
NONE: list[str] = []
# What a deployment says, and which steps it has then, under a project that has steps.
RULE = {"absent": INHERITED, STEPS: OWN, "{own.step: {}}": OWN, "null": NONE, "[]": NONE, "{}": NONE}


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("said", RULE)
def test_one_rule_for_all_sections(said: str, section: str, dialect: Dialect) -> None:
    """Absent is the project's, null and nothing are none; `pull: null` is Prefect's exception."""
    own = "" if said == "absent" else f", {section}: {said}"
    text = f"{section}: [{{own.project: {{}}}}]\ndeployments: [{{name: a, entrypoint: b.py:c{own}}}]\n"
    project = load_project(read(Source("f", text)), Path(), dialect=dialect)
    expected = RULE[said]
    if section == "pull" and dialect is Dialect.PREFECT and said in ("null", "{}"):
        expected = INHERITED

    assert [step.name for step in getattr(project.declarations[0], section) or ()] == expected
    assert ("inherited-pull" in {each.code for each in project.diagnostics}) == (
        expected is INHERITED and said != "absent"
    )


@pytest.mark.parametrize("said", ["null", "[]", "absent"])
def test_no_pull_of_the_project_and_of_the_deployment(said: str) -> None:
    """Only where nobody says anything, there is a default."""
    top = "" if said == "absent" else f"pull: {said}\n"
    text = f"{top}deployments: [{{name: a, entrypoint: b.py:c}}]\n"
    project = load_project(read(Source("f", text)), Path(), dialect=Dialect.SYNTASK)

    assert project.declarations[0].pull == (() if said == "[]" else None)


def test_a_pause_that_is_not_declared_stays(desk: Desk) -> None:
    desk.declare("tags: [a]")
    desk.deploy()
    desk.pause()

    assert desk.actions() == ["unchanged"]
    desk.declare("tags: [b]")
    assert desk.actions() == ["updated"]
    assert desk.deployed().paused is True
    desk.declare("tags: [b], paused: false")
    assert desk.changed() == ["paused"]
    desk.deploy()
    assert desk.deployed().paused is False


def test_schedules_go_when_they_are_declared_away(desk: Desk) -> None:
    """An empty list removes, one that is left out goes, and no key at all leaves what is there."""
    desk.declare("schedules: [{cron: '0 6 * * *', slug: early}, {cron: '0 7 * * *', slug: late}]")
    desk.deploy()
    early = (desk.deployed().schedules or ())[0].id  # type: ignore[index]

    desk.declare("schedules: [{cron: '0 6 * * *', slug: early}]")
    assert desk.actions() == ["updated"]
    assert [(each.slug, each.id) for each in desk.deployed().schedules or ()] == [("early", early)]  # type: ignore[union-attr]
    desk.declare("tags: []")
    assert desk.actions() == ["unchanged"]
    desk.declare("schedules: []")
    assert desk.actions() == ["updated"]
    assert desk.deployed().schedules == ()


def test_an_interval_without_an_anchor_keeps_the_one_it_has(desk: Desk) -> None:
    def anchor() -> object:
        (schedule,) = desk.deployed().schedules or ()  # type: ignore[misc]
        assert isinstance(schedule.timing, Interval)
        return schedule.timing.anchor

    desk.declare("schedule: {interval: 3600}")
    desk.deploy()
    first = anchor()

    desk.declare("schedule: {interval: 3600}, tags: [a]")

    assert desk.actions() == ["updated"]
    assert first is not None
    assert anchor() == first


def test_a_slug_is_replaced_once_and_said_again(desk: Desk) -> None:
    desk.declare("schedule: {cron: '0 6 * * *', slug: old}")
    desk.deploy()
    (before,) = known(desk.deployed().schedules) or ()

    desk.declare("schedule: {cron: '0 6 * * *', slug: new, replaces: old}")

    assert desk.actions() == ["updated"]
    (after,) = known(desk.deployed().schedules) or ()
    assert (after.slug, after.id) == ("new", before.id)
    assert desk.actions() == ["unchanged"]


def test_enforcing_the_schema_is_the_default_again(desk: Desk) -> None:
    desk.declare("enforce_parameter_schema: false")
    desk.deploy()
    desk.declare("tags: []")

    assert desk.changed() == ["enforce_parameter_schema"]
    desk.deploy()
    assert desk.deployed().enforce_parameter_schema is True


def test_block_references_stay_references(desk: Desk) -> None:
    reference = "{{ syntask.blocks.secret.token }}"
    clone = f"syntask.deployments.steps.git_clone: {{repository: r, access_token: '{reference}'}}"
    desk.declare(f"work_pool: {{job_variables: {{env: {{A: 'x {reference}'}}}}}}, pull: [{{{clone}}}]")
    desk.deploy()

    assert desk.deployed().job_variables == {"env": {"A": f"x {reference}"}}
    assert reference in str(desk.deployed().pull_steps)


@pytest.mark.parametrize("name", ["syntask.yaml", "prefect.yaml"])
def test_a_block_that_would_be_stored_readable_is_refused(desk: Desk, name: str) -> None:
    """In both dialects, once it comes to deploying."""
    desk.declare("parameters: {source: '{{ prefect.blocks.secret.token }}'}", name=name)

    with pytest.raises(ProjectInvalid) as caught:
        desk.plan()

    assert codes_of(caught.value) == ["secret-stored"]


def test_names_select_by_flow_and_by_function(desk: Desk) -> None:
    desk.write(
        "deployments:\n"
        "  - {name: nightly, entrypoint: flows.py:etl}\n"
        "  - {name: nightly, entrypoint: flows.py:report}\n"
        "  - {name: weekly, entrypoint: flows.py:report}\n"
    )

    def planned(*names: str) -> list[str]:
        return [change.deployment for change in desk.plan(*names).plan.changes]

    assert planned("monthly report/nightly") == ["monthly report/nightly"]
    assert planned("report/nightly") == ["monthly report/nightly"]
    assert planned("etl/*") == ["etl/nightly"]
    assert planned("*/nightly") == planned("nightly") == ["etl/nightly", "monthly report/nightly"]
    assert planned("week*", "etl/nightly") == ["etl/nightly", "monthly report/weekly"]
    with pytest.raises(NotFound, match="`nighly`"):
        desk.deploy("nighly", "weekly")
    assert desk.backend.deployments() == []


def test_options_go_for_one_deployment(desk: Desk) -> None:
    desk.declare("work_pool: {job_variables: {env: {A: b}}}", "tags: [a]")

    with pytest.raises(UsageError, match="`--job-variable`"):
        desk.deploy(overrides=Overrides(job_variables={"stream_output": False}))
    desk.deploy("d0", overrides=Overrides(job_variables={"stream_output": False}, tags=("x",)))

    assert desk.deployed().job_variables == {"env": {"A": "b"}, "stream_output": False}
    assert desk.deployed().tags == ("x",)


def test_this_machines_folder_is_stored_for_local_pools_only(desk: Desk) -> None:
    desk.backend.create_pool(WorkPool(name="cluster", type="kubernetes"))
    desk.declare("tags: [a]")
    assert [each.code for each in desk.plan().diagnostics] == ["default-pull"]
    desk.declare("work_pool: {name: cluster}")

    with pytest.raises(ProjectInvalid) as caught:
        desk.plan()

    assert codes_of(caught.value) == ["no-pull"]


def test_steps_that_deployments_share_run_once(desk: Desk) -> None:
    """And those that only look alike do not."""
    own = f"build: [{{{MAKE}: {{script: 'echo own >> ran'}}}}]"
    top = f"build: [{{{MAKE}: {{id: made, script: bash -c 'echo shared | tee -a ran'}}}}]"
    desk.declare("tags: [a]", "version: '{{ made.stdout }}'", "tags: [c]", own, top=top)
    made = desk.folder / "ran"

    assert desk.actions() == ["created"] * 4
    assert sorted(made.read_text(encoding="utf-8").split()) in (["shared"], ["own", "shared"])
    assert desk.deployed("d1").version == "shared"


def test_of_two_with_one_name_the_last_counts_in_prefects_dialect(desk: Desk) -> None:
    """With a warning; and what was deployed plans to nothing."""
    desk.write(
        "deployments:\n"
        "  - {name: a, entrypoint: flows.py:etl, tags: [first]}\n"
        "  - {name: a, entrypoint: flows.py:etl, tags: [last]}\n",
        "prefect.yaml",
    )

    assert desk.actions() == ["created"]
    assert desk.deployed("a").tags == ("last",)
    assert desk.actions() == ["unchanged"]
    assert "duplicate-deployment" in {each.code for each in desk.plan().diagnostics}


def test_an_undeclared_flow_does_not_replace_what_a_project_owns(desk: Desk) -> None:
    """Not even this project: then nothing would own it any more."""
    desk.declare("tags: [a]", top="name: shop")
    desk.deploy()
    desk.write("name: shop\ndeployments: []\n")
    selection = Selection(names=("d0",), entrypoint="flows.py:etl")
    with pytest.raises(BackendConflict, match="`etl/d0` belongs to the project `shop`"):
        make_plan(desk.context, Request(selection=selection))
