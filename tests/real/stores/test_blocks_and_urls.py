"""The steps that take the place of code from a block, or from a URL, against real stores and repositories."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.block import Block
from syntask_yaml.model.secret import Secret
from syntask_yaml.steps.base import StepFailedAt
from tests.real.stores.conftest import Workplace
from tests.support.git_repository import Repository
from tests.support.memory import MemoryBackend
from tests.support.object_stores import ACCESS_KEY, SECRET_KEY, ObjectStore, azure_login

pytestmark = pytest.mark.real

BLOCK = "prefect.deployments.steps.pull_with_block"
PUSH = "syntask.deployments.steps.push_with_block"
URL = "syntask.deployments.steps.pull_from_remote_storage"


def with_blocks(place: Workplace, *blocks: Block) -> Workplace:
    """The place, where steps find *blocks*."""
    backend = MemoryBackend()
    for block in blocks:
        backend.create_block(block)
    place.context.blocks = backend.block
    return place


def named(store: ObjectStore, folder: str) -> tuple[Block, ...]:
    """A block for a folder of the store, and one with the credentials for it."""
    if store.kind == "gcs":
        return (Block("gcs-bucket", "code", {"bucket": "flows", "bucket_folder": folder}),)
    login: dict[str, Any]
    if store.kind == "azure":
        login = {"connection_string": Secret(azure_login(store.port))}
        place = {"container_name": "flows", "base_folder": folder, "credentials": f"{_AZURE_LOGIN}/team"}
        return Block("azure-blob-storage-container", "code", place), Block(_AZURE_LOGIN, "team", login)
    login = {
        "aws_access_key_id": ACCESS_KEY,
        "aws_secret_access_key": Secret(SECRET_KEY),
        "aws_client_parameters": store.inputs["client_parameters"],
    }
    place = {"bucket_name": "flows", "bucket_folder": folder, "credentials": "aws-credentials/team"}
    return Block("s3-bucket", "code", place), Block("aws-credentials", "team", login)


_AZURE_LOGIN = "azure-blob-storage-credentials"


def test_a_block_of_each_store(store: ObjectStore, tmp_path: Path) -> None:
    """The folder is called like the block, holds what the store has and nothing else, each time."""
    here, there = Workplace(tmp_path / "here", store), Workplace(tmp_path / "there", store)
    here.write(flow="1", old="1")
    here.push("blocks/one")
    block, *others = named(store, "blocks/one")
    with_blocks(there, block, *others)
    directory = f"{block.type}-code"
    inputs = {"block_document_name": "code", "block_type_slug": block.type}
    assert there.step(BLOCK, **inputs) == {"directory": directory}
    (there.directory / directory / "left over").touch()
    assert there.step(BLOCK, **inputs) == {"directory": directory}

    assert there.files() == {f"{directory}/flow": b"1", f"{directory}/old": b"1"}
    assert SECRET_KEY not in repr(there.events)


def test_a_block_takes_what_another_run_gets(store: ObjectStore, tmp_path: Path) -> None:
    block, *others = named(store, "blocks/pushed")
    here = with_blocks(Workplace(tmp_path / "here", store), block, *others)
    there = with_blocks(Workplace(tmp_path / "there", store), block, *others)
    here.write(flow="1", left__out="2")
    (here.directory / ".syntaskignore").write_text("left/\n", encoding="utf-8")
    inputs = {"block_document_name": "code", "block_type_slug": block.type}
    assert "flows/blocks/pushed" in here.step(PUSH, **inputs)["url"]
    assert here.step(PUSH, folder="./in/side/", **inputs)["url"].endswith("blocks/pushed/in/side")

    directory = there.step(BLOCK, **inputs)["directory"]
    assert there.files()[f"{directory}/flow"] == there.files()[f"{directory}/in/side/flow"] == b"1"
    assert f"{directory}/left/out" not in there.files()
    assert SECRET_KEY not in repr(here.events)


def urls(store: ObjectStore) -> tuple[str, Mapping[str, Any]]:
    """The URL of the bucket, and the settings of its file system."""
    if store.kind == "gcs":
        return "gs://flows", {"token": "anon", "endpoint_url": store.url}
    if store.kind == "azure":
        return "az://flows", {"connection_string": Secret(azure_login(store.port))}
    endpoint = {"client_kwargs": dict(store.inputs["client_parameters"])}
    return "s3://flows", {"key": ACCESS_KEY, "secret": Secret(SECRET_KEY), **endpoint}


def test_a_url_of_each_store(store: ObjectStore, tmp_path: Path) -> None:
    """The folder is called like the bucket and the folder there; settings are those of fsspec."""
    here, there = Workplace(tmp_path / "here", store), Workplace(tmp_path / "there", store)
    here.write(flow="1", deep__er="2")
    here.push("urls/one")
    base, settings = urls(store)
    assert there.step(URL, url=f"{base}/urls/one/", **settings) == {"directory": "flows/urls/one"}
    assert there.files() == {"flows/urls/one/flow": b"1", "flows/urls/one/deep/er": b"2"}

    there.step(URL, url=f"{base}/urls/one", **settings)
    assert there.copied.startswith("Copying 0 of 2 files")
    assert SECRET_KEY not in repr(there.events)
    with pytest.raises(StepFailedAt, match="contains no files"):
        there.step(URL, url=f"{base}/urls/none", **settings)


def test_a_link_in_the_place_of_a_copy(tmp_path: Path) -> None:
    """A copy goes into the current directory, whatever is there."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "origin").mkdir()
    (tmp_path / "origin/flow").touch()
    place = Workplace(tmp_path / "run", ObjectStore("none", 0))
    (place.directory / tmp_path.parts[1]).symlink_to(tmp_path / "outside")
    with pytest.raises(StepFailedAt, match="a link to outside"):
        place.step(URL, url=f"file://{tmp_path}/origin")

    assert list((tmp_path / "outside").iterdir()) == []


