"""docker-py's client of the engine that the Docker command line would use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from socket import AF_UNIX, SHUT_RDWR, SOCK_STREAM, socket
from typing import Any

import docker

# Programs that import `prefect.docker` (3.8.8, 3.9.1) load docker lazily. `from docker.errors import …` would
# load that module a second time (CPython's LazyLoader), with other classes than those that docker uses.
from docker import errors as docker_errors

from syntask_yaml.steps.docker.context import configuration, context_options
from syntask_yaml.steps.docker.errors import UNREACHABLE, EngineFailed, translated, unreachable

_ANSWERS_WITHIN = 600
_DOCKER_S_OWN = "unix:///var/run/docker.sock"


class _Client(docker.APIClient):  # type: ignore[misc]  # docker-py has no types
    """docker-py's client, which tracks its open responses so that they can be aborted.

    `podman` is the version of Podman's own API, if it has one.
    """

    def __init__(self, **options: Any) -> None:
        self.open_answers: list[Any] = []
        self.podman: str | None = None
        super().__init__(**options)

    def _retrieve_server_version(self) -> str:
        # Podman needs half a second for the full version.
        headers = self._get(f"{self.base_url}/_ping").headers
        self.podman = headers.get("Libpod-Api-Version")
        return headers.get("Api-Version") or super()._retrieve_server_version()  # type: ignore[no-any-return]

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        # requests would prefer the certificates in REQUESTS_CA_BUNDLE to those of this engine.
        verify = self.verify if verify is None else verify
        return super().merge_environment_settings(url, proxies, stream, verify, cert)

    def send(self, request: Any, **options: Any) -> Any:
        answer = super().send(request, **options)
        if options.get("stream"):
            self.open_answers.append(answer)
        return answer


def hang_up(api: Any) -> None:
    """Abort the responses that are still being read."""
    for answer in getattr(api, "open_answers", ()):
        with suppress(Exception):
            raw = api._get_raw_response_socket(answer)
            getattr(raw, "_sock", raw).shutdown(SHUT_RDWR)


def connect(environ: Mapping[str, str]) -> Any:
    """Return a client for `DOCKER_HOST`, the current Docker context, Docker's socket, or Podman's socket.

    Raises EngineFailed if none responds, the context does not exist, or the file of logins is damaged.
    """
    address = "the container engine"
    try:
        options = {"timeout": _ANSWERS_WITHIN, **_address(environ)}
        url = str(options.get("base_url", _DOCKER_S_OWN))
        address = f"the container engine at `{url}`"
        _try_socket(url)
        options["use_ssh_client"] = url.startswith(
            "ssh://"
        )  # as the Docker command line does, with its settings
        client = _Client(version="auto", **options)
    except docker_errors.APIError as error:
        raise translated(address, error) from error
    except (docker_errors.DockerException, *UNREACHABLE, ValueError) as error:
        raise unreachable(address, str(error)) from error
    client._auth_configs = _read_logins(environ)
    return client


def _try_socket(address: str) -> None:
    """Raise OSError if *address* is a local socket without a listener."""
    if address.startswith(("unix://", "http+unix://")):
        with socket(AF_UNIX, SOCK_STREAM) as trial:
            trial.connect("/" + address.partition("://")[2].lstrip("/"))


def _address(environ: Mapping[str, str]) -> dict[str, Any]:
    options: dict[str, Any] = docker.utils.kwargs_from_env(environment=environ)
    if "base_url" in options:
        return options
    if current := context_options(environ):
        return {**options, **current}
    if not Path("/var/run/docker.sock").exists():
        for place in _podman_sockets(environ):
            if place.exists():
                return {"base_url": f"unix://{place}"}
    return options


def _read_logins(environ: Mapping[str, str]) -> Any:
    """Return the logins stored by `docker login`. Raises EngineFailed."""
    path = configuration(environ) / "config.json"
    file = str(path) if path.is_file() else None
    try:
        return docker.auth.load_config(file, credstore_env=dict(environ))
    except Exception as error:  # docker-py checks little of what is in the file
        detail = f"Cannot read the logins in `{path}`: {type(error).__name__}: {error}."
        hint = "Repair the file, or remove it and log in again with `docker login`."
        raise EngineFailed(detail, hint=hint) from error


def _podman_sockets(environ: Mapping[str, str]) -> Iterator[Path]:
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "podman/podman.sock"
    yield Path(f"/run/user/{os.getuid()}/podman/podman.sock")
    yield Path("/run/podman/podman.sock")
