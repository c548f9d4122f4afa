"""Variables and blocks: named values on a backend."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Json


@dataclass(frozen=True, slots=True)
class Variable:
    """A named JSON value that is not secret."""

    name: str
    value: Json
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A named document of a block type. Strings in secret fields of the type are of type `Secret`.

    *references*, only of a block that was read, maps fields whose value is another block to its `type/name`.
    To write such a field, set `type/name` as its value.
    """

    type: str
    name: str
    data: Mapping[str, Json | Secret] = field(default_factory=dict)
    id: str | None = field(default=None, compare=False)
    references: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def full_name(self) -> str:
        """The unique name on a backend, `type/name`."""
        return f"{self.type}/{self.name}"


class BlockType(NamedTuple):
    """A block type: its fields, and which of them are secret or required.

    Values of *reference_fields* are other blocks; values of *object_fields* are JSON objects. The JSON
    *schema* describes the fields further, under `properties`.
    """

    slug: str
    fields: tuple[str, ...]
    secret_fields: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    reference_fields: frozenset[str] = frozenset()
    object_fields: frozenset[str] = frozenset()
    schema: Mapping[str, Any] = MappingProxyType({})


class FieldProblem(NamedTuple):
    """An unknown or missing *field* of a block, and a hint."""

    field: str
    is_missing: bool
    detail: str
    hint: str


def problems_of_fields(
    slug: str, given: Collection[str], fields: Collection[str], required: Collection[str]
) -> Iterator[FieldProblem]:
    """Yield the problems of the field names *given* for a block of type *slug*."""
    for name in given:
        if name not in fields:
            known = ", ".join(f"`{field}`" for field in fields)
            hint = did_you_mean(name, fields, otherwise=f"Available fields: {known}.")
            yield FieldProblem(name, False, f"A block of type `{slug}` has no field `{name}`.", hint)
    for name in sorted(set(required) - set(given)):
        detail = f"A block of type `{slug}` requires the field `{name}`."
        yield FieldProblem(name, True, detail, f"Set `{name}`.")


_GIT_FIELDS = ("username", "password", "token", "url")
_AWS_LOGIN = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_MINIO_LOGIN = ("minio_root_user", "minio_root_password")


def _place(slug: str, *fields: str) -> BlockType:
    """Return a storage type: the first field is required, the third is another block, and none is secret."""
    return BlockType(slug, fields, required=frozenset(fields[:1]), reference_fields=frozenset(fields[2:]))


# The types that the embedded backend knows. Slugs and fields are those of the reference.
BLOCK_TYPES: Mapping[str, BlockType] = {
    kind.slug: kind
    for kind in (
        BlockType("secret", ("value",), frozenset({"value"}), frozenset({"value"})),
        BlockType("string", ("value",), required=frozenset({"value"})),
        BlockType("json", ("value",), required=frozenset({"value"})),
        BlockType("github-credentials", ("token",), frozenset({"token"}), frozenset({"token"})),
        BlockType("gitlab-credentials", ("token", "url"), frozenset({"token"}), frozenset({"token"})),
        BlockType("bitbucket-credentials", _GIT_FIELDS, frozenset({"password", "token"})),
        BlockType("azure-devops-credentials", ("token",), frozenset({"token"}), frozenset({"token"})),
        BlockType(
            "docker-registry-credentials",
            ("username", "password", "registry_url", "reauth"),
            frozenset({"password"}),
            frozenset({"username", "password"}),
        ),
        BlockType(
            "aws-credentials",
            (*_AWS_LOGIN, "region_name", "profile_name", "aws_client_parameters"),
            frozenset(_AWS_LOGIN[1:]),
        ),
        BlockType(
            "minio-credentials",
            (*_MINIO_LOGIN, "region_name", "aws_client_parameters"),
            frozenset(_MINIO_LOGIN[1:]),
            frozenset(_MINIO_LOGIN),
        ),
        BlockType(
            "gcp-credentials",
            ("service_account_info", "service_account_file", "project"),
            frozenset({"service_account_info"}),
        ),
        BlockType(
            "azure-blob-storage-credentials",
            ("connection_string", "account_url", "tenant_id", "client_id", "client_secret"),
            frozenset({"connection_string", "client_secret"}),
        ),
        # For the actions of automations. The headers are a JSON object.
        BlockType(
            "webhook",
            ("url", "method", "headers", "verify"),
            frozenset({"url", "headers"}),
            frozenset({"url"}),
        ),
        BlockType(
            "email-server-credentials",
            ("username", "password", "smtp_server", "smtp_type", "smtp_port"),
            frozenset({"password"}),
            frozenset({"smtp_server"}),
        ),
        # Storage of code, for `pull_with_block`. The credentials are a string that names another block.
        _place("s3-bucket", "bucket_name", "bucket_folder", "credentials"),
        _place("gcs-bucket", "bucket", "bucket_folder", "gcp_credentials"),
        _place("azure-blob-storage-container", "container_name", "base_folder", "credentials"),
        _place("github-repository", "repository_url", "reference", "credentials"),
        _place("gitlab-repository", "repository", "reference", "credentials"),
        _place("bitbucket-repository", "repository", "reference", "bitbucket_credentials"),
        _place("local-file-system", "basepath"),
        BlockType(
            "remote-file-system",
            ("basepath", "settings"),
            frozenset({"settings"}),
            frozenset({"basepath"}),
        ),
    )
}

# Further types that every Prefect server of version 3 has.
SERVER_BLOCK_TYPES = frozenset(
    """
    aws-secret azure-container-instance-credentials azure-cosmos-db-credentials azureml-credentials
    bigquery-warehouse custom-webhook database-credentials databricks-credentials
    dbt-cli-bigquery-target-configs dbt-cli-global-configs dbt-cli-postgres-target-configs dbt-cli-profile
    dbt-cli-snowflake-target-configs dbt-cli-target-configs dbt-cloud-credentials dbt-core-operation
    discord-webhook docker-host gcpsecret kubernetes-cluster-config kubernetes-credentials lambda-function
    mattermost-webhook ms-teams-webhook opsgenie-webhook pager-duty-webhook sendgrid-email shell-operation
    slack-credentials slack-webhook smb snowflake-connector snowflake-credentials sqlalchemy-connector
    twilio-sms
    """.split()
)
