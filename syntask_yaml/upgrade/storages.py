"""Storage blocks, and the steps that replace them: `pull` steps, and `push` steps that upload the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.model.secret import holds_secret
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.spelling import step
from syntask_yaml.upgrade.agent_deployment import is_empty
from syntask_yaml.upgrade.blocks import block_type, is_bookkeeping
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.stored_code import StoredCode

_COMMIT = re.compile(r"[0-9a-f]{40}")
_A_BLOCK = "a block to create"
LOCAL = "local-file-system"
_IN_GIT = "the step never clones the history"

Steps = list[dict[str, Any]]


def _with_raw(steps: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    """Return the step with inputs that are templates, which are not escaped."""
    ((name, given),) = steps.items()
    return {name: {**given, **{key: value for key, value in inputs.items() if value is not None}}}


def _into(stored: StoredCode, pulled: dict[str, Any], id: str) -> Steps:
    """Return the step and, for a subfolder, a step that changes to it."""
    if not stored.folder:
        return [pulled]
    go = step("set_working_directory", stored.draft.context.dialect)
    place = f"{{{{ {id}.directory }}}}/{stored.draft.literal(stored.folder)}"
    return [_with_raw(pulled, id=id), _with_raw(go, directory=place)]


def _clone(stored: StoredCode, key: str, **login: str | None) -> tuple[Steps, Steps]:
    reference = stored.text("reference")
    is_commit = _COMMIT.fullmatch(reference) is not None
    where = {"commit_sha" if is_commit else "branch": reference} if reference else {}
    cloned = stored.step("git_clone", repository=stored.text(key), **where)
    return _into(stored, _with_raw(cloned, **login), "clone"), []


def _github(stored: StoredCode) -> tuple[Steps, Steps]:
    return _clone(stored, "repository", access_token=stored.login("secret", "access_token"))


def _repository(key: str, type: str) -> Callable[[StoredCode], tuple[Steps, Steps]]:
    return lambda stored: _clone(stored, key, credentials=stored.nested(type))


def _transfer(
    stored: StoredCode,
    provider: str,
    place: dict[str, str],
    folder: str,
    credentials: str | None,
    **more: str,
) -> tuple[Steps, Steps]:
    """Return the steps that copy from and to a folder of an object store."""
    inputs = {**place, "folder": "/".join(filter(None, (folder.strip("/"), stored.folder))), **more}
    pull, push = (
        _with_raw(_with_folder(stored.step(f"{verb}_{provider}", **inputs)), credentials=credentials)
        for verb in ("pull_from", "push_to")
    )
    return [pull], [push]


def _with_folder(written: dict[str, Any]) -> dict[str, Any]:
    """Return the step with its folder, even if that is the top."""
    ((name, inputs),) = written.items()
    return {name: {**inputs, "folder": inputs.get("folder", "")}}


def _parts(path: str) -> tuple[str, str]:
    bucket, _, folder = re.sub(r"^\w+://", "", path).strip("/").partition("/")
    return bucket, folder


def _s3(stored: StoredCode) -> tuple[Steps, Steps]:
    bucket, folder = _parts(stored.text("bucket_path"))
    login = stored.login("aws-credentials", "aws_access_key_id", "aws_secret_access_key")
    return _transfer(stored, "s3", {"bucket": bucket}, folder, login)


def _gcs(stored: StoredCode) -> tuple[Steps, Steps]:
    bucket, folder = _parts(stored.text("bucket_path"))
    login = stored.login("gcp-credentials", "service_account_info")
    return _transfer(stored, "gcs", {"bucket": bucket}, folder, login, project=stored.text("project"))


def _azure(stored: StoredCode) -> tuple[Steps, Steps]:
    container, path = stored.text("azure_storage_container"), stored.text("bucket_path")
    if not container:
        container, path = _parts(path)
    login = stored.reference("azure-blob-storage-credentials")
    return _transfer(stored, "azure_blob_storage", {"container": container}, path, login)


def _bucket(
    provider: str, place: str, key: str, folder: str, type: str
) -> Callable[[StoredCode], tuple[Steps, Steps]]:
    def convert(stored: StoredCode) -> tuple[Steps, Steps]:
        login = stored.nested(type)
        where = {place: stored.text(key)}
        within = next(filter(None, map(stored.text, folder.split())), "")
        return _transfer(stored, provider, where, within, login)

    return convert


def _block(stored: StoredCode) -> tuple[Steps, Steps]:
    """Return the steps for a storage that stays a block; a removed type is replaced by its successor."""
    old = block_type(stored.block)
    kind = SUCCESSORS.get(old, old)
    stored.draft.need(kind, stored.name, origin=f"{old}/{stored.name}" if kind != old else "")
    named = {"block_type_slug": kind, "block_document_name": stored.name}
    pulled = _into(stored, stored.step("pull_with_block", **named), "code")
    return pulled, push_steps(stored, kind) if STORAGES[kind].uploads else []


def push_steps(stored: StoredCode, kind: str) -> Steps:
    """Return the step that copies the code to a block of the type *kind*."""
    if stored.draft.context.dialect is not Dialect.SYNTASK:
        return []  # Prefect's own `deploy` has no such step
    named = {"block_type_slug": kind, "block_document_name": stored.name}
    return [stored.step("push_with_block", **named, folder=stored.folder)]


@dataclass(frozen=True, slots=True)
class Storage:
    """A storage block type: its conversion to steps, its fields, and their *target* if it is not a step.

    *uploads*: `prefect deployment build` copied the code there.
    """

    convert: Callable[[StoredCode], tuple[Steps, Steps]]
    fields: frozenset[str]
    uploads: bool = True
    target: str = "pull"


def _fields(names: str) -> frozenset[str]:
    return frozenset(names.split())


# By block type slug.
STORAGES: Mapping[str, Storage] = {
    "github": Storage(
        _github, _fields("repository reference access_token include_git_objects"), uploads=False
    ),
    "github-repository": Storage(
        _repository("repository_url", "github-credentials"),
        _fields("repository_url reference credentials include_git_objects"),
        uploads=False,
    ),
    "gitlab-repository": Storage(
        _repository("repository", "gitlab-credentials"),
        _fields("repository reference credentials git_depth include_git_objects"),
        uploads=False,
    ),
    "bitbucket-repository": Storage(
        _repository("repository", "bitbucket-credentials"),
        _fields("repository reference bitbucket_credentials include_git_objects"),
        uploads=False,
    ),
    "s3": Storage(_s3, _fields("bucket_path aws_access_key_id aws_secret_access_key")),
    "gcs": Storage(_gcs, _fields("bucket_path service_account_info project")),
    "azure": Storage(
        _azure,
        _fields(
            "bucket_path azure_storage_container azure_storage_connection_string azure_storage_account_name "
            "azure_storage_account_key azure_storage_tenant_id azure_storage_client_id "
            "azure_storage_client_secret azure_storage_anon"
        ),
    ),
    "s3-bucket": Storage(
        _bucket("s3", "bucket", "bucket_name", "bucket_folder basepath", "aws-credentials"),
        _fields("bucket_name bucket_folder basepath credentials aws_credentials minio_credentials"),
    ),
    "gcs-bucket": Storage(
        _bucket("gcs", "bucket", "bucket", "bucket_folder", "gcp-credentials"),
        _fields("bucket bucket_folder gcp_credentials"),
    ),
    "azure-blob-storage-container": Storage(
        _bucket(
            "azure_blob_storage",
            "container",
            "container_name",
            "base_folder",
            "azure-blob-storage-credentials",
        ),
        _fields("container_name base_folder credentials"),
    ),
    "remote-file-system": Storage(_block, _fields("basepath settings"), target=_A_BLOCK),
    LOCAL: Storage(_block, _fields("basepath")),
}
# Types that Prefect 3 removed, and their successors.
SUCCESSORS: Mapping[str, str] = {
    "github": "github-repository",
    "s3": "s3-bucket",
    "gcs": "gcs-bucket",
    "azure": "azure-blob-storage-container",
}
# Types that a run can pull as a whole.
PULLED_WHOLE = frozenset(STORAGES) - SUCCESSORS.keys()


def named_only(storage: Storage) -> Storage:
    """Return the same storage for a block whose values are unknown; runs look them up."""
    return replace(storage, convert=_block, fields=frozenset())


_NO_EFFECT: Mapping[str, str] = {"include_git_objects": _IN_GIT, "git_depth": _IN_GIT}


def settle_fields(draft: EntryDraft, block: Node, storage: Storage) -> None:
    """Record the outcome of each field of a storage block."""
    draft.ledger.open(block)
    for node in block.children():
        key = str(node.path[-1])
        if is_bookkeeping(key):
            draft.drop(node, "internal to Prefect")
        elif is_empty(node.value):
            draft.drop(node, "same as without the field")
        elif key in _NO_EFFECT:
            draft.drop(node, _NO_EFFECT[key])
        elif key in storage.fields:
            draft.carry(node, _A_BLOCK if holds_secret(node.value) else storage.target)
        else:
            detail = f"No step has an input for the field `{key}` of a `{block_type(block)}` block."
            draft.report_unknown(node, detail)
