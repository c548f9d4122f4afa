"""Blocks in scripts become what they are in files: by their name, or with their fields."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.upgrade.result import DeploymentResult
from tests.support.upgrading import OldRepository, codes, inline, saved

HEAD = """\
from prefect.blocks.core import Block
from prefect.deployments import Deployment
from flows import load_orders
"""


_DOCKER = "docker-container"


def result(old: OldRepository, text: str, arguments: str) -> DeploymentResult:
    call = f"Deployment.build_from_flow(load_orders, 'nightly', apply=True, {arguments})\n"
    old.write("deploy.py", f"{HEAD}{text}\n{call}")
    (found,) = old.upgrade().results
    return found


@pytest.mark.parametrize(
    ("text", "written", "slug"),
    [
        ("from prefect.infrastructure import Process", "Process.load('x')", "process"),
        ("from prefect.infrastructure.docker import DockerContainer as D", "D.load('x')", "docker-container"),
        ("from prefect.infrastructure import container as c", "c.DockerContainer.load(name='x')", _DOCKER),
        ("import prefect.infrastructure.kubernetes as k", "k.KubernetesJob.load('x')", "kubernetes-job"),
        ("", "Block.load('ecs-task/x')", "ecs-task"),
        ("from prefect_aws.ecs import ECSTask", "ECSTask.load('x')", "ecs-task"),
        ("from prefect_gcp.cloud_run import CloudRunJob", "CloudRunJob.load('x')", "cloud-run-job"),
        ("from prefect_kubernetes import KubernetesJob", "KubernetesJob.load('x')", "k8s-job"),
        ("NAME = 'x'\nblock = Block.load(f'process/{NAME}')", "block", "process"),
    ],
)  # fmt: skip
def test_a_block_by_its_name(old: OldRepository, text: str, written: str, slug: str) -> None:
    found = result(old, text, f"infrastructure={written}")

    assert found.converted.source.root.value["infrastructure"] == {
        "_block_type_slug": slug,
        "_block_document_name": "x",
    }


@pytest.mark.parametrize(
    "written",
    ["Process.load(f'{STAGE}-jobs')", "Block.load(f'process/{STAGE}-jobs')", "Process.load(STAGE + '-jobs')"],
)
def test_a_block_whose_name_depends_on_the_environment(old: OldRepository, written: str) -> None:
    """The pool is called like it, and commands that create it are for a shell."""
    head = "import os\nfrom prefect.infrastructure import Process\nSTAGE = os.environ['STAGE']"

    assert result(old, head, f"infrastructure={written}").entry["work_pool"] == {"name": "{{ $STAGE }}-jobs"}
    upgrade = old.upgrade()
    assert upgrade.unresolved == ()
    assert [each.command for each in upgrade.pools] == [
        'syntask work-pool create "${STAGE}-jobs" --from-block "process/${STAGE}-jobs" --from-server=URL'
    ]
    assert [each.worker for each in upgrade.pools] == ['syntask worker start --pool "${STAGE}-jobs"']


def test_a_storage_whose_name_depends_on_the_environment(old: OldRepository) -> None:
    head = "import os\nfrom prefect.filesystems import GitHub\nSTAGE = os.getenv('STAGE', 'dev')"

    found = result(old, head, "storage=GitHub.load(f'code-{STAGE}')")

    ((step,),) = (each.values() for each in found.entry["pull"])
    assert step == {
        "block_type_slug": "github-repository",
        "block_document_name": 'code-{{ $STAGE | default("dev") }}',
    }
    (block,) = old.upgrade().blocks
    assert block.command.startswith('syntask block create github-repository "code-${STAGE-dev}" ')


LOADED = "from prefect.blocks.system import Secret\nfrom prefect.filesystems import GitHub"


def test_a_secret_that_a_block_holds_is_looked_up_there(old: OldRepository) -> None:
    text = f"{LOADED}\ntoken = Secret.load('git')"
    storage = "storage=GitHub(repository='https://git.example/x', access_token=token.get())"

    found = result(old, text, f"{storage}, infra_overrides={{'env.KEY': Secret.load('key').get()}}")

    assert codes(found.problems) == set()
    ((clone,),) = (step.values() for step in found.entry["pull"])
    assert clone["access_token"] == "{{ syntask.blocks.secret.git }}"
    assert found.entry["work_pool"]["job_variables"] == {"env": {"KEY": "{{ syntask.blocks.secret.key }}"}}
    assert {(each.type, each.name) for each in found.converted.blocks} == {
        ("secret", "git"),
        ("secret", "key"),
    }


@pytest.mark.parametrize(
    "arguments",
    [
        "description=Secret.load('key').get()",
        "parameters={'source': Secret.load('key').get()}",
        "infra_overrides={'env.KEY': 'Bearer ' + Secret.load('key').get()}",
        "infra_overrides={'env.KEY': Secret.load(open('x')).get()}",
        "infra_overrides={'env.KEY': GitHub.load('key').get()}",
    ],
)
def test_a_secret_elsewhere_is_reported(old: OldRepository, arguments: str) -> None:
    assert codes(result(old, LOADED, arguments).problems) == {"dynamic-value"}


@pytest.mark.parametrize(
    "written", ["Block.load(STAGE)", "Block.load(f'{STAGE}/jobs')", "Process.load(str(int(STAGE)))"]
)
def test_a_block_of_which_not_even_the_type_is_known(old: OldRepository, written: str) -> None:
    head = "import os\nfrom prefect.infrastructure import Process\nSTAGE = os.environ['STAGE']"

    assert codes(result(old, head, f"infrastructure={written}").problems) == {"dynamic-value"}


@pytest.mark.parametrize(
    ("text", "written", "block"),
    [
        (
            "from prefect.infrastructure import DockerContainer, ImagePullPolicy",
            "DockerContainer(image='r.example.com/o:1', env={'A': 'b'}, "
            "image_pull_policy=ImagePullPolicy.ALWAYS)",
            inline("docker-container", image="r.example.com/o:1", image_pull_policy="Always", env={"A": "b"}),
        ),
        (
            "from prefect.infrastructure import KubernetesJob",
            "KubernetesJob(namespace='jobs', finished_job_ttl=5 * 60)",
            inline("kubernetes-job", namespace="jobs", finished_job_ttl=300),
        ),
        (
            "from prefect.flow_runners import SubprocessFlowRunner",
            "SubprocessFlowRunner(env={'A': 'b'})",
            inline("process", env={"A": "b"}),
        ),
    ],
)
def test_a_block_with_its_fields(old: OldRepository, text: str, written: str, block: dict[str, Any]) -> None:
    script = result(old, text, f"infrastructure={written}")
    (old.root / "deploy.py").unlink()
    file = old.result(path=None, infrastructure=block)

    assert script.entry["work_pool"] == file.entry["work_pool"]


@pytest.mark.parametrize(
    ("text", "written", "storage"),
    [
        (
            "from prefect.filesystems import GitHub",
            "GitHub(repository='https://git.example.com/o', reference='main')",
            inline("github", repository="https://git.example.com/o", reference="main"),
        ),
        (
            "from prefect.filesystems import S3\ns3 = S3(bucket_path='code/orders')",
            "s3",
            inline("s3", bucket_path="code/orders"),
        ),
        (
            "from prefect_github.repository import GitHubRepository\n"
            "from prefect_github import GitHubCredentials",
            "GitHubRepository(repository_url='https://g.example.com/o', "
            "credentials=GitHubCredentials.load('me'))",
            inline(
                "github-repository",
                repository_url="https://g.example.com/o",
                credentials=saved("github-credentials", "me"),
            ),
        ),
    ],
)
def test_a_storage_with_its_fields(
    old: OldRepository, text: str, written: str, storage: dict[str, Any]
) -> None:
    script = result(old, text, f"storage={written}")
    (old.root / "deploy.py").unlink()
    file = old.result(path="", storage=storage)

    assert script.entry["pull"] == file.entry["pull"]
    assert script.entry.get("push") == file.entry.get("push")
    assert codes(script.problems) == set()


@pytest.mark.parametrize("how", ["skip_upload=True", "skip_upload=False"])
def test_code_is_uploaded_unless_the_script_says_otherwise(old: OldRepository, how: str) -> None:
    found = result(old, "from prefect.filesystems import S3", f"storage=S3(bucket_path='code'), {how}")

    assert ("push" in found.entry) == (how == "skip_upload=False")


SECRETS = [
    "storage=S3(bucket_path='code', aws_access_key_id='hush-hush', aws_secret_access_key='hush-hush')",
    "infrastructure=Process(env={'API_TOKEN': 'hush-hush'})",
    "infra_overrides={'env.API_TOKEN': KEY}",
    "parameters={'password': 'hush-hush'}",
    "parameters={'password': decrypt('hush-hush'), 'other': input()}",
    "parameters={'password': made(), 'other': input()}",
    "storage=GitHub(repository='https://hush-hush-hush-hush-hush@git.example.com/o')",
    "storage=GitHub(repository='https://git.example.com/o', access_token='hush-' + 'hush')",
    "storage=GitHub(repository='https://git.example.com/o', access_token=decrypt(password='hush-hush'))",
]


@pytest.mark.parametrize("arguments", SECRETS)
def test_secrets_are_neither_carried_nor_shown(old: OldRepository, arguments: str) -> None:
    text = "from prefect.filesystems import S3, GitHub\nfrom prefect.infrastructure import Process\n"
    result(old, f"{text}def made(): return 'hush-hush'\nKEY = 'hush-hush'", arguments)

    upgrade = old.upgrade()

    shown = [str(upgrade), upgrade.summary, *(change.difference for change in upgrade.changes)]
    shown += [problem.span.source.line(problem.span.line) for problem in upgrade.diagnostics if problem.span]
    shown += [f"{problem.detail} {problem.hint}" for problem in upgrade.diagnostics]
    shown += [str(result.entry) for result in upgrade.results]
    assert "hush-hush" not in "\n".join(shown)
    assert "hush-' + 'hush" not in "\n".join(shown)


@pytest.mark.parametrize(
    "written",
    ["Block.load(input())", "Block.load('x')", "Block.load()", "Mine()", "Block.load(os.environ['X'])"],
)
def test_a_block_that_only_running_tells(old: OldRepository, written: str) -> None:
    found = result(old, "import os", f"infrastructure={written}")

    assert codes(found.problems) == {"dynamic-value"}
    assert found.entry["work_pool"] == {"name": "default"}


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        (
            "rrule(DAILY, dtstart=datetime(2024, 1, 1), byhour=6)",
            {"rrule": "DTSTART:20240101T000000\nRRULE:FREQ=DAILY;BYHOUR=6", "timezone": "UTC"},
        ),
        (
            "rrule(freq=MONTHLY, dtstart=datetime(2024, 1, 1), byweekday=[MO(1), FR])",
            {"rrule": "DTSTART:20240101T000000\nRRULE:FREQ=MONTHLY;BYDAY=FR,+1MO", "timezone": "UTC"},
        ),
    ],
)
def test_rules_that_are_built(old: OldRepository, rule: str, written: dict[str, str]) -> None:
    text = (
        "from datetime import datetime\nfrom dateutil.rrule import rrule, DAILY, MONTHLY, MO, FR\n"
        "from prefect.server.schemas.schedules import RRuleSchedule"
    )
    found = result(old, text, f"schedule=RRuleSchedule.from_rrule({rule})")

    assert found.entry["schedules"] == [written]
    assert codes(found.problems) == set()


def test_a_rule_that_begins_when_the_script_runs(old: OldRepository) -> None:
    text = (
        "from dateutil.rrule import rrule, DAILY\nfrom prefect.server.schemas.schedules import RRuleSchedule"
    )
    found = result(old, text, "schedule=RRuleSchedule.from_rrule(rrule(DAILY))")

    assert codes(found.problems) == {"dynamic-value"}
