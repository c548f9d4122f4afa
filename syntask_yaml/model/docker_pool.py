"""The job variables of docker pools, with the names and meanings of prefect-docker's template.

A project can therefore move to a Prefect server unchanged. `image` is required here; a server defaults to
Prefect's own image.
"""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.model.value import Json

_TEXT: Json = {"type": "string"}
_NULL: Json = {"type": "null"}
_TEXT_OR_NULL: Json = [_TEXT, _NULL]
_LOGIN: Json = {
    "title": "DockerRegistryCredentials",
    "description": "Store credentials for interacting with a Docker Registry.",
    "type": "object",
    "properties": {
        "username": {"type": "string", "title": "Username"},
        "password": {"type": "string", "title": "Password", "format": "password", "writeOnly": True},
        "registry_url": {"type": "string", "title": "Registry Url"},
        "reauth": {"type": "boolean", "title": "Reauth", "default": True},
    },
    "required": ["username", "password", "registry_url"],
}

DOCKER_VARIABLES: Mapping[str, Mapping[str, Json]] = {
    "name": {
        "title": "Name",
        "description": "Prefix of the names of containers. Default: the name of the run.",
        "anyOf": _TEXT_OR_NULL,
        "default": None,
    },
    "env": {
        "title": "Environment Variables",
        "description": "Environment variables of the run; null takes one away.",
        "type": "object",
        "additionalProperties": {"anyOf": _TEXT_OR_NULL},
    },
    "labels": {
        "title": "Labels",
        "description": "Labels of the container.",
        "type": "object",
        "additionalProperties": _TEXT,
    },
    "command": {
        "title": "Command",
        "description": "What to execute instead of the flow's own entrypoint.",
        "anyOf": _TEXT_OR_NULL,
        "default": None,
    },
    "image": {
        "title": "Image",
        "description": "The image of the container. It needs Python 3.11 or newer.",
        "examples": ["python:3.13-slim"],
        "type": "string",
    },
    "registry_credentials": {
        "title": "Registry Credentials",
        "description": "The login for the registry of the image.",
        "anyOf": [_LOGIN, _NULL],
        "default": None,
    },
    "image_pull_policy": {
        "title": "Image Pull Policy",
        "description": "When to pull the image. By default always if its tag is `latest` or missing,"
        " and otherwise if it is not there.",
        "anyOf": [{"enum": ["IfNotPresent", "Always", "IfPossible", "Never"], "type": "string"}, _NULL],
        "default": None,
    },
    "networks": {
        "title": "Networks",
        "description": "Networks that the container is connected to.",
        "type": "array",
        "items": _TEXT,
    },
    "network_mode": {
        "title": "Network Mode",
        "description": "The network mode of the container, such as `host` or `bridge`. Not with `networks`.",
        "anyOf": _TEXT_OR_NULL,
        "default": None,
    },
    "auto_remove": {
        "title": "Auto Remove",
        "description": "Whether the container is removed when the run has ended.",
        "type": "boolean",
        "default": False,
    },
    "volumes": {
        "title": "Volumes",
        "description": "Directories and volumes in the container: `SOURCE:TARGET`, with `:ro` to only read."
        " A source that begins with `./` is in the working directory of the worker.",
        "examples": ["/my/local/path:/path/in/container"],
        "type": "array",
        "items": _TEXT,
    },
    "stream_output": {
        "title": "Stream Output",
        "description": "Whether the worker shows what the run prints.",
        "type": "boolean",
        "default": True,
    },
    "mem_limit": {
        "title": "Memory Limit",
        "description": "Memory of the container, such as `512m` or `2g`; a number means bytes.",
        "anyOf": _TEXT_OR_NULL,
        "default": None,
    },
    "memswap_limit": {
        "title": "Memory Swap Limit",
        "description": "Memory and swap together; -1 for unlimited swap. Only with `mem_limit`.",
        "anyOf": _TEXT_OR_NULL,
        "default": None,
    },
    "privileged": {
        "title": "Privileged",
        "description": "Whether the container has all rights on the machine.",
        "type": "boolean",
        "default": False,
    },
    "container_create_kwargs": {
        "title": "Container Configuration",
        "description": "Further arguments of docker-py for the container, such as `shm_size`.",
        "anyOf": [{"type": "object", "additionalProperties": True}, _NULL],
        "default": None,
    },
}
