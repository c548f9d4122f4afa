"""Query a registry through the engine, and pull from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docker import auth  # not `from docker.auth`: see `client`

from syntask_yaml.steps.docker.engine import Engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.steps.docker.image import registry_of

_ALL = 1_000_000


def digest_at_registry(reference: str, engine: Engine) -> str | None:
    """Return the digest of an image; None if it does not exist, or the engine cannot determine it.

    Podman knows only the digests of pulled images.
    """
    try:
        found = engine.ask(f"Inspecting `{reference}`", lambda api: api.inspect_distribution(reference))
    except EngineFailed:
        return None
    digest: str | None = (found.get("Descriptor") or {}).get("digest")
    return digest


def is_at_registry(name: str, tag: str, engine: Engine) -> bool:
    """Return whether the registry has the image; False if it does not respond."""
    if engine.podman is None:
        return digest_at_registry(f"{name}:{tag}", engine) is not None
    try:
        return tag in engine.ask(f"Inspecting `{name}`", lambda api: _tags(api, name, engine.podman))
    except EngineFailed:
        return False


def _tags(api: Any, name: str, version: str | None) -> list[str]:
    """Return all tags of a repository, through Podman's own API."""
    host = registry_of(name)
    login = auth.get_config_header(api, host)
    term = name if name.startswith(f"{host}/") else f"{host}/{name}"
    answer = api._get(
        f"{api.base_url}/v{version}/libpod/images/search",
        params={"term": term, "listTags": "true", "limit": _ALL},
        headers={"X-Registry-Auth": login} if login else {},
    )
    return [str(each.get("Tag")) for each in api._result(answer, json=True) or ()]


def pull(reference: str, engine: Engine, **options: Any) -> Iterator[Any]:
    """Yield the engine's reports while it pulls an image. Raises EngineFailed."""
    return engine.follow(
        f"Pulling `{reference}`", lambda api: api.pull(reference, stream=True, decode=True, **options)
    )
