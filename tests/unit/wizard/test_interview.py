"""The interview: which questions are asked, and what the answers come to."""

from __future__ import annotations

from typing import Any

import pytest
from git import Repo

from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.model.block import Block
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.secret import Secret
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.selection import Selection
from syntask_yaml.wizard.interview import BACK, DISCARD, add_deployment, choose_or_add, run_interview
from syntask_yaml.wizard.next_steps import next_steps
from syntask_yaml.wizard.prompter import Refusal
from syntask_yaml.wizard.questions import Select
from tests.support.answers import Script
from tests.unit.wizard.conftest import Workshop

LOAD = ("flow", "flows.py:load")
REPORT = ("flow", "flows.py:report")
DOCKER = WorkPool(
    name="boxes",
    type="docker",
    base_job_template={
        "job_configuration": {"image": "{{ image }}", "env": "{{ env }}"},
        "variables": {
            "type": "object",
            "properties": {"image": {"type": "string"}, "env": {"type": "object"}},
        },
    },
)


def test_enter_to_everything_makes_a_deployment(workshop: Workshop) -> None:
    """Only the flow must be chosen; every other question has an answer already."""
    assert workshop.entry(REPORT) == {
        "name": "default",
        "entrypoint": "flows.py:report",
        "work_pool": {"name": "default"},
    }


def test_the_order_is_what_when_where_and_then_the_rest(workshop: Workshop) -> None:
    """A newcomer is asked in the order in which the words come to mind."""
    _, script = workshop.add(LOAD)

    assert script.keys == [
        "flow",
        "name",
        "description",
        "parameter source",
        "parameter",
        "schedule",
        "pool",
        "code",
        "environment",
        "limit",
        "tags",
        "save",
    ]


def test_every_answer_stands_in_the_file(workshop: Workshop) -> None:
    """Each answer becomes the field that it is about, and nothing else is written."""
    entry = workshop.entry(
        LOAD,
        ("name", "nächtlich"),
        ("description", "Loads: everything"),
        ("parameter source", "42"),
        ("parameter", "limit"),
        ("parameter limit", "5"),
        ("parameter", "mode"),
        ("parameter mode", "fast"),
        ("parameter", "dry"),
        ("parameter dry", "true"),
        ("schedule", "cron"),
        ("cron", "30 2 * * 1-5"),
        ("timezone", "Asia/Tokyo"),
        ("schedule", "interval"),
        ("interval", "15 minutes"),
        ("schedule", "rrule"),
        ("rrule", "FREQ=DAILY"),
        ("active", False),
        ("environment", "STAGE=prod"),
        ("environment", "DB_TOKEN={{ syntask.blocks.secret.db }}"),
        ("limit", "3"),
        ("collision", "CANCEL_NEW"),
        ("tags", "orders, nightly, orders"),
    )

    assert entry == {
        "name": "nächtlich",
        "entrypoint": "flows.py:load",
        "description": "Loads: everything",
        "tags": ["orders", "nightly"],
        "parameters": {"source": "42", "limit": 5, "mode": "fast", "dry": True},
        "schedules": [
            {"cron": "30 2 * * 1-5", "timezone": "Asia/Tokyo"},
            {"interval": 900},
            {"rrule": "FREQ=DAILY", "timezone": "Europe/Berlin"},
        ],
        "paused": True,
        "concurrency_limit": {"limit": 3, "collision_strategy": "CANCEL_NEW"},
        "work_pool": {
            "name": "default",
            "job_variables": {"env": {"STAGE": "prod", "DB_TOKEN": "{{ syntask.blocks.secret.db }}"}},
        },
    }


def test_a_scheduled_run_needs_every_parameter(workshop: Workshop) -> None:
    """What may stay open without a schedule is asked for again with one, and then must be said."""
    _, script = workshop.add(
        LOAD, ("parameter source", ""), ("schedule", "interval"), ("parameter source", "orders")
    )

    again = [question for question in script.asked if question.key == "parameter source"]
    assert [question.default for question in again] == ["", None]


