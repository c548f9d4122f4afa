"""The code blocks of the guides on agents and workers that concern deployments, as files that run.

A block that does not run as it is printed is mended, and *fault* says what was wrong with it. The repository
and the names of pools and blocks are those of the guides; texts are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.git_repository import Repository
from tests.support.prefect_server import PrefectServer

URL = "https://github.com/me/myrepo.git"
_FLOW = """

@flow(log_prints=True)
def my_flow(name: str = "world"):
    print(f"Good morning, {name}.")


if __name__ == "__main__":
"""
_NOT_IMPORTED = "`Deployment` is not imported, and the deployment is built and never applied"
_NEVER_APPLIED = "the deployment is built and never applied"
_PULL_POLICY = "work pools of type `kubernetes` have no job variable `pull_policy`: it is `image_pull_policy`"
_STORAGE = f"`storage` was a module of Prefect 1; {_NOT_IMPORTED[0].lower()}{_NOT_IMPORTED[1:]}"


@dataclass(frozen=True)
class Block:
    """One code block; *serves*: it does not end by itself."""

    id: str
    code: str
    fault: str = ""
    serves: bool = False


_DEPLOY = """    {source}.deploy(
        name="my-deployment",
        parameters=dict(name="Marvin"),
        work_pool_name="local",
    )
"""
_K8S = """        work_pool_name="my-k8s-job",
        job_variables=dict(image_pull_policy="Never"),
        parameters=dict(name="Marvin"),
    )
"""

BLOCKS = (
    Block(
        "publish",
        """from syntask.infrastructure import KubernetesJob

KubernetesJob.load("my-k8s-job").publish_as_work_pool()
""",
    ),
    Block(
        "no-blocks-before",
        f"""from syntask import flow
from syntask.deployments import Deployment
{_FLOW}    Deployment.build_from_flow(
        my_flow,
        name="my-deployment",
        parameters=dict(name="Marvin"),
    ).apply()
""",
        _NOT_IMPORTED,
    ),
    Block(
        "no-blocks-after",
        f"""from syntask import flow
{_FLOW}    my_flow.serve(
        name="my-deployment",
        parameters=dict(name="Marvin"),
    )
""",
        serves=True,
    ),
    Block(
        "local-file",
        f"""from pathlib import Path
from syntask import flow
{_FLOW}    my_flow.from_source(
        source=str(Path(__file__).parent),
        entrypoint="example.py:my_flow",
    ).deploy(
        name="my-deployment",
        parameters=dict(name="Marvin"),
        work_pool_name="local",
    )
""",
    ),
    Block(
        "storage-before",
        f"""from syntask import flow
from syntask.deployments import Deployment
from syntask.storage import GitHub
{_FLOW}    Deployment.build_from_flow(
        my_flow,
        name="my-deployment",
        storage=GitHub.load("demo-repo"),
        parameters=dict(name="Marvin"),
    ).apply()
""",
        _STORAGE,
    ),
    Block(
        "storage-after-serve",
        """from syntask import flow
from syntask.storage import GitHub

if __name__ == "__main__":
    flow.from_source(
        source=GitHub.load("demo-repo"),
        entrypoint="example.py:my_flow"
    ).serve(
        name="my-deployment",
        parameters=dict(name="Marvin"),
    )
""",
        serves=True,
    ),
    Block(
        "storage-after-deploy",
        f'''from syntask import flow
from syntask.blocks.system import Secret
from syntask.runner.storage import GitRepository
{_FLOW}    flow.from_source(
        source=GitRepository(
            url="{URL}",
            credentials={{"username": "oauth2", "access_token": Secret.load("my-github-pat")}},
        ),
        entrypoint="example.py:my_flow"
    ).deploy(
        name="my-deployment",
        parameters=dict(name="Marvin"),
        work_pool_name="local",
    )
''',
    ),
    Block(
        "infrastructure-before",
        f"""from syntask import flow
from syntask.deployments import Deployment
from syntask.filesystems import GitHub
from syntask.infrastructure.kubernetes import KubernetesJob
{_FLOW}    Deployment.build_from_flow(
        my_flow,
        name="my-deployment",
        storage=GitHub.load("demo-repo"),
        entrypoint="example.py:my_flow",
        infrastructure=KubernetesJob.load("my-k8s-job"),
        infra_overrides=dict(image_pull_policy="Never"),
        parameters=dict(name="Marvin"),
    ).apply()
""",
        f"{_NEVER_APPLIED}; {_PULL_POLICY}",
    ),
    Block(
        "infrastructure-before-at-the-top",
        f"""from syntask import flow
from syntask.deployments import Deployment
from syntask.filesystems import GitHub
from syntask.infrastructure.kubernetes import KubernetesJob

repo = GitHub.load("demo-repo")
{_FLOW}    Deployment.build_from_flow(
        my_flow,
        name="my-deployment",
        storage=repo,
        entrypoint="example.py:my_flow",
        infrastructure=KubernetesJob.load("my-k8s-job"),
        infra_overrides=dict(image_pull_policy="Never"),
        parameters=dict(name="Marvin"),
    ).apply()
""",
        f"{_NEVER_APPLIED}; {_PULL_POLICY}",
    ),
    Block(
        "infrastructure-after-block",
        f"""from syntask import flow
from syntask.storage import GitHub

if __name__ == "__main__":
    flow.from_source(
        source=GitHub.load("demo-repo"),
        entrypoint="example.py:my_flow"
    ).deploy(
        name="my-deployment",
{_K8S}""",
        _PULL_POLICY,
    ),
    Block(
        "infrastructure-after-url",
        f'''from syntask import flow

if __name__ == "__main__":
    flow.from_source(
        source="{URL}",
        entrypoint="example.py:my_flow"
    ).deploy(
        name="my-deployment",
{_K8S}''',
        _PULL_POLICY,
    ),
    Block(
        "image",
        f"""from syntask import flow
{_FLOW}    my_flow.deploy(
        name="my-deployment",
        image="my-repo/my-image:latest",
{_K8S}""",
        _PULL_POLICY,
    ),
)
BY_ID = {block.id: block for block in BLOCKS}
_FLOW_FILE = f"from syntask import flow\n{_FLOW}    pass\n"


def write_block(block: Block, folder: Path) -> Path:
    """Write *block* to `example.py` in *folder*, with a repository of this machine for that of the guide.

    The repository has `example.py` too; where the flow is only there, the script has another name.
    """
    repository = folder.parent / "myrepo.git"
    if not repository.exists():
        Repository(repository).commit(**{"example.py": _FLOW_FILE})
    script = folder / ("example.py" if "my_flow(" in block.code else "deploy.py")
    script.write_text(block.code.replace(URL, f"file://{repository}"), encoding="utf-8")
    return script


def create_old_block(server: PrefectServer, slug: str, name: str, data: dict[str, Any]) -> None:
    """Have a block of Prefect 2 on *server*, with fields of the types that *data* has."""
    kinds = {key: "object" if isinstance(value, dict) else "string" for key, value in data.items()}
    properties = {key: {"type": kind} for key, kind in kinds.items()}
    fields = {"title": slug, "type": "object", "properties": properties, "secret_fields": ["access_token"]}
    server.create_old_block(slug, name, fields, data)
