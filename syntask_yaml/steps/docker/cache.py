"""Find images that were built before by their key, and explain why a build is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.cache_key import LABEL, BuildKey, build_record
from syntask_yaml.steps.docker.engine import Engine
from syntask_yaml.steps.docker.progress import follow
from syntask_yaml.steps.docker.registry import is_at_registry, pull
from syntask_yaml.steps.docker.request import BuildRequest

HERE, REGISTRY = "here", "registry"


@dataclass(frozen=True, slots=True)
class CachedImage:
    """An image with the requested key, and its location *where*. *id* is set only for a local image."""

    where: str
    id: str = ""
    labels: Mapping[str, str] | None = None

    @property
    def first_tag(self) -> str | None:
        """The tag that it got when it was built."""
        tag: str | None = build_record(self.labels or {}).get("tag")
        return tag


def find_image(key: BuildKey, request: BuildRequest, engine: Engine) -> CachedImage | None:
    """Return the image with the key, from the engine or the registry; None if it has to be built."""
    filters = {"label": LABEL}
    for found in engine.ask("Listing images", lambda api: api.images(filters=filters)):
        # Images based on this one inherit its labels, but not its tag.
        if any(name.endswith(f":{key.tag}") for name in found.get("RepoTags") or ()):
            return CachedImage(HERE, str(found["Id"]), found.get("Labels") or {})
    if "/" in request.name and is_at_registry(request.name, key.tag, engine):
        return CachedImage(REGISTRY)
    return None


def fetch(
    key: BuildKey, request: BuildRequest, engine: Engine, context: StepContext, *, shows: bool
) -> CachedImage:
    """Pull the image with the key from the registry. Raises EngineFailed."""
    reference = f"{request.name}:{key.tag}"
    # Without a platform, an engine uses its own, which is part of the key.
    options: dict[str, Any] = {"platform": request.platform} if request.platform else {}
    follow(pull(reference, engine, **options), context.write, shows=shows)
    found = engine.ask(f"Pulling `{reference}`", lambda api: api.inspect_image(reference))
    return CachedImage(HERE, str(found["Id"]), (found.get("Config") or {}).get("Labels") or {})


def why_built(key: BuildKey, request: BuildRequest, engine: Engine) -> str:
    """Return why no image has the key, from a comparison with the most similar image."""
    images = engine.ask("Listing images", lambda api: api.images(request.name))
    newest_first = sorted(images, key=lambda image: image["Created"], reverse=True)
    labels = [image.get("Labels") or {} for image in newest_first]
    differences = [key.differences(each) for each in labels if build_record(each)]
    if not differences:
        return "no image in the engine or the registry was built from these inputs"
    changed = min(differences, key=len)
    if not changed:
        return "the image that was built from these inputs no longer exists"
    *first, last = changed
    listed = f"{', '.join(first)} and {last}" if first else last
    is_many = len(changed) > 1 or last in ("files", "arguments")
    return f"the {listed} {'have' if is_many else 'has'} changed"
