"""The steps `push_to_azure_blob_storage` and `pull_from_azure_blob_storage`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adlfs import AzureBlobFileSystem

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import FromTemplate, step
from syntask_yaml.steps.transfer.pull import pull
from syntask_yaml.steps.transfer.push import push
from syntask_yaml.steps.transfer.remote import Remote, folder_of
from syntask_yaml.urls import url_parts

_PRINCIPAL = ("tenant_id", "client_id", "client_secret")
_KEYS = ("AccountKey", "SharedAccessSignature")
_HINT = (
    "Set `connection_string`, or `account_url` and optionally `tenant_id`, `client_id` and `client_secret`."
)


@step(
    "push_to_azure_blob_storage",
    package="azure",
    outputs=("container", "folder"),
    extra="azure",
    on_stock_workers=True,
)
def push_to_azure_blob_storage(
    context: StepContext,
    *,
    container: str,
    folder: str,
    credentials: Mapping[str, Any] | FromTemplate | None,
    ignore_file: str = ".prefectignore",
) -> Outputs:
    """Copy the current directory to a container.

    Args:
        container: The container. Example: `flows`.
        folder: The folder in the container. Example: `production`.
        credentials: A block, or a mapping with `connection_string` or `account_url`. With `account_url`
            alone, credentials are what the Azure tools find on this machine.
            Example: `{{ syntask.blocks.azure-blob-storage-credentials.team }}`.
        ignore_file: A file of patterns to exclude, as in `.gitignore`, in addition to those of
            `.syntaskignore`. Example: `.syntaskignore`.
    """
    push(open_azure(container, folder, credentials or {}), context, ignore_file=ignore_file)
    return {"container": container, "folder": folder}


@step(
    "pull_from_azure_blob_storage",
    package="azure",
    outputs=("container", "folder", "directory"),
    extra="azure",
    on_stock_workers=True,
)
def pull_from_azure_blob_storage(
    context: StepContext, *, container: str, folder: str, credentials: Mapping[str, Any] | FromTemplate | None
) -> Outputs:
    """Copy a folder of a container to the current directory.

    The output `directory` is where the files are.

    Args:
        container: The container. Example: `flows`.
        folder: The folder in the container. Example: `production`.
        credentials: A block, or a mapping with `connection_string` or `account_url`. With `account_url`
            alone, credentials are what the Azure tools find on this machine.
            Example: `{{ syntask.blocks.azure-blob-storage-credentials.team }}`.
    """
    pull(open_azure(container, folder, credentials or {}), context.directory, context)
    return {"container": container, "folder": folder, "directory": str(context.directory)}


def open_azure(container: str, folder: str, credentials: Mapping[str, Any] | str) -> Remote:
    """Return the folder of a container, without a request to the server. Raises StepFailed."""
    known: Mapping[str, Any] = (
        {"connection_string": credentials} if isinstance(credentials, str) else credentials
    )
    path = folder_of(container, folder)
    try:
        filesystem = AzureBlobFileSystem(
            **_login(known),
            max_concurrency=1,  # of the parts of one file
            skip_instance_cache=True,
            use_listings_cache=False,
        )
    except ValueError as error:  # its own words may hold the connection string
        raise StepFailed("The connection string in the credentials is not valid.", hint=_HINT) from error
    secrets = (str(known[key]) for key in ("connection_string", "client_secret") if known.get(key))
    return Remote(filesystem, path, f"az://{path}", (*secrets, *_account_key(known)))


def _login(credentials: Mapping[str, Any]) -> dict[str, Any]:
    if text := credentials.get("connection_string"):
        return {"connection_string": text}
    host = url_parts(str(credentials.get("account_url") or "")).hostname
    if not host:
        raise StepFailed("The credentials have no account.", hint=_HINT)
    principal = {key: credentials[key] for key in _PRINCIPAL if credentials.get(key)}
    if principal and len(principal) < len(_PRINCIPAL):
        missing = next(key for key in _PRINCIPAL if key not in principal)
        raise StepFailed(f"The credentials have no `{missing}`.", hint=_HINT)
    return {"account_name": host.partition(".")[0], "account_host": host, "anon": False, **principal}


def _account_key(credentials: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the account key in a connection string, which is a secret of its own."""
    fields = str(credentials.get("connection_string") or "").split(";")
    named = (field.partition("=") for field in fields)
    return tuple(value for name, _, value in named if name in _KEYS and value)
