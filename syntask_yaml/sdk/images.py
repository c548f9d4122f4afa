"""The build and push steps of the image of a call."""

from __future__ import annotations

from typing import Any

from syntask._deployments.docker_image import DockerImage
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.spelling import step
from syntask_yaml.sdk.values import literal

_ID = "image"
_BUILT = f"{{{{ {_ID}.image }}}}"


def to_build(image: Any) -> Any:
    """Return *image*, or the `DockerImage` of a name, whose tag is the time if it has none."""
    return DockerImage(image, dockerfile="auto") if isinstance(image, str) else image


def with_image(entry: dict[str, Any], image: Any, *, build: bool, push: bool) -> dict[str, Any]:
    """Return *entry* with runs in *image*, which is `to_build` if *build*; without one, *entry* itself.

    An image that is not built here is taken as it is, and starts runs in its own working directory.
    """
    if image is None:
        return entry
    if not build:
        return {"pull": [], **_in_image(entry, literal(getattr(image, "named", image)))}
    steps = {"build": [_build(image)], **({"push": [_push()]} if push else {})}
    return {**_in_image(entry, _BUILT), **steps}


def _in_image(entry: dict[str, Any], image: str) -> dict[str, Any]:
    pool = entry.get("work_pool") or {}
    variables = {**(pool.get("job_variables") or {}), "image": image}
    return {**entry, "work_pool": {**pool, "job_variables": variables}}


def _build(image: Any) -> dict[str, Any]:
    inputs = {
        "image_name": image.name,
        "tag": image.tag,
        "dockerfile": image.dockerfile,
        "build_backend": None if image.build_backend == "docker-py" else image.build_backend,
        **image.build_kwargs,
    }
    if "context" in inputs:
        inputs["path"] = str(inputs.pop("context"))
    return step("build_docker_image", Dialect.SYNTASK, id=_ID, **literal(inputs))


def _push() -> dict[str, Any]:
    names = {"image_name": f"{{{{ {_ID}.image_name }}}}", "tag": f"{{{{ {_ID}.tag }}}}"}
    return step("push_docker_image", Dialect.SYNTASK, **names)
