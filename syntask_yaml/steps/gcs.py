"""The steps `push_to_gcs` and `pull_from_gcs`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from gcsfs.core import GCSFileSystem  # the one of `gcsfs` itself asks of each bucket what kind it is

from syntask_yaml.errors import StepFailed
from syntask_yaml.files import home_path
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import FromTemplate, step
from syntask_yaml.steps.transfer.opening import opened
from syntask_yaml.steps.transfer.pull import pull
from syntask_yaml.steps.transfer.push import push
from syntask_yaml.steps.transfer.remote import Remote, folder_of

_HINT = "Set `service_account_info` to the JSON key of a service account, or set `service_account_file`."


@step("push_to_gcs", package="gcp", outputs=("bucket", "folder"), extra="gcs", on_stock_workers=True)
def push_to_gcs(
    context: StepContext,
    *,
    bucket: str,
    folder: str,
    project: str | None = None,
    credentials: Mapping[str, Any] | FromTemplate | None = None,
    ignore_file: str = ".prefectignore",
) -> Outputs:
    """Copy the current directory to a bucket.

    Args:
        bucket: The bucket. Example: `flows`.
        folder: The folder in the bucket. Example: `production`.
        project: The Google Cloud project whose quota is used. Example: `team-data`.
        credentials: A block, or a mapping with `service_account_info` or `service_account_file`. Default:
            what the Google tools find on this machine. Example: `{{ syntask.blocks.gcp-credentials.team }}`.
        ignore_file: A file of patterns to exclude, as in `.gitignore`, in addition to those of
            `.syntaskignore`. Example: `.syntaskignore`.
    """
    push(open_gcs(bucket, folder, project, credentials), context, ignore_file=ignore_file)
    return {"bucket": bucket, "folder": folder}


@step(
    "pull_from_gcs",
    package="gcp",
    outputs=("bucket", "folder", "directory"),
    extra="gcs",
    on_stock_workers=True,
)
def pull_from_gcs(
    context: StepContext,
    *,
    bucket: str,
    folder: str,
    project: str | None = None,
    credentials: Mapping[str, Any] | FromTemplate | None = None,
) -> Outputs:
    """Copy a folder of a bucket to the current directory.

    The output `directory` is where the files are.

    Args:
        bucket: The bucket. Example: `flows`.
        folder: The folder in the bucket. Example: `production`.
        project: The Google Cloud project whose quota is used. Example: `team-data`.
        credentials: A block, or a mapping with `service_account_info` or `service_account_file`. Default:
            what the Google tools find on this machine. Example: `{{ syntask.blocks.gcp-credentials.team }}`.
    """
    pull(open_gcs(bucket, folder, project, credentials), context.directory, context)
    return {"bucket": bucket, "folder": folder, "directory": str(context.directory)}


def open_gcs(
    bucket: str, folder: str, project: str | None, credentials: Mapping[str, Any] | str | None
) -> Remote:
    """Return the folder of a bucket, without a request to the server. Raises StepFailed."""
    known: Mapping[str, Any] = (
        {"service_account_info": credentials} if isinstance(credentials, str) else credentials or {}
    )
    token = _token(known)
    path = folder_of(bucket, folder)
    options = {"project": project or known.get("project")}
    secrets = (str(token["private_key"]),) if isinstance(token, dict) else ()
    return opened(
        lambda: GCSFileSystem(
            token=token,
            skip_instance_cache=True,
            use_listings_cache=False,
            **{name: value for name, value in options.items() if value},
        ),
        path,
        f"gs://{path}",
        secrets,
    )


def _token(credentials: Mapping[str, Any]) -> Any:
    """Return the token for gcsfs."""
    if info := credentials.get("service_account_info"):
        return _parsed(info)
    if file := credentials.get("service_account_file"):
        path = home_path(str(file))
        if not path.is_file():
            raise StepFailed(f"The service account key file `{path}` does not exist.", hint=_HINT)
        return _parsed(path.read_text(encoding="utf-8"))
    if credentials and not credentials.get("project"):
        raise StepFailed("The credentials have no service account key.", hint=_HINT)
    # An emulator needs no login.
    return "anon" if os.environ.get("STORAGE_EMULATOR_HOST") else "google_default"


def _parsed(info: Mapping[str, Any] | str) -> dict[str, Any]:
    try:
        key = json.loads(info) if isinstance(info, str) else dict(info)
    except ValueError:
        key = None
    if not isinstance(key, dict) or not key.get("client_email") or not key.get("private_key"):
        detail = "The service account key is not JSON with a `client_email` and a `private_key`."
        raise StepFailed(detail, hint=_HINT) from None
    return key
