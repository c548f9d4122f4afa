"""The step `pull_with_block`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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
from syntask_yaml.steps.transfer.remote import Remote
from syntask_yaml.steps.transfer.staging import staging

_Fields: TypeAlias = Mapping[str, Any]

# Fields of a place that hold, or name, the credentials for it.
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
    bring = _PLACES.get(block_type_slug)
    if bring is None:
        hint = did_you_mean(block_type_slug, _PLACES, otherwise=f"Available types: {', '.join(_PLACES)}.")
        raise StepFailed(f"A block of type `{block_type_slug}` does not refer to a folder.", hint=hint)
    target = context.directory / name
    with staging(context.directory) as drafts:
        found = bring(replace(context, directory=drafts), fields)
        if target.exists():
            target.rename(drafts / "before")
        found.rename(target)
    return {"directory": name}


def _load(context: StepContext, type: str, name: str) -> dict[str, Any]:
    """The fields of a block, with those of the credentials that it names in their place."""
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


def _s3(context: StepContext, fields: _Fields) -> Path:
    open_s3 = _home("s3", "s3").open_s3
    remote = open_s3(
        str(fields["bucket_name"]), str(fields.get("bucket_folder") or ""), fields.get("credentials"), None
    )
    return _pulled(remote, context)


def _gcs(context: StepContext, fields: _Fields) -> Path:
    open_gcs = _home("gcs", "gcs").open_gcs
    folder = str(fields.get("bucket_folder") or "")
    return _pulled(open_gcs(str(fields["bucket"]), folder, None, fields.get("gcp_credentials")), context)


def _azure(context: StepContext, fields: _Fields) -> Path:
    open_azure = _home("azure", "azure").open_azure
    folder = str(fields.get("base_folder") or "")
    return _pulled(
        open_azure(str(fields["container_name"]), folder, fields.get("credentials") or {}), context
    )


def _storage(context: StepContext, fields: _Fields) -> Path:
    remote, _ = _home("storage", "s3").open_storage(str(fields["basepath"]), _settings(fields))
    return _pulled(remote, context)


def _settings(fields: _Fields) -> dict[str, Any]:
    settings = fields.get("settings") or {}
    try:
        return dict(json.loads(settings) if isinstance(settings, str) else settings)
    except (TypeError, ValueError):
        raise StepFailed("`settings` of the block is not a JSON object.") from None


def _local(context: StepContext, fields: _Fields) -> Path:
    folder = home_path(str(fields["basepath"]))
    if not folder.is_dir():
        raise StepFailed(f"The directory `{folder}` does not exist on this machine.")
    from fsspec.implementations.local import LocalFileSystem

    return _pulled(Remote(LocalFileSystem(), str(folder.resolve()), str(folder)), context)


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


_PLACES: Mapping[str, Callable[[StepContext, _Fields], Path]] = {
    "s3-bucket": _s3,
    "gcs-bucket": _gcs,
    "azure-blob-storage-container": _azure,
    "remote-file-system": _storage,
    "local-file-system": _local,
    "github-repository": _git("repository_url"),
    "gitlab-repository": _git("repository"),
    "bitbucket-repository": _git("repository", "bitbucket_credentials"),
}


def _pulled(remote: Remote, context: StepContext) -> Path:
    place = context.directory / "code"
    place.mkdir()
    pull(remote, place, context)
    return place


def _home(module: str, extra: str) -> Any:
    """The module of another step, whose libraries may not be installed."""
    try:
        return import_module(f"{__package__}.{module}")
    except ImportError as error:
        hint = f"Run `pip install 'syntask-yaml[{extra}]'` to install what the step requires."
        raise StepFailed(f"Cannot access the folder of the block: {error}.", hint=hint) from error
