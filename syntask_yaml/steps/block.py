"""The steps `pull_with_block` and `push_with_block`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import StepFailed
from syntask_yaml.files import home_path
from syntask_yaml.model.secret import revealed
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.transfer.pull import pull
from syntask_yaml.steps.transfer.push import push
from syntask_yaml.steps.transfer.remote import Remote
from syntask_yaml.steps.transfer.staging import staging

_Fields: TypeAlias = Mapping[str, Any]

# Fields of storage blocks that contain or name credentials.
_LOGINS = ("credentials", "gcp_credentials", "bitbucket_credentials")


@step("pull_with_block", outputs=("directory",), extra="s3", on_stock_workers=True)
def pull_with_block(context: StepContext, *, block_document_name: str, block_type_slug: str) -> Outputs:
    """Copy the folder that a storage block refers to.

    The folder is a bucket, a container, a repository, or a file system. It is then in a directory called
    like the block's type and name, in the place of what was there; the output is that directory's path from
    here.

    Args:
        block_document_name: The name of the block. Example: `flows`.
        block_type_slug: The type of the block. Example: `s3-bucket`.
    """
    name = f"{block_type_slug}-{block_document_name}"
    if "/" in name or not name.isprintable():
        raise StepFailed(f"`{name}` is not a valid block name.", hint="Fix `block_document_name`.")
    fields = _load(context, block_type_slug, block_document_name)
    if block_type_slug not in _PLACES:
        raise _no_place(block_type_slug, _PLACES, "does not refer to a folder")
    target = context.directory / name
    with staging(context.directory) as drafts:
        found = _PLACES[block_type_slug](replace(context, directory=drafts), fields)
        if target.exists():
            target.rename(drafts / "before")
        found.rename(target)
    return {"directory": name}


@step("push_with_block", outputs=("url",), extra="s3")
def push_with_block(
    context: StepContext,
    *,
    block_document_name: str,
    block_type_slug: str,
    folder: str | None = None,
    ignore_file: str = ".prefectignore",
) -> Outputs:
    """Copy the current directory to the folder that a storage block refers to.

    The folder is a bucket, a container, or a file system. `pull_with_block` brings it to a run.

    Args:
        block_document_name: The name of the block. Example: `flows`.
        block_type_slug: The type of the block. Example: `s3-bucket`.
        folder: A folder in the block's own, to copy to. Example: `production`.
        ignore_file: A file of patterns to exclude, as in `.gitignore`, in addition to those of
            `.syntaskignore`. Example: `.syntaskignore`.
    """
    if block_type_slug not in _STORES:
        raise _no_place(block_type_slug, _STORES, "does not refer to a folder that files are copied to")
    fields = _load(context, block_type_slug, block_document_name)
    remote = _inside(_STORES[block_type_slug](fields), folder or "")
    push(remote, context, ignore_file=ignore_file)
    return {"url": remote.url}


def _inside(remote: Remote, folder: str) -> Remote:
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise StepFailed(f"`{folder}` is not in the folder of the block.", hint="Fix `folder`.")
    path, url = ("/".join([place.rstrip("/"), *parts]) for place in (remote.path, remote.url))
    return replace(remote, path=path, url=url) if parts else remote


def _no_place(type: str, places: Iterable[str], what: str) -> StepFailed:
    places = list(places)
    hint = did_you_mean(type, places, otherwise=f"Available types: {', '.join(places)}.")
    return StepFailed(f"A block of type `{type}` {what}.", hint=hint)


def _load(context: StepContext, type: str, name: str) -> dict[str, Any]:
    """Return the fields of a block, with the fields of its credentials inserted."""
    block = context.blocks(type, name)
    if block is None:
        hint = f"Run `syntask block create {type} {name}` to create it."
        raise StepFailed(f"The backend has no block `{name}` of type `{type}`.", hint=hint)
    fields: dict[str, Any] = revealed(block.data)
    for key in _LOGINS:
        if isinstance(named := fields.get(key), str):
            inner_type, slash, inner_name = named.partition("/")
            if not slash:
                detail = f"`{key}` of the block `{type}/{name}` does not refer to a block."
                raise StepFailed(detail, hint="Write it as `TYPE/NAME`, such as `aws-credentials/team`.")
            fields[key] = _load(context, inner_type, inner_name)
    return fields


# A local file system needs no preparation: it creates the directories of copied files.
_MADE_FOLDERS = {"auto_mkdir": True}
# The functions that open the store of a block's fields.
_Store: TypeAlias = Callable[[_Fields], Remote]


def _s3(fields: _Fields) -> Remote:
    open_s3 = _home("s3", "s3").open_s3
    folder = str(fields.get("bucket_folder") or "")
    found: Remote = open_s3(str(fields["bucket_name"]), folder, fields.get("credentials"), None)
    return found


def _gcs(fields: _Fields) -> Remote:
    open_gcs = _home("gcs", "gcs").open_gcs
    folder = str(fields.get("bucket_folder") or "")
    found: Remote = open_gcs(str(fields["bucket"]), folder, None, fields.get("gcp_credentials"))
    return found


def _azure(fields: _Fields) -> Remote:
    open_azure = _home("azure", "azure").open_azure
    folder = str(fields.get("base_folder") or "")
    found: Remote = open_azure(str(fields["container_name"]), folder, fields.get("credentials") or {})
    return found


def _storage(fields: _Fields) -> Remote:
    url = str(fields["basepath"])
    own = _MADE_FOLDERS if url.startswith(("file:", "local:")) else {}
    remote, _ = _home("storage", "s3").open_storage(url, {**own, **_settings(fields)})
    found: Remote = remote
    return found


def _settings(fields: _Fields) -> dict[str, Any]:
    settings = fields.get("settings") or {}
    try:
        return dict(json.loads(settings) if isinstance(settings, str) else settings)
    except (TypeError, ValueError):
        raise StepFailed("`settings` of the block is not a JSON object.") from None


def _local(fields: _Fields) -> Remote:
    folder = home_path(str(fields["basepath"]))
    if not folder.is_dir():
        raise StepFailed(f"The directory `{folder}` does not exist on this machine.")
    from fsspec.implementations.local import LocalFileSystem

    return Remote(LocalFileSystem(**_MADE_FOLDERS), str(folder.resolve()), str(folder))


def _pulled(store: _Store) -> Callable[[StepContext, _Fields], Path]:
    def bring(context: StepContext, fields: _Fields) -> Path:
        remote = store(fields)
        place = context.directory / "code"
        place.mkdir()
        pull(remote, place, context)
        return place

    return bring


def _git(url_field: str, login_field: str = "credentials") -> Callable[[StepContext, _Fields], Path]:
    def bring(context: StepContext, fields: _Fields) -> Path:
        from syntask_yaml.steps.git.clone import git_clone

        git_clone(
            context,
            repository=str(fields[url_field]),
            branch=fields.get("reference") or None,
            credentials=fields.get(login_field) or None,
            include_submodules=bool(fields.get("include_submodules")),
            clone_directory_name="code",
        )
        return context.directory / "code"

    return bring


_STORES: Mapping[str, _Store] = {
    "s3-bucket": _s3,
    "gcs-bucket": _gcs,
    "azure-blob-storage-container": _azure,
    "remote-file-system": _storage,
    "local-file-system": _local,
}
_PLACES: Mapping[str, Callable[[StepContext, _Fields], Path]] = {
    **{slug: _pulled(store) for slug, store in _STORES.items()},
    "github-repository": _git("repository_url"),
    "gitlab-repository": _git("repository"),
    "bitbucket-repository": _git("repository", "bitbucket_credentials"),
}


def _home(module: str, extra: str) -> Any:
    """The module of another step, whose libraries may not be installed."""
    try:
        return import_module(f"{__package__}.{module}")
    except ImportError as error:
        hint = f"Run `pip install 'syntask-yaml[{extra}]'` to install what the step requires."
        raise StepFailed(f"Cannot access the folder of the block: {error}.", hint=hint) from error