def test_repositories_and_directories_as_blocks(tmp_path: Path) -> None:
    """A block of a repository is cloned; one of a directory of this machine is copied."""
    flows = Repository(tmp_path / "origin/flows")
    flows.commit(flow="main")
    flows.git("checkout", "--quiet", "-b", "next")
    flows.commit(flow="next")
    place = with_blocks(
        Workplace(tmp_path / "run", ObjectStore("git", 0)),
        Block("github-repository", "code", {"repository_url": flows.url, "reference": "main"}),
        Block(
            "gitlab-repository", "code", {"repository": flows.url, "credentials": "gitlab-credentials/team"}
        ),
        Block("gitlab-credentials", "team", {"token": Secret("planted-token")}),
        Block("local-file-system", "code", {"basepath": str(flows.path / ".git/refs")}),
    )
    found = {
        kind: place.step(BLOCK, block_document_name="code", block_type_slug=kind)["directory"]
        for kind in ("github-repository", "gitlab-repository", "local-file-system")
    }

    assert found == {kind: f"{kind}-code" for kind in found}
    assert (place.directory / "github-repository-code/flow").read_text() == "main"
    assert (place.directory / "gitlab-repository-code/flow").read_text() == "next"
    assert (place.directory / "local-file-system-code/heads/next").is_file()
    assert "planted-token" not in repr(place.events)
    assert not [content for content in place.files().values() if b"planted-token" in content]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"block_document_name": "none", "block_type_slug": "s3-bucket"}, "has no block `none`"),
        ({"block_document_name": "text", "block_type_slug": "string"}, "does not refer to a folder"),
        ({"block_document_name": "../x", "block_type_slug": "s3-bucket"}, "is not a valid block name"),
        ({"block_document_name": "loose", "block_type_slug": "s3-bucket"}, "`credentials` of the block"),
        ({"block_document_name": "lost", "block_type_slug": "s3-bucket"}, "has no block `gone`"),
        (
            {"block_document_name": "far", "block_type_slug": "local-file-system"},
            "does not exist on this machine",
        ),
        ({"block_document_name": "odd", "block_type_slug": "remote-file-system"}, "is not a JSON object"),
    ],
)
def test_blocks_that_cannot_be_pulled(tmp_path: Path, inputs: dict[str, Any], expected: str) -> None:
    """Each is told, and leaves nothing."""
    place = with_blocks(
        Workplace(tmp_path, ObjectStore("none", 0)),
        Block("string", "text", {"value": "x"}),
        Block("s3-bucket", "loose", {"bucket_name": "flows", "credentials": "team"}),
        Block("s3-bucket", "lost", {"bucket_name": "flows", "credentials": "aws-credentials/gone"}),
        Block("local-file-system", "far", {"basepath": "/no/such/place"}),
        Block("remote-file-system", "odd", {"basepath": "s3://flows", "settings": Secret("[1")}),
    )
    with pytest.raises(StepFailedAt, match=expected):
        place.step(BLOCK, **inputs)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "block",
    [
        Block("local-file-system", "code", {"basepath": "{}"}),
        Block("remote-file-system", "code", {"basepath": "file://{}"}),
    ],
    ids=lambda block: block.type,
)
def test_folders_of_a_directory_are_made(tmp_path: Path, block: Block) -> None:
    (tmp_path / "store").mkdir()
    place = str(block.data["basepath"]).format(tmp_path / "store")
    here = with_blocks(
        Workplace(tmp_path / "run", ObjectStore("none", 0)), Block(block.type, "code", {"basepath": place})
    )
    here.write(deep__er="2")
    here.step(PUSH, block_document_name="code", block_type_slug=block.type, folder="prod/next")

    assert (tmp_path / "store/prod/next/deep/er").read_text(encoding="utf-8") == "2"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"block_type_slug": "github-repository"}, "does not refer to a folder that files are copied to"),
        ({"block_type_slug": "s3-bucket"}, "has no block `code`"),
        ({"block_type_slug": "local-file-system", "folder": "a/../../b"}, "is not in the folder"),
    ],
)
def test_blocks_that_take_no_files(tmp_path: Path, inputs: dict[str, Any], expected: str) -> None:
    block = Block("local-file-system", "code", {"basepath": str(tmp_path)})
    place = with_blocks(Workplace(tmp_path / "run", ObjectStore("none", 0)), block)
    with pytest.raises(StepFailedAt, match=expected):
        place.step(PUSH, block_document_name="code", **inputs)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("flows/production", "does not refer to a folder"),
        ("s3://", "does not refer to a folder"),
        ("file:///srv/../../etc", "does not refer to a folder"),
        ("nonsense://bucket/folder", "cannot be used here|Cannot open"),
        ("file:///no/such/place", "contains no files"),
    ],
)
def test_urls_that_are_none(tmp_path: Path, url: str, expected: str) -> None:
    """Each is told with the forms that there are."""
    place = Workplace(tmp_path, ObjectStore("none", 0))
    with pytest.raises(StepFailedAt, match=expected) as caught:
        place.step(URL, url=url)

    assert caught.value.hint
