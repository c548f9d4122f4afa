"""Where runs get the code: paths, entrypoints and storage blocks as steps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syntask_yaml.upgrade.storages import STORAGES
from tests.support.upgrading import FLOW, OldRepository, codes, inline, notes, saved

STEPS = "syntask.deployments.steps"


def go(directory: str) -> dict[str, Any]:
    return {f"{STEPS}.set_working_directory": {"directory": directory}}


@pytest.mark.parametrize("path", ["/srv/orders", "/opt/prefect/flows"])
def test_a_folder_of_workers_is_gone_to(old: OldRepository, path: str) -> None:
    result = old.result(path=path)

    assert result.entry["pull"] == [go(path)]
    assert codes(result.problems) == set()
    assert "path-in-place" in notes(result.problems)


@pytest.mark.parametrize(
    "path",
    ["C:\\Users\\somebody\\orders", "c:/data/orders", "/home/nobody-here/orders", "/Users/nobody-here/x"],
)
def test_a_folder_of_somebodys_machine_is_reported(old: OldRepository, path: str) -> None:
    result = old.result(path=path)

    assert "pull" not in result.entry
    assert codes(result.problems) == set()
    assert "absolute-path" in notes(result.problems)


def test_without_the_flow_it_is_something_to_look_at(old: OldRepository) -> None:
    result = old.result(path="C:\\Users\\somebody\\orders", entrypoint="elsewhere.py:load")

    assert codes(result.problems) == {"absolute-path", "entrypoint-not-found"}


def test_the_folder_of_the_project_is_the_default(old: OldRepository) -> None:
    result = old.result(path=str(old.root))

    assert "pull" not in result.entry
    assert codes(result.problems) == set()


@pytest.mark.parametrize("path", ["team", "./team", "{root}/team"])
def test_a_folder_of_the_project_is_part_of_the_entrypoint(old: OldRepository, path: str) -> None:
    old.write("team/flows.py", FLOW)

    entry = old.entry(path=path.format(root=old.root))

    assert entry["entrypoint"] == "team/flows.py:load_orders"
    assert "pull" not in entry


@pytest.mark.parametrize("path", ["round", "a\0b", "/home/" + "a" * 5000])
def test_a_path_that_is_none_is_no_bug(old: OldRepository, path: str) -> None:
    (old.root / "round").symlink_to("round")

    assert old.entry(path=path)["entrypoint"] == "flows.py:load_orders"


@pytest.mark.parametrize("manifest", ["round", "a\0b"])
def test_a_manifest_whose_path_is_none_is_reported(old: OldRepository, manifest: str) -> None:
    (old.root / "round").symlink_to("round")

    result = old.result(entrypoint=None, manifest_path=manifest)

    assert "entrypoint-not-found" in codes(result.problems)


def test_an_entrypoint_beside_its_file_is_found(old: OldRepository) -> None:
    """The code was copied from the folder of somebody else that ends as this one does."""
    old.write("team/etl.py", FLOW)
    old.deployment("team/deployment.yaml", entrypoint="etl.py:load_orders", path="/home/nobody-here/r/team")

    (result,) = old.upgrade().results

    assert result.entry["entrypoint"] == "team/etl.py:load_orders"


def test_backslashes_of_an_entrypoint_become_slashes(old: OldRepository) -> None:
    old.write("team/etl.py", FLOW)

    assert old.entry(entrypoint="team\\etl.py:load_orders")["entrypoint"] == "team/etl.py:load_orders"


def test_a_manifest_tells_the_entrypoint(old: OldRepository) -> None:
    old.write("load-manifest.json", json.dumps({"import_path": "./flows.py:load_orders"}))

    entry = old.entry(entrypoint=None, manifest_path="load-manifest.json")

    assert entry["entrypoint"] == "flows.py:load_orders"


@pytest.mark.parametrize("manifest", ["missing.json", "../../etc/hosts", "flows.py"])
def test_a_manifest_that_says_nothing_is_reported(old: OldRepository, manifest: str) -> None:
    assert "entrypoint-not-found" in codes(old.result(entrypoint=None, manifest_path=manifest).problems)


def test_runs_in_containers_find_the_code_in_the_image(old: OldRepository) -> None:
    docker = inline("docker-container", image="registry.example.com/orders:1")

    assert old.entry(infrastructure=docker, path=None)["pull"] == [go("/opt/prefect/flows")]
    assert old.entry(infrastructure=docker, path="/app")["pull"] == [go("/app")]


GITHUB = "https://github.com/example/orders.git"
MASK = "********"


@pytest.mark.parametrize(
    ("storage", "path", "pull", "push", "blocks"),
    [
        (
            saved(
                "github",
                "repo",
                repository=GITHUB,
                reference="main",
                access_token=None,
                include_git_objects=True,
            ),
            "",
            [{f"{STEPS}.git_clone": {"repository": GITHUB, "branch": "main"}}],
            None,
            [],
        ),
        (
            saved("github", "repo", repository=GITHUB, reference=None, access_token=MASK),
            "team",
            [
                {
                    f"{STEPS}.git_clone": {
                        "repository": GITHUB,
                        "access_token": "{{ syntask.blocks.secret.repo }}",
                        "id": "clone",
                    }
                },
                go("{{ clone.directory }}/team"),
            ],
            None,
            ["secret/repo"],
        ),
        (
            inline("github", repository=GITHUB, reference="0" * 40),
            None,
            [{f"{STEPS}.git_clone": {"repository": GITHUB, "commit_sha": "0" * 40}}],
            None,
            [],
        ),
        (
            saved(
                "gitlab-repository",
                "repo",
                repository="https://git.example.com/orders.git",
                credentials=saved("gitlab-credentials", "team", token=MASK),
            ),
            "",
            [
                {
                    f"{STEPS}.git_clone": {
                        "repository": "https://git.example.com/orders.git",
                        "credentials": "{{ syntask.blocks.gitlab-credentials.team }}",
                    }
                }
            ],
            None,
            ["gitlab-credentials/team"],
        ),
        (
            saved(
                "bitbucket-repository",
                "repo",
                repository="https://git.example.com/orders.git",
                bitbucket_credentials=saved("bitbucket-credentials", "team", token=MASK),
            ),
            "",
            [
                {
                    f"{STEPS}.git_clone": {
                        "repository": "https://git.example.com/orders.git",
                        "credentials": "{{ syntask.blocks.bitbucket-credentials.team }}",
                    }
                }
            ],
            None,
            ["bitbucket-credentials/team"],
        ),
        (
            saved("github-repository", "repo", repository_url=GITHUB, credentials=None),
            "",
            [{f"{STEPS}.git_clone": {"repository": GITHUB}}],
            None,
            [],
        ),
        (
            saved(
                "s3",
                "bucket",
                bucket_path="flows/production/",
                aws_access_key_id=MASK,
                aws_secret_access_key=MASK,
            ),
            "nightly",
            [
                {
                    "syntask_aws.deployments.steps.pull_from_s3": {
                        "bucket": "flows",
                        "folder": "production/nightly",
                        "credentials": "{{ syntask.blocks.aws-credentials.bucket }}",
                    }
                }
            ],
            [
                {
                    "syntask_aws.deployments.steps.push_to_s3": {
                        "bucket": "flows",
                        "folder": "production/nightly",
                        "credentials": "{{ syntask.blocks.aws-credentials.bucket }}",
                    }
                }
            ],
            ["aws-credentials/bucket"],
        ),
        (
            saved(
                "s3", "bucket", bucket_path="s3://flows", aws_access_key_id=None, aws_secret_access_key=None
            ),
            "",
            [{"syntask_aws.deployments.steps.pull_from_s3": {"bucket": "flows", "folder": ""}}],
            [{"syntask_aws.deployments.steps.push_to_s3": {"bucket": "flows", "folder": ""}}],
            [],
        ),
        (
            saved(
                "gcs",
                "bucket",
                bucket_path="flows/production",
                service_account_info=MASK,
                project="team-data",
            ),
            "",
            [
                {
                    "syntask_gcp.deployments.steps.pull_from_gcs": {
                        "bucket": "flows",
                        "folder": "production",
                        "project": "team-data",
                        "credentials": "{{ syntask.blocks.gcp-credentials.bucket }}",
                    }
                }
            ],
            [
                {
                    "syntask_gcp.deployments.steps.push_to_gcs": {
                        "bucket": "flows",
                        "folder": "production",
                        "project": "team-data",
                        "credentials": "{{ syntask.blocks.gcp-credentials.bucket }}",
                    }
                }
            ],
            ["gcp-credentials/bucket"],
        ),
        (
            saved("azure", "store", bucket_path="flows/production", azure_storage_connection_string=MASK),
            "",
            [
                {
                    "syntask_azure.deployments.steps.pull_from_azure_blob_storage": {
                        "container": "flows",
                        "folder": "production",
                        "credentials": "{{ syntask.blocks.azure-blob-storage-credentials.store }}",
                    }
                }
            ],
            [
                {
                    "syntask_azure.deployments.steps.push_to_azure_blob_storage": {
                        "container": "flows",
                        "folder": "production",
                        "credentials": "{{ syntask.blocks.azure-blob-storage-credentials.store }}",
                    }
                }
            ],
            ["azure-blob-storage-credentials/store"],
        ),
        (
            saved(
                "s3-bucket",
                "bucket",
                bucket_name="flows",
                bucket_folder="production",
                credentials=saved("aws-credentials", "team", aws_secret_access_key=MASK),
            ),
            "nightly",
            [
                {
                    "syntask_aws.deployments.steps.pull_from_s3": {
                        "bucket": "flows",
                        "folder": "production/nightly",
                        "credentials": "{{ syntask.blocks.aws-credentials.team }}",
                    }
                }
            ],
            [
                {
                    "syntask_aws.deployments.steps.push_to_s3": {
                        "bucket": "flows",
                        "folder": "production/nightly",
                        "credentials": "{{ syntask.blocks.aws-credentials.team }}",
                    }
                }
            ],
            ["aws-credentials/team"],
        ),
        (
            saved(  # as it was until 2023
                "s3-bucket",
                "bucket",
                bucket_name="flows",
                basepath="production",
                aws_credentials=saved("aws-credentials", "team", aws_secret_access_key=MASK),
            ),
            "",
            [
                {
                    "syntask_aws.deployments.steps.pull_from_s3": {
                        "bucket": "flows",
                        "folder": "production",
                        "credentials": "{{ syntask.blocks.aws-credentials.team }}",
                    }
                }
            ],
            [
                {
                    "syntask_aws.deployments.steps.push_to_s3": {
                        "bucket": "flows",
                        "folder": "production",
                        "credentials": "{{ syntask.blocks.aws-credentials.team }}",
                    }
                }
            ],
            ["aws-credentials/team"],
        ),
        (
            saved("gcs-bucket", "bucket", bucket="flows", bucket_folder="", gcp_credentials=None),
            "",
            [{"syntask_gcp.deployments.steps.pull_from_gcs": {"bucket": "flows", "folder": ""}}],
            [{"syntask_gcp.deployments.steps.push_to_gcs": {"bucket": "flows", "folder": ""}}],
            [],
        ),
        (
            saved(
                "azure-blob-storage-container",
                "store",
                container_name="flows",
                credentials=saved("azure-blob-storage-credentials", "team", connection_string=MASK),
            ),
            "",
            [
                {
                    "syntask_azure.deployments.steps.pull_from_azure_blob_storage": {
                        "container": "flows",
                        "folder": "",
                        "credentials": "{{ syntask.blocks.azure-blob-storage-credentials.team }}",
                    }
                }
            ],
            [
                {
                    "syntask_azure.deployments.steps.push_to_azure_blob_storage": {
                        "container": "flows",
                        "folder": "",
                        "credentials": "{{ syntask.blocks.azure-blob-storage-credentials.team }}",
                    }
                }
            ],
            ["azure-blob-storage-credentials/team"],
        ),
        (
            saved("remote-file-system", "store", basepath="s3://flows", settings={}),
            "nightly",
            [
                {
                    f"{STEPS}.pull_with_block": {
                        "block_type_slug": "remote-file-system",
                        "block_document_name": "store",
                        "id": "code",
                    }
                },
                go("{{ code.directory }}/nightly"),
            ],
            [
                {
                    f"{STEPS}.push_with_block": {
                        "block_type_slug": "remote-file-system",
                        "block_document_name": "store",
                        "folder": "nightly",
                    }
                }
            ],
            ["remote-file-system/store"],
        ),
        (
            saved("local-file-system", "store", basepath="/srv/storage"),
            "nightly",
            [go("/srv/storage/nightly")],
            [
                {
                    f"{STEPS}.push_with_block": {
                        "block_type_slug": "local-file-system",
                        "block_document_name": "store",
                        "folder": "nightly",
                    }
                }
            ],
            ["local-file-system/store"],
        ),
        (
            inline("local-file-system", basepath="/srv/storage"),
            None,
            [go("/srv/storage")],
            [
                {
                    f"{STEPS}.push_with_block": {
                        "block_type_slug": "local-file-system",
                        "block_document_name": "nightly",
                    }
                }
            ],
            ["local-file-system/nightly"],
        ),
    ],
    ids=lambda value: value.get("_block_type_slug", "") if isinstance(value, dict) else "",
)
def test_a_storage_block_becomes_steps(
    old: OldRepository, storage: Any, path: str | None, pull: Any, push: Any, blocks: list[str]
) -> None:
    result = old.result(storage=storage, path=path)

    assert result.entry["pull"] == pull
    assert result.entry.get("push") == push
    assert [f"{block.type}/{block.name}" for block in result.converted.blocks] == blocks
    assert result.status.value != "not carried", result.problems
    assert ("push-added" in notes(result.problems)) is (push is not None)
    assert codes(result.problems) == set()


def test_every_storage_of_the_table_is_tested() -> None:
    cases = test_a_storage_block_becomes_steps.pytestmark[0].args[1]

    assert {storage["_block_type_slug"] for storage, *_ in cases} == set(STORAGES)


def test_a_local_folder_of_which_only_the_name_is_known_is_a_block(old: OldRepository) -> None:
    result = old.result(storage=saved("local-file-system", "store"), path=None)

    named = {"block_type_slug": "local-file-system", "block_document_name": "store"}
    assert result.entry["pull"] == [{f"{STEPS}.pull_with_block": named}]
    assert result.entry["push"] == [{f"{STEPS}.push_with_block": named}]
    assert [f"{block.type}/{block.name}" for block in result.converted.blocks] == ["local-file-system/store"]
    assert codes(result.problems) == set()


def test_the_folder_of_the_project_is_not_copied_to(old: OldRepository) -> None:
    result = old.result(storage=saved("local-file-system", "store", basepath="."))

    assert "push" not in result.entry
    assert codes(result.problems) == {"push-missing"}


def test_a_local_folder_is_not_seen_in_containers(old: OldRepository) -> None:
    storage = saved("local-file-system", "store", basepath="/srv/storage")
    docker = inline("docker-container", image="registry.example.com/orders:1")

    result = old.result(storage=storage, infrastructure=docker)

    assert "pull" not in result.entry
    assert codes(result.problems) == {"no-pull"}


@pytest.mark.parametrize("slug", ["smb", "codecommit-repository", ""])
def test_a_storage_without_a_step_is_reported(old: OldRepository, slug: str) -> None:
    result = old.result(storage=saved(slug, "store", share_path="/flows"))

    assert "no-pull" in codes(result.problems)


def test_a_deployment_that_was_not_uploaded_gets_no_push(old: OldRepository) -> None:
    old.write("deploy.sh", "prefect deployment build flows.py:load_orders -n nightly --skip-upload\n")
    old.deployment(storage=saved("s3", "bucket", bucket_path="flows/production"))

    entry = old.upgrade().results[0].entry

    assert "push" not in entry
    assert "pull" in entry
