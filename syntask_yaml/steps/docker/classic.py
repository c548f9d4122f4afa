"""Build with the engine's own builder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.docker.dockerfile import GENERATED
from syntask_yaml.steps.docker.engine import Engine
from syntask_yaml.steps.docker.patterns import IGNORE_FILE
from syntask_yaml.steps.docker.progress import follow
from syntask_yaml.steps.docker.request import BuildRequest

# Options with another form for Podman than for Docker.
_PODMAN_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "extra_hosts": lambda hosts: json.dumps([f"{host}:{address}" for host, address in dict(hosts).items()])
}


def build_with_engine(
    request: BuildRequest, engine: Engine, context: StepContext, *, files: str, shows: bool
) -> str:
    """Build an image without a name, and return its id. *files* is the digest of the build context.

    Raises StepFailed, with the engine's message if the build failed.
    """
    with request.build_context.archive(context, digest=files, more=_extra_files(request)) as archive:
        try:
            reports = engine.follow(
                "The build",
                lambda api: api.build(
                    fileobj=archive,
                    custom_context=True,
                    dockerfile=request.dockerfile.name,
                    pull=request.pull,
                    nocache=request.without_layers,
                    buildargs=dict(request.arguments),
                    labels=dict(request.labels),
                    platform=request.platform,
                    target=request.target,
                    rm=True,
                    forcerm=True,
                    decode=True,
                    **_options(request, engine),
                ),
            )
            results = follow(reports, context.write, shows=shows)
        except TypeError as error:
            raise StepFailed(f"Unknown build option: {error}.") from error
    return next((str(each["ID"]) for each in reversed(results) if "ID" in each), "")


def _options(request: BuildRequest, engine: Engine) -> dict[str, Any]:
    forms = _PODMAN_FORMS if engine.podman else {}
    return {name: forms.get(name, lambda same: same)(value) for name, value in request.options.items()}


def _extra_files(request: BuildRequest) -> dict[str, bytes]:
    """Return files that the engine needs in addition to the build context, and hides from the build."""
    dockerfile, ignore = request.dockerfile, request.root / IGNORE_FILE
    extra = {dockerfile.name: dockerfile.text.encode()}
    if ignore.is_file():
        extra[IGNORE_FILE] = ignore.read_bytes()
    if not dockerfile.is_inside:
        own = extra.get(IGNORE_FILE, IGNORE_FILE.encode()).rstrip(b"\n")
        extra[IGNORE_FILE] = own + b"\n" + GENERATED.encode() + b"\n"
    return extra
