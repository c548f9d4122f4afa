"""Docker contexts: the named engines of the Docker command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from docker import tls  # not `from docker.tls`: see `client`

from syntask_yaml.steps.docker.errors import EngineFailed

DEFAULT = "default"
_CERTIFICATES = ("ca", "cert", "key")


def configuration(environ: Mapping[str, str]) -> Path:
    """Return the directory of the Docker command line with its contexts and logins."""
    return Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME") or Path.home()) / ".docker")


def context_options(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return docker-py's options for the engine of the current context; empty for Docker's own socket.

    Raises EngineFailed for a context that does not exist or cannot be used.
    """
    root = configuration(environ)
    name, chosen_by = _chosen(environ, root)
    if name == DEFAULT:
        return {}
    known = _contexts(root)
    if name not in known:
        available = ", ".join(f"`{each}`" for each in [DEFAULT, *sorted(known)])
        file = root / "contexts/meta" / _folder(name) / "meta.json"
        wrong = f"cannot be read from `{file}`" if file.exists() else "does not exist"
        raise EngineFailed(
            f"The Docker context `{name}` {wrong}; it is set by {chosen_by}.",
            hint=f"Available contexts: {available}.",
        )
    endpoint = known[name]
    host = endpoint.get("Host") if isinstance(endpoint, dict) else None
    if not isinstance(host, str) or not host:
        hint = f"Run `docker context inspect {name}` to see it."
        raise EngineFailed(f"The Docker context `{name}` has no engine address.", hint=hint)
    certificates = _certificates(root, name, is_verified=not endpoint.get("SkipTLSVerify"))
    return {"base_url": host} if certificates is None else {"base_url": host, "tls": certificates}


def _chosen(environ: Mapping[str, str], root: Path) -> tuple[str, str]:
    """Return the name of the current context, and the setting that selects it."""
    if name := environ.get("DOCKER_CONTEXT"):
        return name, "`DOCKER_CONTEXT`"
    file = root / "config.json"
    config = _read(file)
    name = config.get("currentContext") if isinstance(config, dict) else None
    return (name, f"`currentContext` in `{file}`") if name and isinstance(name, str) else (DEFAULT, "")


def _contexts(root: Path) -> dict[str, Any]:
    """Return the endpoints of all contexts by name."""
    found = map(_read, sorted(root.glob("contexts/meta/*/meta.json")))
    return {
        str(each["Name"]): endpoints.get("docker")
        if isinstance(endpoints := each.get("Endpoints"), dict)
        else None
        for each in found
        if isinstance(each, dict) and "Name" in each
    }


def _folder(name: str) -> str:
    """Return the name of a context's directory."""
    return sha256(name.encode()).hexdigest()


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _certificates(root: Path, name: str, *, is_verified: bool) -> tls.TLSConfig | None:
    folder = root / "contexts/tls" / _folder(name) / "docker"
    ca, cert, key = (next(map(str, folder.glob(f"{each}*")), None) for each in _CERTIFICATES)
    if not (ca or cert or key):
        return None
    return tls.TLSConfig(
        client_cert=(cert, key) if cert and key else None, ca_cert=ca, verify=True if is_verified else None
    )
