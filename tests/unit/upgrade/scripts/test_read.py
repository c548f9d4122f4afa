"""A Python script that deploys with Prefect 2 becomes entries, and no line of it is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from syntask_yaml.upgrade.result import DeploymentResult, Status
from tests.support.upgrading import OldRepository, codes, notes

HEAD = """\
import os
from datetime import datetime, timedelta
import pendulum
from prefect.deployments import Deployment
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule
from flows import load_orders
"""
GO = "syntask.deployments.steps.set_working_directory"
S3 = "syntask_aws.deployments.steps.pull_from_s3"
JOB = ("work_pool", "job_variables")
ENTRY = {"name": "nightly", "entrypoint": "flows.py:load_orders", "work_pool": {"name": "default"}}


def call(arguments: str = "", *, apply: str = ", apply=True") -> str:
    return f'Deployment.build_from_flow(flow=load_orders, name="nightly"{apply}{arguments})\n'


def results(old: OldRepository, text: str, head: str = HEAD) -> list[DeploymentResult]:
    old.write("deploy.py", head + text)
    return list(old.upgrade().results)


def result(old: OldRepository, text: str, head: str = HEAD) -> DeploymentResult:
    (found,) = results(old, text, head)
    return found


@pytest.mark.parametrize(
    ("arguments", "entry"),
    [
        ("", {}),
        (", tags=['a', 'b']", {"tags": ["a", "b"]}),
        (", tags=('a',)", {"tags": ["a"]}),
        (", version=1", {"version": "1"}),
        (", parameters={'source': 'x', 'limit': 2 * 3}", {"parameters": {"source": "x", "limit": 6}}),
        (", parameters=dict(source='x')", {"parameters": {"source": "x"}}),
        (", parameters={**{'source': 'x'}, 'limit': -1}", {"parameters": {"source": "x", "limit": -1}}),
        (", description='some ' + 'words'", {"description": "some words"}),
        (", work_queue_name='fast'", {"work_pool": {"name": "default", "work_queue_name": "fast"}}),
        (", work_pool_name='default-agent-pool'", {}),
        (", enforce_parameter_schema=False", {"enforce_parameter_schema": False}),
        (
            ", infra_overrides={'env.LEVEL': 'DEBUG'}",
            {"work_pool": {"name": "default", "job_variables": {"env": {"LEVEL": "DEBUG"}}}},
        ),
        (
            ", schedule=CronSchedule(cron='0 6 * * *', timezone='Europe/Berlin')",
            {"schedules": [{"cron": "0 6 * * *", "timezone": "Europe/Berlin"}]},
        ),
        (", schedule=(CronSchedule(cron='0 6 * * *'))", {"schedules": [{"cron": "0 6 * * *"}]}),
        (", schedule=IntervalSchedule(interval=timedelta(minutes=5))", {"schedules": [{"interval": 300}]}),
        (", schedule=IntervalSchedule(interval=60)", {"schedules": [{"interval": 60}]}),
        (
            ", schedule=IntervalSchedule(interval=pendulum.duration(hours=1),"
            " anchor_date=pendulum.datetime(2024, 1, 1, tz='UTC'))",
            {"schedules": [{"interval": 3600, "anchor_date": "2024-01-01T00:00:00+00:00"}]},
        ),
        (", schedule=RRuleSchedule(rrule='FREQ=DAILY')", {"schedules": [{"rrule": "FREQ=DAILY"}]}),
        (
            ", schedules=[(CronSchedule(cron='0 6 * * *'), False)]",
            {"schedules": [{"cron": "0 6 * * *", "active": False}]},
        ),
        (
            ", schedule=CronSchedule(cron='0 6 * * *'), is_schedule_active=False",
            {"schedules": [{"cron": "0 6 * * *", "active": False}], "paused": True},
        ),
        (", tags=[os.environ['TAG']]", {"tags": ["{{ $TAG }}"]}),
        (", tags=[os.getenv('TAG', 'dev')]", {"tags": ['{{ $TAG | default("dev") }}']}),
        (", tags=[f'team-{os.environ[\"TEAM\"]}']", {"tags": ["team-{{ $TEAM }}"]}),
        (", tags=[f'{1 + 1}-{{x}}']", {"tags": ["2-{x}"]}),
        (
            ", parameters={'limit': int(os.getenv('LIMIT', 5))}",
            {"parameters": {"limit": '{{ $LIMIT | default("5") | int }}'}},
        ),
    ],
)
def test_arguments_are_fields(old: OldRepository, arguments: str, entry: dict[str, Any]) -> None:
    found = result(old, call(arguments))

    assert found.entry == {**ENTRY, **entry}
    assert codes(found.problems) == set()


def test_braces_of_a_script_are_text(old: OldRepository) -> None:
    found = result(old, call(", tags=['{{ x }}', f'{{{{ x }}}}-{os.environ[\"A\"]}']"))

    assert found.entry["tags"] == ['{{ "{{" }} x }}', '{{ "{{" }} x }}-{{ $A }}']


def test_a_field_has_its_place_in_the_script(old: OldRepository) -> None:
    text = 'Deployment.build_from_flow(\n    flow=load_orders,\n    name="é",\n    tags="not a list",\n)\n'
    found = result(old, text)

    node = found.converted.source.root
    assert str(node.span).startswith(f"deploy.py:{HEAD.count(chr(10)) + 1}:1")
    named, tags = node.get("name"), node.get("tags")
    assert named is not None
    assert tags is not None
    assert (named.key_span.text, named.span.text) == ("name", '"é"')
    assert (tags.key_span.text, tags.key_span.column) == ("tags", 5)


@pytest.mark.parametrize("before", ["\ufeff", "\f\n", "# é\r\n", "x = '''\n\f\n'''\n"])
def test_places_are_counted_as_python_does(old: OldRepository, before: str) -> None:
    found = result(old, 'é = "é"; ' + call(', tags=["a"]'), before + HEAD)

    tags = found.converted.source.root.get("tags")
    assert tags is not None
    assert tags.key_span.text == "tags"


VARIABLES = """\
SUFFIX = "ly"
NAME = f"night{SUFFIX}"
COMMON = {"tags": ["a"], "work_queue_name": "fast"}
"""


def test_names_are_followed(old: OldRepository) -> None:
    found = result(old, f"{VARIABLES}Deployment.build_from_flow(load_orders, NAME, apply=True, **COMMON)\n")

    assert found.entry == {
        **ENTRY,
        "tags": ["a"],
        "work_pool": {"name": "default", "work_queue_name": "fast"},
    }


def test_values_of_other_files_are_followed(old: OldRepository) -> None:
    old.write("settings.py", "QUEUE = 'fast'\nclass Names:\n    x = 1\ndef common():\n    return ['a']\n")
    head = f"{HEAD}import settings\nfrom settings import QUEUE\n"
    found = result(old, call(", work_queue_name=QUEUE, tags=settings.common()"), head)

    assert found.entry["tags"] == ["a"]
    assert found.entry["work_pool"]["work_queue_name"] == "fast"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"A b".lower().replace(" ", "_")', "a_b"),
        ('"-".join(["a", QUEUE])', "a-Fast"),
        ('"{}/{}".format("a", QUEUE.upper())', "a/FAST"),
        ("load_orders.name", "load-orders"),
        ('named.lower() + "!"', "load-orders!"),
    ],
)
def test_texts_of_texts_and_names_of_flows_are_known(old: OldRepository, text: str, value: str) -> None:
    head = f"{HEAD}QUEUE = 'Fast'\nnamed = load_orders.name\n"

    assert result(old, call(f", description={text}"), head).entry["description"] == value


@pytest.mark.parametrize(
    "text",
    [
        '"{0.__class__}".format("a")',
        '"{:>9}".format("a")',
        '"{}{}".format("a")',
        '"a".replace("", "b" * 9)',
        'os.environ["A"].lower()',
        '"a".encode()',
        '"a".join(input())',
        "open.name",
        "load_orders.fn",
    ],
)
def test_other_methods_and_attributes_are_only_known_when_it_runs(old: OldRepository, text: str) -> None:
    found = result(old, call(f", description={text}"))

    assert "description" not in found.entry
    assert codes(found.problems) == {"dynamic-value"}


DYNAMIC = [
    (", tags=[input()]", "`input()`", "tags"),
    (", tags=['a' for _ in x]", "`['a' for _ in x]`", "tags"),
    (", parameters={'source': open('x').read(), 'limit': 3}", "`open('x').read()`", "parameters"),
    (", schedule=CronSchedule(cron=open('x').read())", "`open('x').read()`", "schedule"),
    (
        ", schedule=IntervalSchedule(interval=60, anchor_date=datetime.now())",
        "`datetime.now()`",
        "",
    ),
    (", **open('x')", "`open('x')`", ""),
    (", version=str(open)", "`open`", "version"),
    (", tags=[1 / 0]", "`1 / 0`", "tags"),
    (", tags=[unknown]", "`unknown`", "tags"),
]


@pytest.mark.parametrize(("arguments", "shown", "missing"), DYNAMIC, ids=[each[1] for each in DYNAMIC])
def test_what_only_running_tells_is_reported(
    old: OldRepository, arguments: str, shown: str, missing: str
) -> None:
    """At its place, and the entry is there without it."""
    found = result(old, call(arguments))

    (problem,) = [each for each in found.problems if not each.is_note]
    assert problem.code == "dynamic-value"
    assert shown in problem.detail
    assert problem.span is not None
    assert problem.span.text == shown.strip("`")
    assert found.status is Status.NOTED
    assert missing in ("parameters", "") or missing not in found.entry


def test_other_values_of_a_mapping_are_carried(old: OldRepository) -> None:
    found = result(old, call(", parameters={'source': open('x').read(), 'limit': 3}"))

    assert found.entry["parameters"] == {"limit": 3}


@pytest.mark.parametrize(
    "text",
    [
        'tags = ["a"]\ntags.append("b")\n',
        'tags = ["a"]\ntags += ["b"]\n',
        'if os.environ.get("X"):\n    tags = ["a"]\nelse:\n    tags = ["b"]\n',
        "def change():\n    global tags\n    tags = []\ntags = ['a']\n",
    ],
)
def test_a_variable_that_changes_is_not_followed(old: OldRepository, text: str) -> None:
    found = result(old, text + call(", tags=tags"))

    assert "tags" not in found.entry
    assert codes(found.problems) == {"dynamic-value"}


@pytest.mark.parametrize("arguments", ["flow=load_orders, name=input()", "flow=input(), name='nightly'"])
def test_a_deployment_without_a_known_name_or_flow_is_left(old: OldRepository, arguments: str) -> None:
    old.write("deploy.py", f"{HEAD}Deployment.build_from_flow({arguments}).apply()\n")

    upgrade = old.upgrade()

    (found,) = upgrade.results
    assert found.status is Status.LEFT
    assert {problem.code for problem in found.problems if not problem.is_note} == {"dynamic-value"}
    assert upgrade.changes == ()


FORMS = [
    "from prefect.deployments import Deployment as D\nD.build_from_flow(load_orders, 'nightly', apply=True)",
    "import prefect.deployments as d\nd.Deployment.build_from_flow(load_orders, 'nightly', apply=True)",
    "import prefect.deployments\n"
    "prefect.deployments.Deployment.build_from_flow(load_orders, 'nightly', apply=True)",
    "from prefect.deployments.deployments import Deployment as D\n"
    "D.build_from_flow(load_orders, 'nightly').apply()",
    "from prefect import deployments\ndeployments.Deployment.build_from_flow(load_orders, 'nightly').apply()",
    "async def main():\n    from prefect.deployments import Deployment as D\n"
    "    await (await D.build_from_flow(load_orders, name='nightly')).apply()",
    "from syntask.deployments import Deployment as D\nD.build_from_flow(load_orders, 'nightly', apply=True)",
    "from prefect.deployments import Deployment as D\nbuilder = D\n"
    "builder.build_from_flow(load_orders, 'nightly', apply=True)",
    "from prefect.deployments import Deployment as D\n"
    "D(name='nightly', entrypoint='flows.py:load_orders').apply()",
]


@pytest.mark.parametrize("text", FORMS)
def test_calls_are_found_by_what_is_imported(old: OldRepository, text: str) -> None:
    found = result(old, f"{text}\n", "from flows import load_orders\n")

    assert found.entry == ENTRY
    assert codes(found.problems) == set()
    assert "never-applied" not in notes(found.problems)


@pytest.mark.parametrize(
    "text",
    [
        "from other import Deployment\nDeployment.build_from_flow(load_orders, 'nightly')",
        "# prefect: Deployment.build_from_flow(load_orders, 'nightly')",
        "x = '''from prefect.deployments import Deployment\nDeployment.build_from_flow(f, 'nightly')'''",
        "from kubernetes import Deployment\nDeployment(prefect=1)",
    ],
)
def test_other_words_are_no_deployments(old: OldRepository, text: str) -> None:
    assert results(old, f"{text}\n", "from flows import load_orders\n") == []


def _scripts() -> Iterator[tuple[str, str]]:
    yield "no call", call(apply="")
    yield "a variable", f"d = {call(apply='')}"
    yield "false", call(", apply=False", apply="")


@pytest.mark.parametrize("text", [text for _, text in _scripts()], ids=[name for name, _ in _scripts()])
def test_what_is_never_applied_is_noted(old: OldRepository, text: str) -> None:
    found = result(old, text)

    assert found.status is Status.CARRIED
    assert "never-applied" in notes(found.problems)


@pytest.mark.parametrize(
    "text",
    [
        f"d = {call(apply='')}d.apply()\n",
        f"d = {call(apply='')}if __name__ == '__main__':\n    d.apply()\n",
        f"d: Deployment = {call(apply='')}d.apply()\n",
        f"ds = [{call(apply='').strip()}]\nfor d in ds:\n    d.apply()\n",
        f"def build():\n    return {call(apply='')}build().apply()\n",
    ],
)
def test_what_is_applied_somewhere_is_not(old: OldRepository, text: str) -> None:
    assert "never-applied" not in notes(result(old, text).problems)


def test_apply_says_more(old: OldRepository) -> None:
    found = result(old, f"d = {call(apply='')}d.apply(work_queue_concurrency=3)\n")

    assert codes(found.problems) == {"queue-limit"}


def test_what_is_set_later_counts(old: OldRepository) -> None:
    found = result(old, f"d = {call(', tags=[1]', apply='')}d.tags = ['b']\nd.apply()\n")

    assert found.entry["tags"] == ["b"]


def test_values_on_the_server_are_noted(old: OldRepository) -> None:
    assert "server-values" in notes(result(old, call()).problems)
    assert "server-values" not in notes(result(old, call(", load_existing=False")).problems)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"# -*- coding: latin-1 -*-\n# \xe9\n", "unreadable-file"),
        (b"# \xe9\n", "unreadable-file"),
        (b"print 'x'\n", "unreadable-file"),
    ],
)
def test_a_script_that_cannot_be_read_is_reported(old: OldRepository, content: bytes, code: str) -> None:
    (old.root / "deploy.py").write_bytes(content + HEAD.encode() + call().encode())

    (problem,) = old.upgrade().problems

    assert problem.code == code


def test_a_script_that_is_too_large_is_reported(old: OldRepository) -> None:
    old.write("deploy.py", HEAD + call() + "#" * (1 << 20))

    (problem,) = old.upgrade().problems

    assert problem.code == "unreadable-file"


def test_a_notebook_is_reported(old: OldRepository) -> None:
    old.write("deploy.ipynb", json.dumps({"cells": [{"source": [HEAD, call()]}]}))

    (problem,) = old.upgrade().problems

    assert "is a notebook" in problem.detail


@pytest.mark.parametrize(("name", "said"), [("syntask.yaml", set()), ("prefect.yaml", {"dynamic-value"})])
def test_a_default_is_an_expression_that_prefect_does_not_know(
    old: OldRepository, name: str, said: set[str]
) -> None:
    old.write(name, "deployments: []\n")

    found = result(old, call(", tags=[os.getenv('TAG', 'dev')], work_queue_name=os.environ['QUEUE']"))

    assert codes(found.problems) == said


def test_nothing_is_run(old: OldRepository) -> None:
    old.write("deploy.py", f"{HEAD}open('ran', 'w').close()\n{call()}")

    old.written()

    assert not (old.root / "ran").exists()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ('Deployment(name="nightly", flow_name="load-orders").apply()\n', "a flow"),
        ("Deployment.build_from_flow(load_orders).apply()\n", "a name"),
    ],
)
def test_a_call_without_a_flow_or_a_name_is_reported(old: OldRepository, text: str, missing: str) -> None:
    found = result(old, text)

    assert found.status is Status.LEFT
    (problem,) = [each for each in found.problems if not each.is_note]
    assert problem.code == "missing-key"
    assert problem.detail == f"The call does not give the deployment {missing}."


@pytest.mark.parametrize(
    ("arguments", "where", "value"),
    [
        (", work_queue_name=X", ("work_pool", "work_queue_name"), "{{ $X }}"),
        (", description=f'{X} {{{{ y }}}}'", ("description",), '{{ $X }} {{ "{{" }} y }}'),
        (", path=f'/srv/{X}'", ("pull", 0, GO, "directory"), "/srv/{{ $X }}"),
        (", storage=Local(basepath=X), path=X", ("pull", 0, GO, "directory"), "{{ $X }}/{{ $X }}"),
        (", storage=S3(bucket_path=f'{X}/in'), path=X", ("pull", 0, S3, "bucket"), "{{ $X }}"),
        (", storage=S3(bucket_path=f'{X}/in'), path=X", ("pull", 0, S3, "folder"), "in/{{ $X }}"),
        (", infrastructure=Docker(image='a', command=['b', X])", (*JOB, "command"), "b '{{ $X }}'"),
        (
            ", infrastructure=Kubernetes(finished_job_ttl=int(X))",
            (*JOB, "finished_job_ttl"),
            "{{ $X | int }}",
        ),
        (", infra_overrides={'env.A': X}", (*JOB, "env", "A"), "{{ $X }}"),
    ],
)
def test_a_variable_is_a_template_wherever_it_is_written(
    old: OldRepository, arguments: str, where: tuple[str | int, ...], value: str
) -> None:
    head = (
        f"{HEAD}from prefect.filesystems import S3, LocalFileSystem as Local\n"
        "from prefect.infrastructure import DockerContainer as Docker, KubernetesJob as Kubernetes\n"
        "X = os.environ['X']\n"
    )
    found: Any = result(old, call(f"{arguments}, skip_upload=True"), head).entry

    for step in where:
        found = found[step]
    assert found == value


def test_a_text_that_looks_like_such_a_template_is_reported(old: OldRepository) -> None:
    found = result(old, call(", description='{{ $HOME }}'"))

    assert codes(found.problems) == {"dynamic-value"}
    assert "description" not in found.entry


def test_a_flow_that_is_given_another_name_is_one_flow(old: OldRepository) -> None:
    """A project cannot have both: Prefect 3 knows a flow by the name in its source."""
    renamed = call(", flow_name='other'")

    one, other = results(old, call() + renamed)

    assert (one.status, other.status) == (Status.CARRIED, Status.LEFT)
    assert "already-declared" in codes(other.problems)
