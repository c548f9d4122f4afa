"""Ask for the container image, if the work pool uses one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import pool_type
from syntask_yaml.project.spelling import block_reference, slug, step
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.questions import Choice, Confirm, Interview, Select, Text

BUILD_ID = "build-image"
AUTO = "auto"
_REGISTRY = "docker-registry-credentials"
_NO_BLOCK = "none"


def takes_image(pool: WorkPool | None) -> bool:
    """Return whether a deployment may choose the image of runs in *pool*."""
    if pool is None:
        return False
    variables: Any = pool.base_job_template.get("variables") or {}
    properties = variables.get("properties") or {}
    if not properties:  # the first worker will set the template of its type
        return not pool_type(pool.type).is_local and not pool.type.endswith(":managed")
    image = properties.get("image")
    return isinstance(image, dict) and "enum" not in image


def ask_image(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for the image: built from the repository, an existing one, or the pool's default."""
    if not takes_image(draft.pool) or "image" in context.given.overrides.job_variables:
        return draft
    choices = list(_choices(draft, context))
    is_settled = choices[0].value in ("keep", "project")
    source = yield from Select(
        "image", "Image for the runs?", choices=choices, default=choices[0].value if is_settled else None
    ).ask(context.answers)
    match source:
        case "keep":
            return draft
        case "project":
            return draft.put_job_variables(image=f"{{{{ {_shared(context)}.image }}}}")
        case "build":
            return (yield from _ask_build(draft, context))
        case "named":
            name = yield from Text("image name", "Image name?").ask(context.answers)
            return _without_build(draft).put_job_variables(image=name)
        case _:
            return _without_build(draft).put_job_variables(image=None)


def _choices(draft: Draft, context: InterviewContext) -> Iterator[Choice]:
    if draft.declared is not None and draft.job_variables.get("image"):
        yield Choice("keep", f"Keep {draft.job_variables['image']}")
    if _shared(context):
        yield Choice("project", "The image that the project builds")
    yield Choice("build", "Build one from this repository")
    yield Choice("named", "An existing image")
    yield Choice("pool", "The work pool's image")


def _shared(context: InterviewContext) -> str | None:
    """Return the id of the step by which the project builds one image for all deployments."""
    project = context.project.project
    section = project.sections.shared["build"] if project else None
    for each in section.steps if section else ():
        builtin = builtin_of(each.name)
        if builtin is not None and builtin.name == "build_docker_image" and each.id:
            return each.id
    return None


def _without_build(draft: Draft) -> Draft:
    return draft.put(build=None, push=None)


def _ask_build(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    dockerfile = yield from _ask_dockerfile(context)
    name = yield from Text(
        "image name",
        "Image name?",
        default=slug(context.project.root.name),
        notes=["With the registry to push to: registry.example.com/team/name."],
    ).ask(context.answers)
    tag = yield from Text("tag", "Tag?", default="latest").ask(context.answers)
    dialect = context.project.dialect
    build = step("build_docker_image", dialect, id=BUILD_ID, image_name=name, tag=tag, dockerfile=dockerfile)
    draft = replace(draft.put(push=None).put_steps("build", [build]), has_image=True)
    draft = draft.put_job_variables(image=f"{{{{ {BUILD_ID}.image }}}}")
    is_pushed = yield from Confirm(
        "push",
        "Push it to the registry?",
        default=draft.pool is not None and not pool_type(draft.pool.type).has_local_images,
    ).ask(context.answers)
    if not is_pushed:
        return draft
    block = yield from _ask_registry(context)
    push = step(
        "push_docker_image",
        dialect,
        image_name=f"{{{{ {BUILD_ID}.image_name }}}}",
        tag=f"{{{{ {BUILD_ID}.tag }}}}",
        credentials=block and block_reference(_REGISTRY, block, dialect),
    )
    return draft.put_steps("push", [push])


def _ask_dockerfile(context: InterviewContext) -> Interview[str]:
    found = context.project.dockerfiles
    if not found and "dockerfile" not in context.answers:
        return AUTO
    if "dockerfile" in context.answers:
        return (yield from Text("dockerfile", "Which Dockerfile?").ask(context.answers))
    return (
        yield from Select(
            "dockerfile",
            "Build from which Dockerfile?",
            choices=[*(Choice(file, file) for file in found), Choice(AUTO, "A generated Dockerfile")],
            default=found[0],
        ).ask(context.answers)
    )


def _ask_registry(context: InterviewContext) -> Interview[str]:
    known = context.backend.blocks_of(_REGISTRY)
    if "registry" in context.answers:
        return (yield from Text("registry", "Block with the registry credentials?").ask(context.answers))
    if not known:
        return ""
    none = "Those of `docker login`"
    return (yield from choose_block("registry", "Registry credentials?", known, none))


def choose_block(key: str, text: str, known: list[str], none: str) -> Interview[str]:
    """Ask for one of the *known* blocks; empty if *none*, the label of no block, is chosen."""
    without = [Choice(_NO_BLOCK, none)] if none else []
    choices = [*without, *(Choice(name, name) for name in known)]
    chosen = yield from Select(key, text, choices=choices, default=_NO_BLOCK if none else None).ask()
    return "" if chosen == _NO_BLOCK else chosen
