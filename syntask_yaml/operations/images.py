"""Which images a deploy would build and why, and what its steps would put out because they need not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from syntask_yaml.errors import NotFound, StepFailed
from syntask_yaml.model.builtin import Builtin, builtin_of
from syntask_yaml.model.secret import revealed
from syntask_yaml.model.step import Step, StepOutputs
from syntask_yaml.model.value import Unknown, Value, holds_unknown
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.lookup import Blocks
from syntask_yaml.operations.pipelines import pipelines_of
from syntask_yaml.operations.prepare import Prepared
from syntask_yaml.project.static import expected_outputs
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.fingerprint import fingerprint
from syntask_yaml.steps.pipelines import Pipeline
from syntask_yaml.steps.scrubber import Scrubber, secrets_in
from syntask_yaml.template import Scope, Unresolved, resolve

_BUILD, _PUSH = "build_docker_image", "push_docker_image"
# What becomes of an image that need not be built, in the words of `steps.docker.forecast`.
_REUSED = ("unchanged", "pull")
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
class Foreseen:
    """The *images* of the build steps, in file order; and the *outputs* that are known before any step
    runs, by the position of their deployment. What is not known is `Unknown`, or not there.
    """

    images: tuple[PlannedImage, ...] = ()
    outputs: Mapping[int, StepOutputs] = field(default_factory=dict)


def foresee(prepared: Sequence[Prepared], context: DeployContext) -> Foreseen:
    """What the build and push steps would come to. Nothing is built, pulled or changed."""
    pipelines = pipelines_of(prepared, context)
    builds_image = any(_is(step, _BUILD) for each in pipelines.values() for step in each.build)
    if not builds_image:
        return Foreseen()
    keys = {position: _key(each) for position, each in pipelines.items()}
    distinct = {keys[position]: each for position, each in pipelines.items()}
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
        walks = dict(
            zip(distinct, pool.map(lambda each: _walk(each, context), distinct.values()), strict=True)
        )
    images: dict[str, PlannedImage] = {}
    for position, each in pipelines.items():
        for step, image in walks[keys[position]].images.items():
            known = images.get(step, image)
            images[step] = replace(known, deployments=(*known.deployments, each.deployment))
    outputs = {position: _foreseen(pipelines[position], walks[key].outputs) for position, key in keys.items()}
    return Foreseen(tuple(images.values()), outputs)


def _foreseen(pipeline: Pipeline, outputs: Mapping[str, Value]) -> StepOutputs:
    expected = expected_outputs((*pipeline.build, *pipeline.push))
    return replace(expected, values={**expected.values, **outputs})


def _key(pipeline: Pipeline) -> str:
    return fingerprint((*pipeline.build, *pipeline.push), pipeline.scope)


def _is(step: Step, name: str) -> bool:
    builtin = builtin_of(step.name)
    return builtin is not None and builtin.name == name


@dataclass
class _Walk:
    """The steps of one pipeline, looked at one after the other.

    *changes_nothing*: nothing that was looked at would change what a later build can see. *images* are
    by the fingerprint of their step.
    """

    context: DeployContext
    outputs: dict[str, Value] = field(default_factory=dict)
    images: dict[str, PlannedImage] = field(default_factory=dict)
    changes_nothing: bool = True
    _ids: set[str] = field(default_factory=set)
    _is_open: bool = False

    def look_at(self, step: Step, scope: Scope) -> None:
        """Learn what *step* would put out; *scope* does not know the outputs yet."""
        here = replace(scope, outputs=self.outputs, has_open_outputs=self._is_open)
        builtin = builtin_of(step.name)
        if builtin is None:
            self._is_open = True
            # It may put out anything, also under the names that are known.
            self.outputs |= {name: Unknown(name) for name in self.outputs if name not in self._ids}
        put_out = _unknown(builtin)
        missing: list[Unresolved] = []
        if _is(step, _BUILD):
            inputs = resolve(step.inputs, here, missing.append)
            put_out |= self._image(step, inputs, here, is_incomplete=bool(missing))
        elif _is(step, _PUSH):
            inputs = resolve(step.inputs, here, missing.append)
            put_out |= {} if missing else _pushed(inputs, self.context.environ)
        else:
            self.changes_nothing = False
        self.outputs |= {name: value for name, value in put_out.items() if name not in self._ids}
        if step.id is not None:
            self.outputs[step.id] = put_out if builtin is not None else Unknown(step.id)
            self._ids.add(step.id)

    def _image(
        self, step: Step, inputs: Mapping[str, Any], scope: Scope, *, is_incomplete: bool
    ) -> Mapping[str, Value]:
        image, outputs = _found_out(step, inputs, is_incomplete, self.context)
        is_sure = self.changes_nothing
        if not is_sure and image.action != "unknown":
            image = replace(image, reason=f"{image.reason}, before the steps that come first have run")
        self.images[fingerprint([step], scope)] = image
        self.changes_nothing &= image.action in _REUSED
        return outputs if self.changes_nothing else {}


def _walk(pipeline: Pipeline, context: DeployContext) -> _Walk:
    walk = _Walk(context)
    for step in (*pipeline.build, *pipeline.push):
        walk.look_at(step, pipeline.scope)
    return walk


def _unknown(builtin: Builtin | None) -> dict[str, Value]:
    return {name: Unknown(name) for name in builtin.outputs} if builtin is not None else {}


def _found_out(
    step: Step, inputs: Mapping[str, Any], is_incomplete: bool, context: DeployContext
) -> tuple[PlannedImage, Mapping[str, Value]]:
    """What becomes of the image of a build step, and the outputs of the step where it is reused."""
    name = inputs.get("image_name")
    image = str(step.inputs.get("image_name") if isinstance(name, Unknown) else name)
    # The tag of an image says nothing of what is in it.
    material = {
        key: value for key, value in inputs.items() if key not in ("tag", "additional_tags", "timeout")
    }
    if is_incomplete or holds_unknown(material):
        return PlannedImage(image, "unknown", _LATER, ()), {}
    try:
        from syntask_yaml.steps.docker.forecast import forecast  # the engine's client, where there is one
    except ImportError:
        reason = "`pip install 'syntask-yaml[docker]'` installs what building needs"
        return PlannedImage(image, "unknown", reason, ()), {}
    surroundings = StepContext(context.project.root, context.environ, blocks=Blocks(context.backend))
    scrubber = Scrubber(secrets_in(inputs))
    try:
        found = forecast(revealed(material), surroundings)
    except (StepFailed, NotFound, OSError) as error:
        reason = scrubber.scrub(getattr(error, "detail", str(error)))
        return PlannedImage(image, "unknown", reason, ()), {}
    tag = inputs.get("tag") or found.first_tag or Unknown("tag")
    outputs = _named(found.image, tag, inputs.get("additional_tags"))
    outputs["image_id"] = found.image_id or Unknown("image_id")
    return PlannedImage(found.image, found.action, scrubber.scrub(found.reason), ()), outputs


def _pushed(inputs: Mapping[str, Any], environ: Mapping[str, str]) -> Mapping[str, Value]:
    """What a push step puts out: what it is given."""
    name, tag = inputs.get("image_name"), inputs.get("tag") or Unknown("tag")
    if not isinstance(name, str):
        return {}
    try:
        from syntask_yaml.steps.docker.image import repository_of  # with the engine's client, as above

        return _named(repository_of(name, environ), tag, inputs.get("additional_tags"))
    except (ImportError, StepFailed):
        return {}


def _named(name: str, tag: Value, more: Value) -> dict[str, Value]:
    return {
        "image_name": name,
        "tag": tag,
        "image": Unknown("image") if isinstance(tag, Unknown) else f"{name}:{tag}",
        "additional_tags": Unknown("additional_tags") if holds_unknown(more) else list(more or ()),
    }


def as_json(images: Sequence[PlannedImage]) -> Iterator[dict[str, Any]]:
    """The images as `plan --output json` prints them."""
    for each in images:
        yield {
            "image": each.image,
            "action": each.action,
            "reason": each.reason,
            "deployments": list(each.deployments),
        }
