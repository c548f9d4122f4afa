"""Conversion of job variables to options of a container, as in prefect-docker."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.secret import revealed
from syntask_yaml.worker.container.run_directory import DIRECTORY_INSIDE, PACKAGE_INSIDE

# Job variables that docker-py accepts under the same name.
_SAME = ("network_mode", "mem_limit", "memswap_limit", "privileged")
# Options that would override values that a run depends on, and hints.
_OURS: Mapping[str, str] = {
    "environment": "Set the job variable `env` instead.",
    "network": "Set the job variable `networks` instead.",
    "restart_policy": "Use the `retries` of the flow instead: a container is for one run.",
}
# Types of job variables that are parsed, which cannot be checked earlier for references.
_LIST, _MAPPING, _TEXT = (
    ("a list", (list, tuple)),
    ("a mapping", Mapping),
    ("a text or a list", (str, list, tuple)),
)
_KINDS: Mapping[str, tuple[str, Any]] = {
    "command": _TEXT,
    "container_create_kwargs": _MAPPING,
    "labels": _MAPPING,
    "networks": _LIST,
    "registry_credentials": _MAPPING,
    "volumes": _LIST,
}
_KINDS_OF_MORE: Mapping[str, tuple[str, Any]] = {"entrypoint": _TEXT, "mounts": _LIST}
_ODD = re.compile(r"[^a-zA-Z0-9_.-]+")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """The options of the container of a run.

    *policy* is the image pull policy, with optional *credentials*. *settings* are docker-py's. *networks* are
    connected before the start. *entrypoint* replaces that of the image. *is_kept*: the container stays after
    its end.
    """

    name: str
    image: str
    policy: str
    credentials: Mapping[str, Any] | None = None
    networks: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    is_kept: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)


def container_plan(
    variables: Mapping[str, Any], *, run_id: str, run_name: str, directory: Path, package: Path
) -> ContainerPlan:
    """Return the options for job *variables*. Raises StepFailed for an invalid one."""
    image = str(variables.get("image") or "")
    if not image:
        detail = "Neither the job variable `image` nor the work pool's template names an image."
        raise StepFailed(detail, hint="Add `image:` to `job_variables`.")
    _check_kinds(variables, _KINDS)
    more = dict(variables.get("container_create_kwargs") or {})
    _check_kinds(more, _KINDS_OF_MORE)
    for name in _OURS.keys() & more.keys():
        raise StepFailed(f"`container_create_kwargs` cannot set `{name}`.", hint=_OURS[name])
    entrypoint = more.pop("entrypoint", None)
    mounts = [
        *(more.pop("mounts", None) or ()),
        _mount(directory, DIRECTORY_INSIDE),
        _mount(package, PACKAGE_INSIDE, is_ro=True),
    ]
    first, *others = variables.get("networks") or (None,)
    settings = {
        **{name: value for name, value in more.items() if name not in variables},
        **{name: variables[name] for name in _SAME if variables.get(name) not in (None, "")},
        "volumes": [_with_absolute_source(str(each)) for each in variables.get("volumes") or ()],
        "mounts": mounts,
        **({"network": first} if first else {}),
    }
    name = _ODD.sub("-", str(variables.get("name") or run_name)).lstrip("_-.")[:_LONGEST_NAME]
    return ContainerPlan(
        name=f"{name or 'run'}-{run_id[:8]}",
        image=image,
        policy=str(variables.get("image_pull_policy") or _policy_of(image)),
        credentials=revealed(variables.get("registry_credentials")) or None,
        networks=tuple(others),
        command=_words(variables.get("command")),
        entrypoint=None if entrypoint is None else _words(entrypoint),
        is_kept=not variables.get("auto_remove"),
        settings={**settings, "labels": _labels(variables.get("labels") or {})},
    )


def _check_kinds(variables: Mapping[str, Any], kinds: Mapping[str, tuple[str, Any]]) -> None:
    for name, (what, kind) in kinds.items():
        value = variables.get(name)
        if value and not isinstance(value, kind):
            raise StepFailed(f"The job variable `{name}` is not {what}.", hint="Check what it refers to.")


def _mount(source: Path, target: str, *, is_ro: bool = False) -> Mapping[str, Any]:
    # Not a volume, for which the engine would create a missing source as a directory without an error.
    return {"Type": "bind", "Source": str(source), "Target": target, "ReadOnly": is_ro}


def _policy_of(image: str) -> str:
    """Return the pull policy of an image, with the default of prefect-docker and Kubernetes."""
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    has_digest = "@" in image
    return "Always" if tag == "latest" or not (tag or has_digest) else "IfNotPresent"


def _with_absolute_source(volume: str) -> str:
    source, colon, rest = volume.partition(":")
    if colon and (source in (".", "..") or source.startswith(("./", "../"))):
        return f"{Path(source).resolve()}:{rest}"
    return volume


def _words(command: str | Sequence[str] | None) -> tuple[str, ...]:
    return tuple(shlex.split(command)) if isinstance(command, str) else tuple(map(str, command or ()))


def _labels(labels: Mapping[str, Any]) -> dict[str, str]:
    """Return labels in Docker's form: `example.com/team` becomes `com.example.team`."""
    return {_label(str(name)): str(value) for name, value in labels.items()}


def _label(name: str) -> str:
    namespace, slash, key = name.partition("/")
    return f"{'.'.join(reversed(namespace.split('.')))}.{key}" if slash else name
