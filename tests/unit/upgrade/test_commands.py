"""Commands of agents in scripts, workflows, images and units: rewritten, or said with their equivalent."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.support.upgrading import FLOW, OldRepository, codes, inline, saved

APPLIED = "syntask deploy -n load-orders/nightly"
WORKFLOW = "jobs:\n  d:\n    steps:\n      - run: {0}\n      - run: |\n          {0}\n"


def after(old: OldRepository, file: str, text: str) -> str:
    """The text of *file* once it is upgraded."""
    path = old.write(file, text)
    old.written()
    return path.read_bytes().decode()


def test_a_file_in_quotes_of_something_else_is_no_missing_file(old: OldRepository) -> None:
    old.write("run.sh", "sh -c \"prefect deployment apply 'sp ace.yaml'\"\n")

    (left,) = old.upgrade().diagnostics

    assert "is not a converted file" in left.detail


def test_a_file_of_another_project_is_deployed_from_there(old: OldRepository) -> None:
    """What is called at the top would find the project of the top."""
    old.write("loads/flows.py", FLOW)
    old.write("loads/syntask.yaml", "name: loads\ndeployments: []\n")
    old.deployment("loads/nightly.yaml")
    old.deployment("hourly.yaml", name="hourly")
    old.write("loads/own.sh", "prefect deployment apply nightly.yaml\n")
    both = "prefect deployment apply hourly.yaml loads/nightly.yaml\n"

    text = after(old, "run.sh", f"prefect deployment apply loads/nightly.yaml\n{both}")

    assert text == f"syntask -C loads deploy -n load-orders/nightly\n{both}"
    assert (old.root / "loads/own.sh").read_text() == f"{APPLIED}\n"
    (left,) = [each for each in old.upgrade().diagnostics if each.code == "old-command"]
    assert left.hint == (
        "Use `syntask deploy -n load-orders/hourly`; `syntask -C loads deploy -n load-orders/nightly`."
    )


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("prefect deployment apply nightly-deployment.yaml", APPLIED),
        ("prefect deployment apply ./nightly-deployment.yaml nightly-deployment.yaml", APPLIED),
        (
            "python -m prefect deployment apply nightly-deployment.yaml && echo done",
            f"{APPLIED} && echo done",
        ),
        ("prefect deployment build flows.py:load_orders -n nightly -q default --apply", APPLIED),
        ("prefect deployment build \\\n    flows.py:load_orders \\\n    -n nightly -a", APPLIED),
        (
            "( prefect deployment build ./flows.py:load_orders --name=nightly -a ) # old",
            f"( {APPLIED} ) # old",
        ),
        ("prefect agent start -q default", "syntask worker start --pool default --work-queue default"),
        (
            "prefect agent start --work-queue default --limit 3 --run-once &",
            "syntask worker start --pool default --limit 3 --run-once --work-queue default &",
        ),
        ("prefect agent start -m def", "syntask worker start --pool default --work-queue default"),
        (
            "prefect deployment run load-orders/nightly -p limit=3 --watch",
            "syntask deployment run load-orders/nightly -p limit=3 --watch",
        ),
        (
            "prefect deployment inspect load-orders/nightly | head",
            "syntask deployment inspect load-orders/nightly | head",
        ),
        (
            "prefect deployment pause-schedule load-orders/nightly",
            "syntask deployment pause load-orders/nightly",
        ),
        (
            "prefect deployment resume-schedule 'load-orders/nightly'; date",
            "syntask deployment resume load-orders/nightly; date",
        ),
        ("prefect deployment pause load-orders/nightly", "syntask deployment pause load-orders/nightly"),
        ("prefect deployment ls | grep nightly", "syntask deployment ls | grep nightly"),
        ("prefect agent start default", "syntask worker start --pool default --work-queue default"),
        (
            "prefect agent start --hide-welcome -p default-agent-pool -q default",
            "syntask worker start --pool default --work-queue default",
        ),
        ("prefect orion start --host 0.0.0.0", "prefect server start --host 0.0.0.0"),
        ("exec prefect orion database upgrade -y", "exec prefect server database upgrade -y"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_command_of_a_script_is_rewritten(
    old: OldRepository, before: str, expected: str, ends: str
) -> None:
    old.deployment()
    head, tail = "#!/bin/sh\nset -e\n", "\necho 'kept'\n"

    text = after(old, "scripts/run.sh", (head + before + tail).replace("\n", ends))

    assert text == (head + expected + tail).replace("\n", ends)


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        (
            "Makefile",
            "run:\n\tprefect agent start -q default\n",
            "run:\n\tsyntask worker start --pool default --work-queue default\n",
        ),
        ("Dockerfile", "FROM x\nCMD prefect orion start\n", "FROM x\nCMD prefect server start\n"),
        (
            "Dockerfile",
            'CMD ["prefect", "agent", "start", "-q", "default"]\n',
            'CMD ["syntask", "worker", "start", "--pool", "default", "--work-queue", "default"]\n',
        ),
        (
            "compose.yml",
            "services:\n  a:\n    command: ['prefect', 'orion', 'start', '--host', '0.0.0.0' ]\n",
            "services:\n  a:\n    command: ['prefect', 'server', 'start', '--host', '0.0.0.0' ]\n",
        ),
        (
            ".github/workflows/deploy.yml",
            WORKFLOW.format("prefect deployment apply nightly-deployment.yaml"),
            WORKFLOW.format(APPLIED),
        ),
        (
            "docker-compose.yml",
            "services:\n  agent:\n    command: prefect agent start -q default\n",
            "services:\n  agent:\n    command: syntask worker start --pool default --work-queue default\n",
        ),
    ],
)
def test_files_that_call_a_shell_are_rewritten(
    old: OldRepository, file: str, text: str, expected: str
) -> None:
    old.deployment()

    assert after(old, file, text) == expected


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("run.sh", "prefect deployment apply $FILES\n", "dynamic-value"),
        ("run.sh", "prefect deployment apply deployments/*.yaml\n", "dynamic-value"),
        ("run.sh", "prefect deployment apply missing.yaml\n", "old-command"),
        ("run.sh", "prefect deployment apply\n", "old-command"),
        ("run.sh", "prefect deployment build flows.py:load_orders -n nightly -o x.yaml\n", "old-command"),
        ("run.sh", "prefect deployment build flows.py:load_orders -n other --strange x -a\n", "old-command"),
        ("run.sh", 'prefect deployment build flows.py:load_orders -n "$NAME" --apply\n', "dynamic-value"),
        ("run.sh", "prefect deployment set-schedule load-orders/nightly --cron '0 6 * * *'\n", "old-command"),
        (
            "run.sh",
            "prefect deployment schedule create --cron '0 6 * * *' load-orders/nightly\n",
            "old-command",
        ),
        ("run.sh", "prefect deployment schedule pause load-orders/nightly 5a734f3a\n", "old-command"),
        ("run.sh", "prefect deployment schedule clear -y load-orders/nightly\n", "old-command"),
        ("run.sh", "prefect deployment pause-schedule elsewhere/nightly\n", "old-command"),
        ("run.sh", "prefect deployment delete load-orders/nightly\n", "old-command"),
        ("run.sh", "prefect deployment ls --flow-name load-orders\n", "old-command"),
        ("run.sh", "prefect agent start -q default -t daily\n", "agent-option"),
        ("run.sh", "prefect deployment run load-orders/nightly --start-in '2 days'\n", "old-command"),
        ("run.sh", 'prefect deployment run load-orders/nightly -p "limit=$LIMIT"\n', "dynamic-value"),
        ("run.sh", "prefect agent start -q elsewhere\n", "old-command"),
        ("run.sh", "prefect agent start -q default -q ${OTHER}\n", "dynamic-value"),
        ("run.sh", "prefect agent start -q 'default\n", "old-command"),
        ("run.sh", "pip install 'prefect==2.19.2'\n", "installs-prefect-2"),
        ("run.sh", "helm install agent prefect/prefect-agent\n", "helm-agent"),
        ("Dockerfile", "FROM prefecthq/prefect:2.19.2-python3.11\n", "image-of-prefect-2"),
        ("Dockerfile", 'CMD ["prefect", "agent", "start", "-q", "$QUEUE"]\n', "dynamic-value"),
        (
            "k8s/agent.yaml",
            "spec:\n  args:\n    - prefect\n    - agent\n    - start\n    - -q\n    - default\n",
            "old-command",
        ),
        (
            "k8s/agent.yaml",
            "spec:\n  command: ['prefect', 'agent', 'start', '-q', 'default']\n",
            "old-command",
        ),
        (
            "Dockerfile",
            'CMD ["prefect", "deployment", "schedule", "create", "a/nightly", "--cron", "0 6 * * *"]\n',
            "old-command",
        ),
        (
            "k8s/job.yaml",
            "spec:\n  command: ['prefect', 'deployment', 'schedule', 'clear', '-y', 'load-orders/nightly']\n",
            "old-command",
        ),
        ("main.tf", 'user_data = "prefect agent start -q default"\n', "old-command"),
        ("agent.service", "[Service]\nExecStart=prefect agent start -q default\n", "old-command"),
        ("run.bat", "prefect agent start -q default\r\n", "old-command"),
        ("deploy.tpl", "prefect agent start -q {{ queue }}\n", "old-command"),
    ],
)
def test_what_is_not_rewritten_is_said(old: OldRepository, file: str, text: str, code: str) -> None:
    old.deployment()

    upgrade = old.upgrade()
    old.write(file, text)
    upgrade = old.upgrade()

    (answer,) = upgrade.answers
    assert answer.text is None
    assert codes(answer.problems) == {code}
    (problem,) = answer.problems
    assert problem.span is not None
    assert problem.span.file == file
    assert file not in [change.shown for change in upgrade.changes]


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ("--prefetch-seconds 30", "set `PREFECT_WORKER_PREFETCH_SECONDS`"),
        ("--prefetch-seconds=30", "set `PREFECT_WORKER_PREFETCH_SECONDS`"),
        ("--api http://127.0.0.1:4200/api", "Set `SYNTASK_BACKEND`"),
    ],
)
def test_an_option_that_workers_do_not_have_is_said(old: OldRepository, options: str, hint: str) -> None:
    old.deployment()
    old.write("run.sh", f"prefect agent start -q default {options}\n")

    (answer,) = old.upgrade().answers

    assert answer.text == "syntask worker start --pool default --work-queue default"
    (problem,) = answer.problems
    assert problem.code == "agent-option"
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            "--cron '0 6 * * *' --timezone Europe/Berlin",
            'Add `- {cron: "0 6 * * *", timezone: "Europe/Berlin"}` to `schedules` of the entry of '
            "`load-orders/nightly`.",
        ),
        ("--interval=60", "Add `- {interval: 60}` to `schedules` of the entry of `load-orders/nightly`."),
        ("--no-schedule", "Remove `schedules` from the entry of `load-orders/nightly`."),
    ],
)
def test_a_schedule_of_a_command_is_one_of_the_entry(old: OldRepository, options: str, said: str) -> None:
    old.write("run.sh", f"prefect deployment set-schedule load-orders/nightly {options}\n")

    (answer,) = old.upgrade().answers

    assert [problem.hint for problem in answer.problems] == [said]


def test_an_agent_sees_the_queues_of_its_pool(old: OldRepository) -> None:
    block = inline("docker-container", image="r.example.com/o:1")
    old.deployment("a.yaml", name="a", work_pool_name="left", work_queue_name="q")
    old.deployment("b.yaml", name="b", work_pool_name="right", work_queue_name="q", infrastructure=block)

    text = after(old, "run.sh", "prefect agent start -p right\nprefect agent start -p left -q q\n")

    assert text == (
        "syntask worker start --pool docker\nsyntask worker start --pool default --work-queue q\n"
    )


def test_an_agent_of_another_pool_is_left_by_the_next_run_too(old: OldRepository) -> None:
    """Which pool the deployment had is in no file then."""
    old.deployment(work_pool_name="ours")
    script = old.write("run.sh", "prefect agent start -p theirs\n")

    for _ in range(2):
        assert "old-command" in codes(old.written().diagnostics)
        assert script.read_text() == "prefect agent start -p theirs\n"


def test_an_agent_of_a_pool_whose_name_depends_on_the_environment_stays(old: OldRepository) -> None:
    old.write(
        "deploy.py",
        "import os\nfrom prefect.deployments import Deployment\n"
        "from prefect.infrastructure import Process\nfrom flows import load_orders\n"
        "jobs = Process.load(os.environ['STAGE'])\n"
        "Deployment.build_from_flow(\n"
        "    load_orders, 'a', infrastructure=jobs, work_queue_name='q', apply=True\n"
        ")\n",
    )
    script = old.write("run.sh", "prefect agent start -q q\n")

    upgrade = old.written()

    assert script.read_text() == "prefect agent start -q q\n"
    (problem,) = upgrade.unresolved
    assert problem.code == "dynamic-value"
    assert '`syntask worker start --pool "${STAGE}" --work-queue q`' in problem.hint


def test_an_agent_of_several_types_stays_one(old: OldRepository) -> None:
    """Also where the next run converts only one of its deployments, again."""
    block = inline("docker-container", image="r.example.com/o:1")
    old.deployment("a.yaml", name="a", infrastructure=block)
    script = old.write(
        "run.sh",
        "prefect deployment build flows.py:load_orders -n b\nprefect agent start -q default\n",
    )
    first, text = old.written(), script.read_text()

    second = old.written()

    assert script.read_text() == text
    assert "several-types-one-agent" in codes(first.diagnostics) & codes(second.diagnostics)


def test_what_is_left_is_said_again(old: OldRepository) -> None:
    """Also once the deployment is converted."""
    old.deployment()
    old.write("run.sh", "prefect deployment run load-orders/nightly --start-in '2 days'\n")
    old.written()

    assert codes(old.upgrade().diagnostics) == {"old-command"}


def test_the_equivalent_is_said(old: OldRepository) -> None:
    old.deployment()
    old.write("agent.service", "[Service]\nExecStart=prefect agent start -q default --limit 2\n")

    (answer,) = old.upgrade().answers

    assert (
        answer.problems[0].hint == "Use `syntask worker start --pool default --limit 2 --work-queue default`."
    )


@pytest.mark.parametrize(
    "blocks", [[saved("process", "a"), inline("docker-container", image="r.example.com/o:1")]]
)
def test_an_agent_of_several_types_becomes_several_workers(old: OldRepository, blocks: list[Any]) -> None:
    for number, block in enumerate(blocks):
        old.deployment(f"{number}.yaml", name=f"d{number}", infrastructure=block, work_queue_name="q")
    old.write("run.sh", "prefect agent start -q q\n")

    (answer,) = old.upgrade().answers

    (problem,) = answer.problems
    assert problem.code == "several-types-one-agent"
    assert "`syntask worker start --pool a --work-queue q`" in problem.hint
    assert "`syntask worker start --pool docker --work-queue q`" in problem.hint


def test_deployments_of_one_name_are_told_apart_by_their_flows(old: OldRepository) -> None:
    old.write("other.py", FLOW.replace("load_orders", "send_orders"))
    old.deployment("a.yaml", name="default")
    old.deployment("b.yaml", name="default", flow_name="send-orders", entrypoint="other.py:send_orders")
    lines = [
        f"prefect deployment build {name} -n default -a"
        for name in ("./flows.py:load_orders", "other.py:send_orders")
    ]

    text = after(old, "run.sh", "\n".join(lines))

    assert text == "syntask deploy -n load-orders/default\nsyntask deploy -n send-orders/default"


@pytest.mark.parametrize("verb", ["schedule create", "set-schedule"])
@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("Dockerfile", "CMD [{}]\n"),
        ("k8s/job.yaml", "spec:\n  command: [{}]\n"),
        ("k8s/job.yaml", "spec:\n  command:\n{}\n"),
    ],
)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_schedule_that_a_list_sets_is_said_whole(
    old: OldRepository, file: str, form: str, verb: str, quote: str
) -> None:
    """What stands between quotes, or in one item, is one word."""
    old.deployment()
    upgrade_before = len(old.upgrade().answers)
    words = ["prefect", "deployment", *verb.split(), "--cron", "0 6 * * *", "load-orders/nightly"]
    if "[" in form:
        text = form.format(", ".join(f"{quote}{word}{quote}" for word in words))
    else:
        quoted = {"0 6 * * *": f"{quote}0 6 * * *{quote}"}
        text = form.format("\n".join(f"    - {quoted.get(word, word)}" for word in words))
    old.write(file, text)

    answer = old.upgrade().answers[upgrade_before:][0]

    assert answer.problems[0].hint == (
        'Add `- {cron: "0 6 * * *"}` to `schedules` of the entry of `load-orders/nightly`.'
    )


def test_a_path_of_windows_is_found(old: OldRepository) -> None:
    old.deployment("jobs/a.yaml")
    old.write("run.bat", "prefect deployment apply jobs\\a.yaml\r\n")

    (answer,) = old.upgrade().answers

    assert answer.problems[0].hint == f"Use `{APPLIED}`."


HOSTILE = [
    "prefect agent start;" * 50_000,
    "prefect agent start '" * 49_000,
    "prefect " + "a-" * 500_000,
    "prefect " + "token-" * 160_000,
    "prefect https://" + "a:" * 500_000,
    "prefect deployment build" + " -n x" * 200_000,
    '"prefect", "agent", "start"' * 38_000,
    "- prefect\n- agent\n- start\n" * 38_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:24])
@pytest.mark.parametrize("name", ["run.sh", "run.yaml"])
def test_a_hostile_script_costs_little(old: OldRepository, name: str, text: str) -> None:
    """Counted in steps of the interpreter, which no other process changes."""
    old.write(name, text)
    steps = 0

    def count(*_: Any) -> Any:
        nonlocal steps
        steps += 1
        return None

    sys.setprofile(count)
    try:
        old.upgrade()
    finally:
        sys.setprofile(None)

    assert steps < 3_000_000


def test_a_limit_was_one_of_the_queue(old: OldRepository) -> None:
    old.deployment()
    old.write("run.sh", "prefect deployment build flows.py:load_orders -n nightly -a -l 3\n")

    (answer,) = old.upgrade().answers

    assert answer.text == APPLIED
    assert codes(answer.problems) == {"queue-limit"}


def test_a_file_that_was_converted_before_is_known(old: OldRepository) -> None:
    old.deployment()
    old.written()

    assert after(old, "run.sh", "prefect deployment apply nightly-deployment.yaml\n") == f"{APPLIED}\n"


@pytest.mark.parametrize(
    "text",
    [
        "# prefect agent start -q default\n",
        "echo a # prefect agent start\n",
        "my-prefect agent start\n",
        "prefect deployment run load-orders/nightly\n",
        "prefect deployment inspect load-orders/nightly\n",
        "prefect deployment ls\n",
        "prefect server start\n",
        "prefect worker start -p x\n",
        "pip install prefect==3.1\n",
        "docker pull prefecthq/prefect:3-latest\n",
    ],
)
def test_other_commands_are_left_alone(old: OldRepository, text: str) -> None:
    old.write("run.sh", text)

    assert old.upgrade().is_empty


@pytest.mark.parametrize("content", [b"prefect agent start \xff\n", b"prefect \x00 agent", b""])
def test_what_is_no_text_is_left_alone(old: OldRepository, content: bytes) -> None:
    (old.root / "run.sh").write_bytes(content)

    assert old.upgrade().changes == ()


def test_yaml_that_would_change_its_shape_is_not_rewritten(old: OldRepository) -> None:
    """A name with a colon would be a key there."""
    old.deployment(name="a: b")
    text = "jobs:\n  d:\n    steps:\n      - run: prefect deployment apply nightly-deployment.yaml\n"
    path = old.write(".github/workflows/deploy.yml", text)

    old.written()

    assert path.read_text() == text
