"""Which images a deploy would build, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.errors import NotFound, StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.secret import revealed
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Unknown, holds_unknown
from syntask_yaml.operations.lookup import Blocks
from syntask_yaml.operations.pipelines import pipelines_of
from syntask_yaml.operations.plan import Planned
from syntask_yaml.operations.prepare import Knowledge
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.fingerprint import fingerprint
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.template import Scope, Unresolved, resolve

_STEP = "build_docker_image"
_LATER = "known once the steps before it have run"
_AT_A_TIME = 4


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """What becomes of an image, and for which deployments; *action* is as in `steps.docker.forecast`."""

    image: str
    action: str
    reason: str
    deployments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    step: Step
    scope: Scope
    is_first: bool
    deployments: tuple[str, ...]


def images_of(planned: Planned, knowledge: Knowledge) -> list[PlannedImage]:
    """Every image that the build steps of a plan are for, in file order. Nothing is built or pulled."""
    wanted = list(_wanted(planned, knowledge).values())
    if not wanted:
        return []
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
        return list(pool.map(lambda each: _planned(each, knowledge), wanted))


def _wanted(planned: Planned, knowledge: Knowledge) -> dict[str, _Wanted]:
    """The build steps, each distinct one once."""
    found: dict[str, _Wanted] = {}
    for pipeline in pipelines_of(planned.prepared, knowledge).values():
        earlier: set[str] = set()
        for number, step in enumerate(pipeline.build):
            builtin = builtin_of(step.name)
            if builtin is not None and builtin.name == _STEP:
                scope = replace(pipeline.scope, later=frozenset(earlier), has_open_outputs=number > 0)
                known = found.setdefault(fingerprint([step], scope), _Wanted(step, scope, number == 0, ()))
                served = (*known.deployments, pipeline.deployment)
                found[fingerprint([step], scope)] = replace(known, deployments=served)
            earlier |= {step.id} if step.id is not None else set()
    return found


def _planned(wanted: _Wanted, knowledge: Knowledge) -> PlannedImage:
    missing: list[Unresolved] = []
    inputs: Mapping[str, Any] = resolve(wanted.step.inputs, wanted.scope, missing.append)
    action, reason, image = _found_out(wanted, inputs, bool(missing), knowledge)
    return PlannedImage(image, action, Scrubber(secrets_in(inputs)).scrub(reason), wanted.deployments)


def _found_out(
    wanted: _Wanted, inputs: Mapping[str, Any], is_incomplete: bool, knowledge: Knowledge
) -> tuple[str, str, str]:
    name = inputs.get("image_name")
    image = str(wanted.step.inputs.get("image_name") if isinstance(name, Unknown) else name)
    # The tag of an image says nothing of what is in it.
    material = {
        key: value for key, value in inputs.items() if key not in ("tag", "additional_tags", "timeout")
    }
    if is_incomplete or holds_unknown(material):
        return "unknown", _LATER, image
    try:
        from syntask_yaml.steps.docker.forecast import forecast  # the engine's client, where there is one
    except ImportError:
        return "unknown", "`pip install 'syntask-yaml[docker]'` installs what building needs", image
    context = StepContext(knowledge.project.root, knowledge.environ, blocks=Blocks(knowledge.backend))
    try:
        found = forecast(revealed(material), context)
    except (StepFailed, NotFound, OSError) as error:
        return "unknown", getattr(error, "detail", str(error)), image
    reason = found.reason if wanted.is_first else f"{found.reason}, before the steps that come first have run"
    return found.action, reason, found.image


def as_json(images: list[PlannedImage]) -> Iterator[dict[str, Any]]:
    """The images as `plan --output json` prints them."""
    for each in images:
        yield {
            "image": each.image,
            "action": each.action,
            "reason": each.reason,
            "deployments": list(each.deployments),
        }
