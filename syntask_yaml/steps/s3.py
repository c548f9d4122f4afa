"""The steps `push_to_s3` and `pull_from_s3`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from s3fs import S3FileSystem

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import Outputs, StepContext
from syntask_yaml.steps.declare import step
from syntask_yaml.steps.transfer.opening import opened
from syntask_yaml.steps.transfer.pull import pull
from syntask_yaml.steps.transfer.push import push
from syntask_yaml.steps.transfer.remote import Remote, folder_of

# Keys of credentials, and the options of s3fs. MinIO uses different keys.
_KEYS: Mapping[str, str] = {
    "aws_access_key_id": "key",
    "aws_secret_access_key": "secret",
    "aws_session_token": "token",
    "minio_root_user": "key",
    "minio_root_password": "secret",
    "profile_name": "profile",
}
_SECRETS = ("aws_secret_access_key", "aws_session_token", "minio_root_password")

# The accepted keys of `client_parameters`; `config` is botocore's.
_PARAMETERS = frozenset("api_version use_ssl verify endpoint_url region_name config verify_cert_path".split())

# s3fs and this package retry; combined retries would take minutes.
_CONFIG = {"retries": {"total_max_attempts": 2}, "connect_timeout": 10, "read_timeout": 60}


@step("push_to_s3", package="aws", outputs=("bucket", "folder"), extra="s3", on_stock_workers=True)
def push_to_s3(
    context: StepContext,
    *,
    bucket: str,
    folder: str,
    credentials: Mapping[str, Any] | None = None,
    client_parameters: Mapping[str, Any] | None = None,
    ignore_file: str = ".prefectignore",
) -> Outputs:
    """Copy the current directory to a bucket.

    Args:
        bucket: The bucket. Example: `flows`.
        folder: The folder in the bucket. Example: `production`.
        credentials: A block, or a mapping with `aws_access_key_id` and `aws_secret_access_key`. Default:
            what the AWS tools find on this machine. Example: `{{ syntask.blocks.aws-credentials.team }}`.
        client_parameters: Options of the S3 client. Example: `{"endpoint_url": "https://s3.example.com"}`.
        ignore_file: A file of patterns to exclude, as in `.gitignore`, in addition to those of
            `.syntaskignore`. Example: `.syntaskignore`.
    """
    remote = open_s3(bucket, folder, credentials, client_parameters)
    push(remote, context, ignore_file=ignore_file)
    return {"bucket": bucket, "folder": folder}


@step(
    "pull_from_s3",
    package="aws",
    outputs=("bucket", "folder", "directory"),
    extra="s3",
    on_stock_workers=True,
)
def pull_from_s3(
    context: StepContext,
    *,
    bucket: str,
    folder: str,
    credentials: Mapping[str, Any] | None = None,
    client_parameters: Mapping[str, Any] | None = None,
) -> Outputs:
    """Copy a folder of a bucket to the current directory.

    The output `directory` is where the files are.

    Args:
        bucket: The bucket. Example: `flows`.
        folder: The folder in the bucket. Example: `production`.
        credentials: A block, or a mapping with `aws_access_key_id` and `aws_secret_access_key`. Default:
            what the AWS tools find on this machine. Example: `{{ syntask.blocks.aws-credentials.team }}`.
        client_parameters: Options of the S3 client. Example: `{"endpoint_url": "https://s3.example.com"}`.
    """
    remote = open_s3(bucket, folder, credentials, client_parameters)
    pull(remote, context.directory, context)
    return {"bucket": bucket, "folder": folder, "directory": str(context.directory)}


def open_s3(
    bucket: str,
    folder: str,
    credentials: Mapping[str, Any] | None,
    client_parameters: Mapping[str, Any] | None,
) -> Remote:
    """Return the folder of a bucket, without a request to the server. Raises StepFailed."""
    known = {key: value for key, value in (credentials or {}).items() if value not in (None, "")}
    login = {_KEYS[key]: value for key, value in known.items() if key in _KEYS}
    if known and ("key" in login) != ("secret" in login):
        detail = (
            "The credentials have an access key without a secret key, or a secret key without an access key."
        )
        raise StepFailed(detail, hint="Set both or neither.")
    client = {**_mapping(known.get("aws_client_parameters")), **(client_parameters or {})}
    if region := known.get("region_name"):
        client.setdefault("region_name", region)
    path = folder_of(bucket, folder)
    config = {**_CONFIG, **(client.pop("config", None) or {})}
    arguments = _client(client)
    return opened(
        lambda: S3FileSystem(
            **login,
            config_kwargs=config,
            client_kwargs=arguments,
            max_concurrency=1,  # of the parts of one file
            skip_instance_cache=True,
            use_listings_cache=False,
        ),
        path,
        f"s3://{path}",
        tuple(str(known[key]) for key in _SECRETS if key in known),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return the parameters in a block, which may be JSON."""
    if not isinstance(value, str):
        return value or {}
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StepFailed("`aws_client_parameters` of the credentials is not a JSON object.")
    return found


def _client(parameters: dict[str, Any]) -> dict[str, Any]:
    for name in parameters.keys() - _PARAMETERS:
        hint = did_you_mean(
            name, _PARAMETERS, otherwise=f"Available parameters: {', '.join(sorted(_PARAMETERS))}."
        )
        raise StepFailed(f"The S3 client has no parameter `{name}`.", hint=hint)
    known = {name: value for name, value in parameters.items() if value is not None}
    if authority := known.pop("verify_cert_path", None):
        known["verify"] = authority
    return known
