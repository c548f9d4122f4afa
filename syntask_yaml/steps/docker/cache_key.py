"""The cache key of a build: equal for builds that would produce the same image."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.dockerfile import images_below
from syntask_yaml.steps.docker.engine import Engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.steps.docker.registry import digest_at_registry, pull
from syntask_yaml.steps.docker.request import BuildRequest, digest_of_json

# Increment the number when the hashed data changes.
_VERSION = 1

# The record of a build in its image: a single label, because the engine's builder creates a layer per label.
LABEL = "io.syntask.build"

_PART_LENGTH = 16


@dataclass(frozen=True, slots=True)
class BuildKey:
    """The digests of the *parts* of a build, with names for use in reasons.

    *has_registry*: whether the digests of base images come from their registries, not only from the engine.
    """

    parts: Mapping[str, str]
    has_registry: bool

    @property
    def digest(self) -> str:
        """The key, in hexadecimal digits."""
        text = json.dumps([_VERSION, dict(self.parts)], sort_keys=True)
        return sha256(text.encode()).hexdigest()

    @property
    def tag(self) -> str:
        """The tag of the image with this key, in the engine and the registry."""
        return f"syntask-{self.digest[:40]}"

    def labels(self, tag: str) -> dict[str, str]:
        """Return the labels of an image with this key; *tag* is its first tag."""
        parts = {name: digest[:_PART_LENGTH] for name, digest in self.parts.items()}
        record = {"key_tag": self.tag, "parts": parts, "tag": tag}
        return {LABEL: json.dumps(record, sort_keys=True, separators=(",", ":"))}

    def differences(self, labels: Mapping[str, str]) -> list[str]:
        """Return the parts that differ from those of an image with *labels*."""
        before = build_record(labels).get("parts") or {}
        return [name for name, digest in self.parts.items() if before.get(name) != digest[:_PART_LENGTH]]


def build_record(labels: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the record of the build in *labels* of an image: `key_tag`, `parts` and `tag`; or nothing."""
    try:
        record = json.loads((labels or {}).get(LABEL) or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


FILES, DOCKERFILE, ARGUMENTS, BASE = "files", "Dockerfile", "arguments", "base image"

# The labels of an image without a key, which replace those of its base image.
NO_LABELS = {LABEL: ""}


class KeyUnknown(StepFailed):
    """The key of a build cannot be determined; the detail says why."""


def key_of(request: BuildRequest, engine: Engine, context: StepContext) -> BuildKey:
    """Return the key of *request*, without pulling anything. Raises KeyUnknown, StepFailed."""
    bases, has_registry = _bases(request, engine)
    parts = {
        FILES: request.build_context.digest(context),
        DOCKERFILE: sha256(request.dockerfile.text.encode()).hexdigest(),
        ARGUMENTS: digest_of_json([request.material(), request.platform or _platform(engine)]),
        BASE: digest_of_json(bases),
    }
    return BuildKey(parts, has_registry)


def _platform(engine: Engine) -> str:
    version = engine.ask("Reading the version of the container engine", lambda api: api.version())
    return f"{version.get('Os')}/{version.get('Arch')}"


def _bases(request: BuildRequest, engine: Engine) -> tuple[dict[str, str], bool]:
    """Return the digests of the base images, and whether all come from the registries."""
    images = images_below(request.dockerfile.text, request.arguments)
    if request.pull:
        found = {image: _pinned(image) or digest_at_registry(image, engine) for image in images}
        if None not in found.values():
            return {image: digest or "" for image, digest in found.items()}, True
    # If one registry does not answer, the build cannot pull from it, and uses the local images.
    return {image: _pinned(image) or _without_pulling(image, engine) for image in images}, False


def bring_bases(request: BuildRequest, engine: Engine) -> None:
    """Pull the base images of a build with Podman, which reports digests only of pulled images.

    Images that cannot be pulled are left to the build.
    """
    if engine.podman is None:
        return
    options: dict[str, Any] = {"platform": request.platform} if request.platform else {}
    for image in images_below(request.dockerfile.text, request.arguments):
        is_wanted = request.pull or _here(image, engine) is None
        if is_wanted and not _pinned(image):
            with suppress(EngineFailed):
                deque(pull(image, engine, **options), maxlen=0)


def _pinned(image: str) -> str | None:
    return image.rpartition("@")[2] if "@sha256:" in image else None


def _without_pulling(image: str, engine: Engine) -> str:
    digest = _here(image, engine) or digest_at_registry(image, engine)
    if digest is None:
        raise KeyUnknown(
            f"`{image}` does not exist in the engine, and its registry does not provide a digest."
        )
    return digest


def _here(image: str, engine: Engine) -> str | None:
    try:
        found = engine.ask(f"Inspecting `{image}`", lambda api: api.inspect_image(image))
    except EngineFailed:
        return None
    digests = sorted(each.rpartition("@")[2] for each in found.get("RepoDigests") or ())
    return digests[0] if digests else str(found["Id"])
