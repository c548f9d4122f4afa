"""Containers that run in the background, are found by their labels and removed explicitly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.docker.container import as_no_such_program
from syntask_yaml.steps.docker.engine import Engine
from syntask_yaml.steps.docker.errors import EngineFailed, EngineUnreachable

_GONE = ("no such container", "no container with", "is not running", "can only kill running")
_LOST = re.compile(r'getting container from store "(\w+)": container not known')
_LAST_LINES = 20


@dataclass(frozen=True, slots=True)
class Container:
    """An existing container. *status* is the engine's: `created`, `running`, `exited` …"""

    id: str
    labels: Mapping[str, str]
    status: str

    @property
    def has_begun(self) -> bool:
        return self.status not in ("created", "configured", "initialized")

    @property
    def has_ended(self) -> bool:
        """Whether its first process has ended. Podman reports `stopped` until it has cleaned up."""
        return self.status in ("exited", "stopped")


@dataclass(frozen=True, slots=True)
class ContainerEnd:
    """The end of a container; *output* is the last output of its first process.

    *memory* is its limit in bytes; 0 if it has none.
    """

    code: int
    out_of_memory: bool
    error: str
    output: str
    memory: int


def find_containers(engine: Engine, labels: Mapping[str, str]) -> list[Container]:
    """Return the containers with *labels*. Raises EngineFailed."""
    wanted = {"label": [f"{name}={value}" for name, value in labels.items()]}
    while True:
        try:
            found = engine.ask("Listing containers", lambda api: api.containers(all=True, filters=wanted))
        except EngineFailed as error:
            _remove_lost(engine, error)
        else:
            break
    return [
        Container(each["Id"], each.get("Labels") or {}, str(each.get("State") or "").lower())
        for each in found
    ]


def _remove_lost(engine: Engine, error: EngineFailed) -> None:
    """Remove the container in *error*, if Podman has lost its storage; otherwise raise *error*.

    A Podman that is killed while it creates or removes a container can leave one, and then listing fails.
    """
    lost = _LOST.search(error.reason)
    if lost is None:
        raise error
    remove_container(engine, lost[1])


def create_container(engine: Engine, name: str, image: str, settings: Mapping[str, Any]) -> str:
    """Create a container with *settings*, which are docker-py's, and return its id.

    Raises StepFailed for settings that docker-py does not take, and EngineFailed.
    """
    what = f"Creating a container of `{image}`"
    try:
        arguments = _arguments(engine.api, image, settings)
    except (TypeError, ValueError, AttributeError) as error:
        detail = f"The job variables make no container: {str(error).rstrip('.')}."
        raise StepFailed(detail, hint="Check `volumes`, limits and `container_create_kwargs`.") from error
    made = engine.ask(what, lambda api: api.create_container(name=name, **arguments))
    return str(made["Id"])


def _arguments(api: Any, image: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    # The conversion of docker-py's `containers.create`, which sends no request.
    from docker.models.containers import _create_container_args

    arguments: dict[str, Any] = _create_container_args({**settings, "image": image, "version": api._version})
    return arguments


def start_container(engine: Engine, id: str, networks: Sequence[str], what: str) -> None:
    """Connect the container to *networks*, and start it. Raises EngineFailed, NoSuchProgram."""
    for network in networks:
        engine.ask(what, partial(_connect, id=id, network=network))
    try:
        engine.ask(what, lambda api: api.start(id) or True)
    except EngineFailed as error:
        raise as_no_such_program(error) from error


def _connect(api: Any, *, id: str, network: str) -> bool:
    api.connect_container_to_network(id, network)
    return True


def wait_for_end(engine: Engine, id: str) -> ContainerEnd | None:
    """Wait for the end of the container; None if it does not exist. Raises EngineFailed, StepStopped."""
    try:
        engine.ask("Waiting for the container", lambda api: api.wait(id))
        found = engine.ask("Inspecting the container", lambda api: api.inspect_container(id))
    except EngineFailed as error:
        if isinstance(error, EngineUnreachable) or not _is_gone(error):
            raise
        return None
    state = found.get("State") or {}
    return ContainerEnd(
        code=int(state.get("ExitCode") or 0),
        out_of_memory=bool(state.get("OOMKilled")),
        error=str(state.get("Error") or ""),
        output=_last_output(engine, id),
        memory=int((found.get("HostConfig") or {}).get("Memory") or 0),
    )


def _last_output(engine: Engine, id: str) -> str:
    with suppress(EngineFailed):
        raw = engine.ask("Reading output", lambda api: api.logs(id, tail=_LAST_LINES))
        return raw.decode(errors="replace").strip() if isinstance(raw, bytes) else ""
    return ""


def signal_container(engine: Engine, id: str, name: str) -> None:
    """Send the signal *name* to the container's first process, if it is running. Raises EngineFailed."""
    try:
        engine.ask("Stopping the container", lambda api: api.kill(id, name) or True)
    except EngineFailed as error:
        if isinstance(error, EngineUnreachable) or not _is_gone(error):
            raise


def remove_container(engine: Engine, id: str) -> None:
    """Remove the container and its anonymous volumes, if it exists. Raises EngineFailed."""
    try:
        engine.ask("Removing the container", lambda api: api.remove_container(id, v=True, force=True) or True)
    except EngineFailed as error:
        if isinstance(error, EngineUnreachable) or not (_is_gone(error) or "in progress" in error.reason):
            raise


def _is_gone(error: EngineFailed) -> bool:
    return any(each in error.reason.lower() for each in _GONE)
