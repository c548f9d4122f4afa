"""Credentials in an infrastructure block: a block by type and name, never by id or values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.upgrade.blocks import own_fields, saved_name

# The current block type and the variable, by pool type and field.
_VARIABLES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("docker", "image_registry"): ("registry_credentials", "docker-registry-credentials"),
    ("kubernetes", "cluster_config"): ("cluster_config", "kubernetes-cluster-config"),
    ("ecs", "aws_credentials"): ("aws_credentials", "aws-credentials"),
    ("cloud-run", "credentials"): ("credentials", "gcp-credentials"),
    ("cloud-run-v2", "credentials"): ("credentials", "gcp-credentials"),
    ("vertex-ai", "gcp_credentials"): ("credentials", "gcp-credentials"),
    ("azure-container-instance", "aci_credentials"): (
        "aci_credentials",
        "azure-container-instance-credentials",
    ),
    ("azure-container-instance", "image_registry"): ("image_registry", "docker-registry-credentials"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A block of *type* that a *variable* of a pool refers to; *name* is empty for an inline block.

    *is_ambient*: the block is empty, so a worker uses the credentials of its machine, as an agent did.
    *value* is used in place of a block.
    """

    variable: str
    type: str
    name: str = ""
    is_ambient: bool = False
    value: Mapping[str, Any] | None = None


def is_credentials(pool_type: str, key: str) -> bool:
    """Return whether the field *key* of a block is a nested block with credentials."""
    return (pool_type, key) in _VARIABLES


def find_credentials(pool_type: str, key: str, value: Any) -> Credentials | None:
    """Return the block in the field *key*; None if the field is only an id, or unknown."""
    if not isinstance(value, Mapping) or "$ref" in value:
        return None
    variable, block_type = _VARIABLES[pool_type, key]
    own = own_fields(value)
    if own.keys() == {"registry_url", "identity"}:  # a managed identity of Azure
        return Credentials(variable, block_type, value=own)
    name = saved_name(value)
    if name:
        return Credentials(variable, block_type, name)
    return Credentials(variable, block_type, is_ambient=not _says(own))


def _says(value: Any) -> bool:
    """Return whether *value* differs from the defaults of a block."""
    if isinstance(value, Mapping):
        return any(_says(item) for item in value.values())
    return value not in (None, "", [], True, False)
