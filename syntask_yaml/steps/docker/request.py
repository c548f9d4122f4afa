"""What a build step asks for, as a value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.build_context import BuildContext, build_context
from syntask_yaml.steps.docker.dockerfile import AUTO, Dockerfile, find_dockerfile, with_secrets
from syntask_yaml.steps.docker.image import check_tags, registry_of, repository_of
from syntask_yaml.steps.docker.secrets import BuildSecret, secrets_of

# Options of a build that do not change what it makes.
_IMMATERIAL = frozenset(
    "cache_from cache_to container_limits decode forcerm gzip isolation load nocache progress quiet rm "
    "shmsize stream_logs timeout use_config_proxy".split()
)

# Options that only BuildKit has, and the engine's own builder would not take.
_ONLY_BUILDKIT = frozenset({"cache_to", "platforms", "load", "progress", "stream_logs"})


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """A request to build an image.

    *tag* None means the time of the build. *options* are passed to the builder unchanged.
    """

    name: str
    tag: str | None
    additional_tags: tuple[str, ...]
    root: Path
    dockerfile: Dockerfile
    arguments: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    target: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, BuildSecret] = field(default_factory=dict)
    ssh: tuple[str, ...] = ()
    pull: bool = True
    is_forced: bool = False
    without_layers: bool = False
    with_buildkit: bool = False
    credentials: Mapping[str, Any] | None = None

    @property
    def registry(self) -> str:
        """The registry host of the image."""
        return registry_of(self.name)

    @property
    def build_context(self) -> BuildContext:
        """The build context."""
        own = self.dockerfile.path
        beside = own.with_name(f"{own.name}.dockerignore") if own is not None else None
        # BuildKit reads the ignore file of a Dockerfile before that of the directory.
        is_own = self.with_buildkit and beside is not None and beside.is_file()
        return build_context(self.root, beside if is_own else None)

    def material(self) -> str:
        """Return a digest of all options that affect the image."""
        options = {key: value for key, value in self.options.items() if key not in _IMMATERIAL}
        inputs = [self.arguments, self.target, self.labels, options, sorted(self.secrets), self.ssh]
        return digest_of_json(inputs)


def digest_of_json(value: Any) -> str:
    """Return the SHA-256 of a value, independent of the order of keys."""
    text = json.dumps(value, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def request_of(
    context: StepContext,
    *,
    image_name: str,
    dockerfile: str = "Dockerfile",
    tag: str | None = None,
    additional_tags: Sequence[str] | None = None,
    ignore_cache: bool = False,
    path: str | None = None,
    pull: bool = True,
    platform: str | None = None,
    buildargs: Mapping[str, Any] | None = None,
    nocache: bool = False,
    target: str | None = None,
    labels: Mapping[str, Any] | None = None,
    secrets: Any = None,
    ssh: Any = None,
    build_backend: str = "docker-py",
    credentials: Mapping[str, Any] | None = None,
    **options: Any,
) -> BuildRequest:
    """Return the request in the inputs of `build_docker_image`. Raises StepFailed for invalid inputs."""
    root = _root(context.directory / (path or "."))
    agents = _agents(ssh)
    found = secrets_of(secrets or {}, context)
    file = _dockerfile(dockerfile, root, found, agents)
    with_buildkit = build_backend == "buildx" or bool(found or agents)
    if not with_buildkit:
        _check_options(options)
    given = {**(options.pop("build_args", None) or {}), **(buildargs or {})}
    return BuildRequest(
        name=repository_of(image_name, context.environ),
        tag=None if tag is None else check_tags([tag])[0],
        additional_tags=check_tags(additional_tags or ()),
        root=root,
        dockerfile=file,
        arguments={key: "" if value is None else _text(value) for key, value in given.items()},
        platform=platform,
        target=target,
        labels={key: _text(value) for key, value in (labels or {}).items()},
        options=options,
        secrets=found,
        ssh=agents,
        pull=pull,
        is_forced=ignore_cache or nocache or context.rebuild,
        without_layers=nocache,
        with_buildkit=with_buildkit,
        credentials=credentials,
    )


def _root(directory: Path) -> Path:
    if not directory.is_dir():
        text = f"The build directory `{directory}` does not exist."
        raise StepFailed(text, hint="Fix `path:` of the step.")
    return directory


def _agents(ssh: Any) -> tuple[str, ...]:
    """Return the SSH agents and keys that the build may use; `true` is the current user's agent."""
    if isinstance(ssh, str):
        return (ssh,)
    return ("default",) if ssh is True else tuple(ssh or ())


def _dockerfile(
    name: str, root: Path, secrets: Mapping[str, BuildSecret], agents: tuple[str, ...]
) -> Dockerfile:
    """Return the Dockerfile *name*; a generated one mounts the secrets and agents of the build."""
    found = find_dockerfile(name, root)
    if name == AUTO and (secrets or agents):
        return Dockerfile(found.name, with_secrets(found.text, secrets, has_ssh=bool(agents)))
    return found


def _check_options(options: Mapping[str, Any]) -> None:
    """Raise StepFailed for an option that the engine's own builder does not have."""
    for option in sorted(options.keys() & _ONLY_BUILDKIT):
        raise StepFailed(f"`{option}` requires BuildKit.", hint="Add `build_backend: buildx`.")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