def test_the_next_times_of_a_schedule_are_shown(workshop: Workshop) -> None:
    """In words, and five times on the clock of its zone."""
    _, script = workshop.add(REPORT, ("schedule", "cron"), ("cron", "30 2 * * 1-5"))

    [again] = [question for question in script.asked if question.text == "Add another schedule?"]
    assert again.notes == [
        "At 02:30, Monday to Friday (Europe/Berlin). Next:",
        "  Mon 2026-11-23 02:30",
        "  Tue 2026-11-24 02:30",
        "  Wed 2026-11-25 02:30",
        "  Thu 2026-11-26 02:30",
        "  Fri 2026-11-27 02:30",
    ]
    assert again.table[:3] == [
        "      Mo  Tu  We  Th  Fr  Sa  Su",
        "Nov                   20  21  22",
        "     [23][24][25][26][27] 28  29",
    ]


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("name", "a/b", "The name of a deployment must not contain"),
        ("name", "", "A value is required"),
        ("cron", "61 * * * *", "The minute field `61` is not valid"),
        ("interval", "often", "15 minutes"),
        ("interval", "0 minutes", ""),
        ("rrule", "WEEKLY", "not a valid recurrence rule"),
        ("timezone", "Europe/Berln", "Did you mean `Europe/Berlin`?"),
        ("parameter limit", "many", "is not valid"),
        ("parameter limit", "{{ $LIMIT", "has no `}}`"),
        ("environment", "STAGE", "NAME=value"),
        ("environment", "API_TOKEN=abc", "syntask.blocks.secret.api-token"),
        ("limit", "0", "greater than 0"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_reason(
    workshop: Workshop, key: str, text: str, problem: str
) -> None:
    """The check of a question says why."""
    _, script = workshop.add(
        LOAD,
        ("parameter source", "a"),
        ("parameter", "limit"),
        ("parameter limit", "1"),
        ("schedule", "cron"),
        ("cron", "0 6 * * *"),
        ("schedule", "interval"),
        ("schedule", "rrule"),
        ("rrule", "FREQ=DAILY"),
    )

    question = next(each for each in script.asked if each.key == key)
    assert question.problem(text)
    assert problem in question.problem(text)


def test_back_asks_the_question_before_with_its_answer(workshop: Workshop) -> None:
    """One question back, as often as is wanted; what was answered is the default then."""
    entry = workshop.entry(
        LOAD,
        ("name", "a"),
        ("description", BACK),
        ("name", BACK),
        ("flow", "flows.py:report"),
        ("name", "b"),
        ("description", "Text"),
        ("parameter", BACK),
        ("description", BACK),
        ("name", "c"),
    )

    assert entry["entrypoint"] == "flows.py:report"
    assert entry["name"] == "c"
    assert "description" not in entry


def test_an_answer_that_was_taken_back_is_the_default(workshop: Workshop) -> None:
    """Enter gives it again."""
    entry = workshop.entry(REPORT, ("name", "mine"), ("description", BACK))

    assert entry["name"] == "mine"


def test_back_at_the_first_question_asks_it_again(workshop: Workshop) -> None:
    """There is nothing before it."""
    assert workshop.entry(("flow", BACK), ("flow", BACK), REPORT)["entrypoint"] == "flows.py:report"


def test_a_name_that_is_taken_changes_the_entry(workshop: Workshop) -> None:
    """What it says is the default of every question; what is never asked about stays."""
    workshop.write(
        "syntask.yaml",
        """\
deployments:
  - name: nightly  # the old one
    entrypoint: flows.py:load
    description: Old
    version: "7"
    tags: [a, b]
    parameters: {source: x, limit: 9}
    schedules: [{cron: "0 6 * * *", slug: six}]
    concurrency_limit: {limit: 2, grace_period_seconds: 90}
    work_pool: {name: default, work_queue_name: q, job_variables: {env: {A: "1", B: "2"}}}
""",
    )

    entry = workshop.entry(
        LOAD,
        ("name", "nightly"),
        ("taken", "change"),
        ("description", "-"),
        ("parameter", "limit"),
        ("parameter limit", "-"),
        ("environment", "A=-"),
    )

    assert entry == {
        "name": "nightly",
        "entrypoint": "flows.py:load",
        "version": "7",
        "tags": ["a", "b"],
        "parameters": {"source": "x"},
        "schedules": [{"cron": "0 6 * * *", "slug": "six"}],
        "concurrency_limit": {"limit": 2, "grace_period_seconds": 90},
        "work_pool": {"name": "default", "work_queue_name": "q", "job_variables": {"env": {"B": "2"}}},
    }


def test_a_name_that_is_taken_can_be_another_one(workshop: Workshop) -> None:
    """The suggested name is free, and a taken one may be given up."""
    workshop.write("syntask.yaml", "deployments:\n- {name: default, entrypoint: 'flows.py:report'}\n")

    drafted, script = workshop.add(REPORT, ("name", "default"), ("taken", "rename"))

    assert drafted.draft.name == "default-2"
    assert "already declared on line 2" in script.asked[2].text


def test_the_same_name_of_another_flow_is_free(workshop: Workshop) -> None:
    """`flow/name` is what must be unique."""
    workshop.write("syntask.yaml", "deployments:\n- {name: default, entrypoint: 'flows.py:load'}\n")

    drafted, _ = workshop.add(REPORT, ("name", "default"))

    assert drafted.draft.full_name == "daily-report/default"


def test_the_same_flow_name_in_another_file_is_told(workshop: Workshop) -> None:
    """A change then points the entry at the flow that was chosen; another spelling of its file stays."""
    workshop.write(
        "other.py", "from syntask import flow\n\n\n@flow(name='daily-report')\ndef report(): ...\n"
    )
    workshop.write(
        "syntask.yaml",
        "deployments:\n"
        "- {name: a, entrypoint: 'other.py:report'}\n"
        "- {name: b, entrypoint: './flows.py:report'}\n",
    )

    drafted, script = workshop.add(REPORT, ("name", "a"), ("taken", "change"))
    same, unasked = workshop.add(REPORT, ("name", "b"), ("taken", "change"))

    assert script.asked[2].text.endswith("already declared on line 2, for `other.py:report`.")
    assert drafted.draft.fields["entrypoint"] == "flows.py:report"
    assert unasked.asked[2].text.endswith("already declared on line 3.")
    assert same.draft.fields["entrypoint"] == "./flows.py:report"


def test_a_schedule_that_is_said_twice_is_there_once(workshop: Workshop) -> None:
    """The same command, typed again, comes to the same file."""
    said: dict[str, Any] = {
        "answers": {"flow": "flows.py:report", "name": "a", "taken": "change"},
        "overrides": Overrides(schedules=({"cron": "0 6 * * *"},), timezone="UTC"),
    }
    first, _ = workshop.add(context=workshop.context(**said))
    workshop.write("syntask.yaml", first.composed.text)

    second, _ = workshop.add(context=workshop.context(**said))

    assert second.composed.text == first.composed.text


def test_a_paused_pool_is_to_go_on(workshop: Workshop) -> None:
    workshop.backend.create_pool(WorkPool(name="idle", type="process", is_paused=True))
    context = workshop.context()
    drafted, script = workshop.add(REPORT, ("pool", "idle"), context=context)

    steps = [line for _, line in next_steps(drafted.draft, program="syntask", is_deployed=False)]

    assert "syntask work-pool resume idle" in steps
    pools = next(each for each in script.asked if each.key == "pool")
    assert isinstance(pools, Select)
    labels = [choice.label for choice in pools.choices]
    assert any("PAUSED" in label for label in labels)


def test_a_repository_without_flows_asks_where_one_is(workshop: Workshop) -> None:
    """What is typed is looked for at once."""
    workshop.write("flows.py", "x = 1\n")
    workshop.write("more.py", "def work(): ...\n")

    drafted, script = workshop.add(("flow", "more.py:work"))

    assert drafted.draft.fields["entrypoint"] == "more.py:work"
    assert script.asked[0].problem("more.py:play")
    assert script.asked[0].problem("other.py:work")


def test_a_broken_file_is_named(workshop: Workshop) -> None:
    """It may be where the flow is that somebody misses."""
    workshop.write("broken.py", "from syntask import flow\n@flow\ndef f(:\n")

    _, script = workshop.add(REPORT)

    assert "broken.py was skipped" in script.asked[0].notes[0]


def test_a_pool_with_images_asks_for_one_and_for_the_code(workshop: Workshop) -> None:
    """An image is built, pushed, and holds the code."""
    workshop.backend.create_pool(DOCKER)
    workshop.write("Dockerfile", "FROM python\n")

    entry = workshop.entry(
        REPORT,
        ("pool", "boxes"),
        ("image", "build"),
        ("image name", "registry.example.com/orders"),
        ("tag", "1.0"),
        ("push", True),
        ("folder", "/app"),
    )

    assert entry["work_pool"] == {"name": "boxes", "job_variables": {"image": "{{ build-image.image }}"}}
    assert entry["build"] == [
        {
            "syntask_docker.deployments.steps.build_docker_image": {
                "id": "build-image",
                "image_name": "registry.example.com/orders",
                "tag": "1.0",
                "dockerfile": "Dockerfile",
            }
        }
    ]
    assert entry["push"] == [
        {
            "syntask_docker.deployments.steps.push_docker_image": {
                "image_name": "{{ build-image.image_name }}",
                "tag": "{{ build-image.tag }}",
            }
        }
    ]
    assert entry["pull"] == [{"syntask.deployments.steps.set_working_directory": {"directory": "/app"}}]


def test_a_named_image_and_the_pools_own_are_no_build(workshop: Workshop) -> None:
    """An image that is there needs no steps."""
    workshop.backend.create_pool(DOCKER)
    git = [("code", "git"), ("repository", "https://git.example.com/a.git")]

    named = workshop.entry(REPORT, ("pool", "boxes"), ("image", "named"), ("image name", "python:3"), *git)
    own = workshop.entry(REPORT, ("pool", "boxes"), ("image", "pool"), *git)

    assert named["work_pool"]["job_variables"] == {"image": "python:3"}
    assert "job_variables" not in own["work_pool"]
    assert "build" not in named


def test_a_new_pool_is_made_of_a_type_that_the_backend_knows(workshop: Workshop) -> None:
    """The embedded backend knows two, and a server several."""
    own, script = workshop.add(REPORT, ("pool", "/new"), ("pool", "mine"), ("pool type", "process"))
    context = workshop.pretend_server(workshop.context())
    server, _ = workshop.add(
        REPORT,
        ("pool", "/new"),
        ("pool", "boxes"),
        ("pool type", "docker"),
        ("image", "pool"),
        ("code", "image"),
        context=context,
    )

    assert own.draft.new_pool == WorkPool(name="mine", type="process")
    [named] = [question for question in script.asked if question.text == "Name of the new work pool?"]
    assert named.problem("default") == "The work pool `default` already exists."
    assert server.draft.new_pool == WorkPool(name="boxes", type="docker")


def test_code_from_git_takes_the_remote_that_is_found(workshop: Workshop) -> None:
    """Without the login that may stand in its URL; the token goes into a block, and not into the file."""
    repository = Repo.init(workshop.directory, initial_branch="trunk")
    repository.create_remote("origin", "https://me:s3cr3t@git.example.com/team/orders.git")
    (workshop.directory / "a").write_text("a")
    repository.index.add(["a"])
    repository.index.commit("first")

    drafted, script = workshop.add(REPORT, ("code", "git"), ("private", True), ("token", Secret("t0ken")))

    assert drafted.draft.fields["pull"] == [
        {
            "syntask.deployments.steps.git_clone": {
                "repository": "https://git.example.com/team/orders.git",
                "branch": "trunk",
                "access_token": "{{ syntask.blocks.secret.default-repository-token }}",
            }
        }
    ]
    block = Block("secret", "default-repository-token", {"value": Secret("t0ken")})
    assert drafted.draft.new_blocks == (block,)
    assert "t0ken" not in drafted.composed.text
    assert "s3cr3t" not in str(script.asked)
    asked = next(question for question in script.asked if question.key == "repository")
    assert "in plain text" in asked.problem("https://me:s3cr3t@git.example.com/a.git")
    assert asked.problem("--upload-pack=x")


def test_a_token_can_come_later(workshop: Workshop) -> None:
    """Then the command that makes its block is among what is next."""
    context = workshop.context()
    drafted, _ = workshop.add(
        REPORT,
        ("code", "git"),
        ("repository", "https://git.example.com/a.git"),
        ("private", True),
        context=context,
    )

    steps = [line for _, line in next_steps(drafted.draft, program="syntask -C x", is_deployed=True)]

    assert steps == [
        "syntask -C x block create secret default-repository-token",
        "syntask -C x worker start --pool default",
        "syntask -C x deployment run daily-report/default",
    ]


def test_a_block_that_is_there_is_taken(workshop: Workshop) -> None:
    """Nothing is made, and no token is asked for."""
    workshop.backend.create_block(Block("secret", "git", {"value": Secret("x")}))

    drafted, script = workshop.add(
        REPORT,
        ("code", "git"),
        ("repository", "https://git.example.com/a.git"),
        ("private", True),
        ("token block", "git"),
    )

    assert drafted.draft.new_blocks == ()
    assert "token" not in script.keys


@pytest.mark.parametrize(
    ("store", "container", "block_type"),
    [("s3", "bucket", "aws"), ("gcs", "bucket", "gcp"), ("azure", "container", "azure-blob-storage")],
)
def test_code_in_an_object_store_is_pushed_and_pulled(
    workshop: Workshop, store: str, container: str, block_type: str
) -> None:
    """Both steps name the same place and the same credentials."""
    entry = workshop.entry(REPORT, ("code", store), ("bucket", "b"), ("store block", "mine"))

    [push], [pull] = entry["push"], entry["pull"]
    inputs = {
        container: "b",
        "folder": "orders",
        "credentials": f"{{{{ syntask.blocks.{block_type}-credentials.mine }}}}",
    }
    assert [*push.values()] == [*pull.values()] == [inputs]


def test_code_that_moves_leaves_nothing_behind(workshop: Workshop) -> None:
    """Another way to the code takes the steps of the old one away, and no others."""
    workshop.backend.create_pool(DOCKER)
    drafted, _ = workshop.add(
        REPORT, ("pool", "boxes"), ("image", "build"), ("push", True), ("code", "s3"), ("bucket", "b")
    )
    workshop.write("syntask.yaml", drafted.composed.text)

    moved, _ = workshop.add(
        REPORT,
        ("name", "default"),
        ("taken", "change"),
        ("code", "git"),
        ("repository", "https://git.example.com/a.git"),
    )

    assert [*drafted.draft.fields["push"][1]] == ["syntask_aws.deployments.steps.push_to_s3"]
    assert moved.draft.fields["push"] == drafted.draft.fields["push"][:1]
    assert [*moved.draft.fields["pull"][0]] == ["syntask.deployments.steps.git_clone"]
    assert moved.composed.problems == ()


def test_the_steps_of_the_project_are_the_first_choice(workshop: Workshop) -> None:
    """What all deployments share is not written again; another way puts it aside."""
    workshop.write(
        "syntask.yaml",
        "pull:\n- syntask.deployments.steps.git_clone:\n    repository: https://git.example.com/a.git\n",
    )

    shared = workshop.entry(REPORT)
    local = workshop.entry(REPORT, ("code", "local"))

    assert "pull" not in shared
    assert local["pull"] == [
        {"syntask.deployments.steps.set_working_directory": {"directory": str(workshop.directory)}}
    ]


def test_a_prefect_file_gets_names_that_prefect_knows(workshop: Workshop) -> None:
    """Its steps and blocks are spelled as Prefect spells them, and say what they require."""
    workshop.write("prefect.yaml", "deployments: []\n")

    entry = workshop.entry(REPORT, ("code", "s3"), ("bucket", "b"), ("store block", "mine"))

    assert entry["push"] == [
        {
            "prefect_aws.deployments.steps.push_to_s3": {
                "requires": "prefect-aws",
                "bucket": "b",
                "folder": "orders",
                "credentials": "{{ prefect.blocks.aws-credentials.mine }}",
            }
        }
    ]


def test_options_answer_their_questions(workshop: Workshop) -> None:
    """What was said on the command line is not asked, and stands in the file."""
    said: dict[str, Any] = {
        "answers": {"flow": "flows.py:load", "name": "n", "code": "local"},
        "environment": {"A": "1"},
        "overrides": Overrides(
            description="D",
            parameters={"source": "x"},
            schedules=({"cron": "0 6 * * *"},),
            timezone="Asia/Tokyo",
            work_pool="default",
            concurrency_limit=2,
            tags=("t",),
        ),
    }

    drafted, script = workshop.add(context=workshop.context(**said))

    assert script.keys == ["parameter", "active", "save"]
    assert drafted.draft.entry() == {
        "name": "n",
        "entrypoint": "flows.py:load",
        "description": "D",
        "tags": ["t"],
        "parameters": {"source": "x"},
        "schedules": [{"cron": "0 6 * * *", "timezone": "Asia/Tokyo"}],
        "concurrency_limit": 2,
        "work_pool": {"job_variables": {"env": {"A": "1"}}, "name": "default"},
    }


def test_an_option_that_is_no_answer_is_refused_by_name(workshop: Workshop) -> None:
    """The message names the option."""
    context = workshop.context(answers={"flow": "flows.py:load", "name": "a/b"})

    with pytest.raises(UsageError, match="--name NAME"):
        workshop.add(context=context)


def test_an_entry_that_would_be_wrong_cannot_be_saved(workshop: Workshop) -> None:
    """Options are not checked one by one; the whole is, before it is saved."""
    context = workshop.context(overrides=Overrides(schedules=({"cron": "nonsense"},)))

    drafted, script = workshop.add(REPORT, context=context)

    assert drafted.decision == DISCARD
    assert "a cron expression has five" in script.asked[-1].notes[0]
    assert isinstance(script.asked[-1], Select)
    assert [choice.value for choice in script.asked[-1].choices] == [DISCARD]


def test_where_nobody_can_be_asked_the_option_is_named(workshop: Workshop) -> None:
    """Defaults are taken; what has none is refused, with what to give."""
    with pytest.raises(UsageError) as refused:
        run_interview(lambda: add_deployment(workshop.context(), is_deployed=False), Refusal())

    assert refused.value.hint == "Pass `ENTRYPOINT`."
    assert refused.value.detail.endswith("Choices: `flows.py:load`, `flows.py:report`.")


def test_options_are_enough_where_nobody_can_be_asked(workshop: Workshop) -> None:
    """The flow alone will do on the embedded backend."""
    context = workshop.context(answers={"flow": "flows.py:report"})

    drafted = run_interview(lambda: add_deployment(context, is_deployed=False), Refusal())

    assert drafted.draft.full_name == "daily-report/default"


def test_a_file_that_cannot_be_read_is_said_before_anything_is_asked(workshop: Workshop) -> None:
    """Nobody answers twenty questions for nothing."""
    workshop.write("syntask.yaml", "deployments: [\n")

    with pytest.raises(ProjectInvalid):
        workshop.context()


def test_what_is_declared_can_be_chosen(workshop: Workshop) -> None:
    """One of the entries, all of them, or a new one."""
    workshop.write(
        "syntask.yaml",
        "deployments:\n"
        "- {name: a, entrypoint: 'flows.py:load'}\n"
        "- {name: b, entrypoint: 'flows.py:load'}\n"
        "- {name: b, entrypoint: 'flows.py:report'}\n",
    )
    context = workshop.context()

    def chosen(answer: str) -> object:
        return run_interview(lambda: choose_or_add(context), Script(("deployment", answer)))

    assert chosen("0") == Selection(names=("a",))
    assert chosen("2") == Selection(names=("daily-report/b",))
    assert chosen("all") == Selection(all=True)


def test_a_flow_whose_signature_is_unknown_takes_pairs(workshop: Workshop) -> None:
    """Parameters that cannot be read can still be given."""
    workshop.write(
        "flows.py",
        "from nowhere import Model\nfrom syntask import flow\n\n@flow\ndef load(a: Model, b: str): ...\n",
    )
    entry = workshop.entry(LOAD, ("parameter", "a=[1, 2]"), ("parameter", "b=x y"))

    assert entry["parameters"] == {"a": [1, 2], "b": "x y"}


def test_a_schedule_that_was_said_makes_parameters_needed(workshop: Workshop) -> None:
    """They are asked for once."""
    context = workshop.context(overrides=Overrides(schedules=({"cron": "0 6 * * *"},)))

    _, script = workshop.add(LOAD, ("parameter source", "x"), context=context)

    assert script.keys.count("parameter source") == 1


def test_templates_stay_templates(workshop: Workshop) -> None:
    """Nothing is resolved on the way into the file, whatever the environment says."""
    workshop.environ = {"TZ": "UTC", "LIMIT": "5", "STAGE": "s3cr3t"}
    workshop.write(
        "syntask.yaml",
        "deployments:\n"
        "- name: default\n"
        "  entrypoint: flows.py:load\n"
        "  parameters: {source: '{{ $STAGE }}'}\n"
        "  tags: ['{{ $STAGE }}']\n",
    )

    entry = workshop.entry(
        LOAD,
        ("name", "default"),
        ("taken", "change"),
        ("parameter", "limit"),
        ("parameter limit", "{{ $LIMIT }}"),
        ("environment", "A={{ syntask.variables.a }}"),
    )

    assert entry["parameters"] == {"source": "{{ $STAGE }}", "limit": "{{ $LIMIT }}"}
    assert entry["tags"] == ["{{ $STAGE }}"]
    assert entry["work_pool"]["job_variables"] == {"env": {"A": "{{ syntask.variables.a }}"}}
