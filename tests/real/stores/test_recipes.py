"""The recipe `s3` from its first file to a finished run, with a real store, and without a secret seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.test_recipes import FLOW, init
from tests.support import object_stores
from tests.support.console import Console
from tests.support.object_stores import ACCESS_KEY, SECRET_KEY

pytestmark = pytest.mark.real

_ENV = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED")


@pytest.fixture(name="console")
def _console(tmp_path: Path) -> Iterator[Console]:
    if reason := object_stores.missing(object_stores.RCLONE):
        pytest.skip(reason)
    for name in ("project", "home"):
        (tmp_path / name).mkdir()
    with object_stores.rclone(tmp_path / "buckets") as store:
        values = (ACCESS_KEY, SECRET_KEY, store.url, "true")
        environ = {**dict(zip(_ENV, values, strict=True)), "NO_PROXY": "*"}
        yield Console(tmp_path / "project", tmp_path / "home", environ)


def test_from_a_recipe_to_a_run(console: Console, tmp_path: Path) -> None:
    """Before the code is in the bucket `check` says so; after the deploy it passes, and the run completes."""
    said = [init(console, "s3", bucket="flows")]
    commands = {
        "syntask check": 1,
        "syntask deploy": 0,
        "syntask check --output json": 1,
        f"syntask check {' '.join(f'--env {name}' for name in _ENV)}": 0,
        "syntask deployment run etl/etl": 0,
        "syntask worker start --run-once": 0,
        "syntask flow-run ls --output json": 0,
    }
    for command, code in commands.items():
        done = console.run(command, timeout=120)
        said.append(done.stdout)
        assert done.returncode == code, f"{command}: {done.stdout}"

    assert "Known after build" in said[1]
    assert "No credentials were found for" in said[3]
    assert "1 of 1 deployments would start" in said[4]
    assert [run["state"] for run in json.loads(said[-1])["flow_runs"]] == ["COMPLETED"]
    bucket = tmp_path / "buckets/flows"
    pushed = {str(path.relative_to(bucket)) for path in bucket.rglob("*") if path.is_file()}
    assert pushed == {"project/flows.py", "project/syntask.yaml"}
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in kept if SECRET_KEY.encode() in text]
    assert not [text for text in said if SECRET_KEY in text]


def test_a_block_for_the_pull(console: Console, tmp_path: Path) -> None:
    """Credentials in a block: the worker needs no variable, and nothing that is stored shows the key."""
    init(console, "s3", bucket="flows")
    path = console.directory / "syntask.yaml"
    text = path.read_text(encoding="utf-8")
    block = '      credentials: "{{ syntask.blocks.aws-credentials.team }}"\n'
    for step in ("      bucket: flows\n", '      bucket: "{{ push-code.bucket }}"\n'):
        assert step in text
        text = text.replace(step, step + block)
    path.write_text(text, encoding="utf-8")
    fields = {"aws_secret_access_key": SECRET_KEY, "aws_access_key_id": ACCESS_KEY}
    fields["aws_client_parameters"] = json.dumps({"endpoint_url": console.environ["AWS_ENDPOINT_URL"]})
    (tmp_path / "fields.json").write_text(json.dumps(fields), encoding="utf-8")
    quiet = Console(console.directory, console.home, {"NO_PROXY": "*", "AWS_EC2_METADATA_DISABLED": "true"})
    said = [
        quiet.run(command, timeout=120)
        for command in (
            f"syntask block create aws-credentials team < {tmp_path}/fields.json",
            "syntask deploy",
            "syntask check",
            "syntask deployment inspect etl/etl",
            "syntask block inspect aws-credentials team",
            "syntask deployment run etl/etl",
            "syntask worker start --run-once",
            "syntask flow-run logs",
        )
    ]
    (tmp_path / "fields.json").unlink()

    assert [done.returncode for done in said] == [0] * len(said), "\n".join(done.stdout for done in said)
    assert "Copying" in said[-1].stdout
    assert not [done.stdout for done in said if SECRET_KEY in done.stdout]
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in kept if SECRET_KEY.encode() in text]


_WITH_BLOCK = """
name: demo
push:
  - prefect_aws.deployments.steps.push_to_s3:
      bucket: flows
      folder: code
      credentials: "{{ prefect.blocks.aws-credentials.team }}"
pull:
  - prefect.deployments.steps.pull_with_block:
      id: code
      block_type_slug: s3-bucket
      block_document_name: code
  - prefect.deployments.steps.set_working_directory:
      directory: "{{ code.directory }}"
deployments:
  - name: default
    entrypoint: flows.py:etl
    work_pool:
      name: default
"""


def test_a_block_for_the_folder(console: Console, tmp_path: Path) -> None:
    """The worker finds the place in a block, and the credentials in another one that it names."""
    (console.directory / "flows.py").write_text(FLOW, encoding="utf-8")
    (console.directory / "prefect.yaml").write_text(_WITH_BLOCK, encoding="utf-8")
    endpoint = json.dumps({"endpoint_url": console.environ["AWS_ENDPOINT_URL"]})
    fields = f"--field aws_access_key_id={ACCESS_KEY} --field aws_client_parameters='{endpoint}'"
    place = "--field bucket_name=flows --field bucket_folder=code --field credentials=aws-credentials/team"
    (tmp_path / "key").write_text(SECRET_KEY, encoding="utf-8")
    quiet = Console(console.directory, console.home, {"NO_PROXY": "*", "AWS_EC2_METADATA_DISABLED": "true"})
    said = [
        quiet.run(command, timeout=120)
        for command in (
            f"syntask block create aws-credentials team {fields} < {tmp_path}/key",
            f"syntask block create s3-bucket code {place}",
            "syntask deploy",
            "syntask check",
            "syntask deployment run etl/default",
            "syntask worker start --run-once",
            "syntask flow-run ls",
        )
    ]
    (tmp_path / "key").unlink()

    assert [done.returncode for done in said] == [0] * len(said), "\n".join(done.stdout for done in said)
    assert "COMPLETED" in said[-1].stdout.upper()
    assert not [done.stdout for done in said if SECRET_KEY in done.stdout]
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in kept if SECRET_KEY.encode() in text]
