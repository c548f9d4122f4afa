"""Image names: repository, tags and registry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.value import Unknown, Value, holds_unknown

HUB = "docker.io"
# Docker's key for its login.
HUB_KEY = "https://index.docker.io/v1/"

# The outputs of the steps for images.
IMAGE_OUTPUTS = ("image_name", "tag", "image", "additional_tags")

_NAMESPACES = (
    "SYNTASK_DEFAULT_DOCKER_BUILD_NAMESPACE",
    "PREFECT_DEFAULT_DOCKER_BUILD_NAMESPACE",
    "PREFECT_DEPLOYMENTS_DEFAULT_DOCKER_BUILD_NAMESPACE",
)
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9][a-zA-Z0-9.-]*)(?::[0-9]+)?"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class Image:
    """A repository *name* with the *tag* of one image, and *additional_tags* for the same."""

    name: str
    tag: str
    additional_tags: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        return f"{self.name}:{self.tag}"

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags, starting with the first one."""
        return tuple(dict.fromkeys((self.tag, *self.additional_tags)))

    def as_outputs(self) -> dict[str, Value]:
        """Return the outputs of both steps."""
        return image_outputs(self.name, self.tag, self.additional_tags)


def image_outputs(name: str, tag: Value, additional_tags: Value) -> dict[str, Value]:
    """Return the outputs of the steps for images; unknown tags are `Unknown` in them."""
    return {
        "image_name": name,
        "tag": tag,
        "image": Unknown("image") if isinstance(tag, Unknown) else f"{name}:{tag}",
        "additional_tags": Unknown("additional_tags")
        if holds_unknown(additional_tags)
        else list(additional_tags or ()),
    }


def repository_of(image_name: str, environ: Mapping[str, str]) -> str:
    """Return *image_name*, by default in the namespace from the environment.

    Raises StepFailed for an invalid name.
    """
    if not _NAME.fullmatch(image_name):
        raise StepFailed(f"`{image_name}` is not a valid image name.", hint=_why(image_name))
    namespace = next((environ[name] for name in _NAMESPACES if environ.get(name)), "")
    if "/" in image_name or not namespace:
        return image_name
    return f"{namespace.rstrip('/')}/{image_name}"


def _why(name: str) -> str:
    if any(letter.isspace() for letter in name) or not name:
        return "Write it without spaces: `registry/team/app`."
    repository = name.rpartition("/")[2]
    if ":" in repository or "@" in repository:
        return "Move the part after `:` to `tag:`."
    if name != name.lower():
        return f"Write it in lowercase: `{name.lower()}`."
    return "Write it as `registry/team/app`: lowercase letters and digits, separated by `.`, `_` or `-`."


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return *tags*. Raises StepFailed if one is invalid."""
    checked = tuple(tags)
    for tag in checked:
        if not isinstance(tag, str) or not _TAG.fullmatch(tag):
            hint = "Use at most 128 letters, digits and `. _ -`, and do not start with `.` or `-`."
            raise StepFailed(f"`{tag}` is not a valid image tag.", hint=hint)
    return checked


def named(name: str, tag: str, additional_tags: Sequence[str] | None) -> Image:
    """Return an image of the repository *name*. Raises StepFailed for invalid tags."""
    first, *more = check_tags([tag, *(additional_tags or ())])
    return Image(name, first, tuple(more))


def tag_of_time(now: datetime) -> str:
    """Return the default tag of an image, the time of its build."""
    return re.sub(r"[^0-9a-z]+", "-", now.isoformat(timespec="seconds").lower())


def registry_of(name: str) -> str:
    """Return the registry host in an image's name."""
    host, slash, _ = name.partition("/")
    if slash and (host == "localhost" or any(mark in host for mark in ".:[")):
        return registry_host(host)
    return HUB


def registry_host(url: str) -> str:
    """Return the host in the address of a registry. All addresses of Docker Hub have one host."""
    host = re.sub(r"^[a-z]+://", "", url).partition("/")[0]
    return HUB if host in ("index.docker.io", "registry-1.docker.io", HUB) else host
