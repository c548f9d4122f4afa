"""The default pull steps of a deployment that declares none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.builtin import BUILTINS, builtin_of
from syntask_yaml.model.pool_type import PoolType
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Value
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.load import Project

# The folder of the project in an image whose Dockerfile the build step generates.
IMAGE_ROOT = "/opt/prefect"


def default_pull(
    declaration: Declaration, project: Project, *, pool_type: PoolType, job_variables: Mapping[str, Value]
) -> tuple[tuple[Step, ...], Iterator[Diagnostic]]:
    """Return the pull steps of a deployment that declares none, and the diagnostics about them."""
    images = [step for step in declaration.build if _builds_image(step)]
    if any(step.inputs.get("dockerfile") == "auto" for step in images):
        return (_go_to(f"{IMAGE_ROOT}/{project.root.name}"),), iter(())
    if images:
        return (), iter(())
    if job_variables.get("image"):
        return (_go_to(IMAGE_ROOT),), _say(declaration, _IN_IMAGE)
    if pool_type.is_local:
        return (_go_to(str(project.home)),), _say_home(declaration, project)
    return (), _refuse(declaration, pool_type)


_IN_IMAGE = (
    f"Runs load the code from `{IMAGE_ROOT}` in the image. Add a `pull` step to load it from elsewhere."
)


@lru_cache(maxsize=16)
def _go_to(directory: str) -> Step:
    """Return the step that most deployments of a project have, cached as one object."""
    return Step(BUILTINS["set_working_directory"].full_name(), {"directory": directory})


def _builds_image(step: Step) -> bool:
    builtin: Any = builtin_of(step.name)
    return builtin is not None and builtin.name == "build_docker_image"


def _say(declaration: Declaration, detail: str) -> Iterator[Diagnostic]:
    yield declaration.node.note("default-pull", detail)


def _say_home(declaration: Declaration, project: Project) -> Iterator[Diagnostic]:
    if project.worked_on is None:
        return _say(declaration, _from_home(project.home, "."))
    hint = "Add a `pull` step that fetches a commit, or check the commit out there."
    detail = _from_home(project.home, ", as it is when they start, not as of the deployed commit.")
    problem = declaration.node.problem("default-pull", detail, hint)
    return iter((problem.as_warning(),))


@lru_cache(maxsize=16)
def _from_home(home: Path, ending: str) -> str:
    """Return the sentence that is said of most deployments of a project, as one text for all."""
    return f"Runs load the code from `{home}` on the worker's machine{ending}"


def _refuse(declaration: Declaration, pool_type: PoolType) -> Iterator[Diagnostic]:
    detail = (
        f"Workers of type `{pool_type.name}` cannot access the files of this machine, and no `pull` "
        "step provides the code."
    )
    hint = "Add a `pull` step, such as `git_clone`, or a `build` step that copies the code into the image."
    yield declaration.node.problem("no-pull", detail, hint)
