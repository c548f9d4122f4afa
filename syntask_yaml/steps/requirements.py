"""Find and install missing pip requirements of a step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.registry import forget_installed

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from packaging.requirements import Requirement

# Our built-in steps do not need the packages of Prefect's steps.
_REPLACED = re.compile(
    r"(?:prefect|syntask)(?:-(?:docker|aws|gcp|azure|kubernetes|github|gitlab|bitbucket))?"
)

# Concurrent runs of pip would damage the environment.
_ONE_AT_A_TIME = Lock()


def missing_requirements(step: Step) -> tuple[str, ...]:
    """Return the requirements of *step* that are not installed, or only in another version."""
    wanted = [_parse(text) for text in step.requires]
    if builtin_of(step.name) is not None:
        wanted = [each for each in wanted if not _REPLACED.fullmatch(_canonical(each.name))]
    return tuple(str(each) for each in wanted if not _is_met(each, set()))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _parse(text: str) -> Requirement:
    from packaging.requirements import InvalidRequirement, Requirement  # few steps have `requires`

    try:
        return Requirement(text)
    except InvalidRequirement as error:
        hint = "Write it as `name`, `name>=version`, `name[extra]>=version` or `name @ URL`."
        raise StepFailed(f"`{text}` in `requires` is not a valid pip requirement.", hint=hint) from error


def _is_met(wanted: Requirement, seen: set[tuple[str, str]]) -> bool:
    if wanted.marker is not None and not wanted.marker.evaluate():
        return True
    from importlib import metadata

    try:
        found = metadata.distribution(wanted.name)
    except metadata.PackageNotFoundError:
        return False
    if not wanted.specifier.contains(found.version, prereleases=True):
        return False
    return all(_is_met(inner, seen) for extra in wanted.extras for inner in _needs(found, extra, seen))


def _needs(found: Distribution, extra: str, seen: set[tuple[str, str]]) -> Iterator[Requirement]:
    """Return the requirements of an extra of *found*, without its general ones."""
    key = (_canonical(found.metadata["Name"]), _canonical(extra))
    if key in seen:
        return
    seen.add(key)
    for inner in map(_parse, found.requires or ()):
        marker, inner.marker = inner.marker, None
        if marker is not None and marker.evaluate({"extra": extra}) and not marker.evaluate():
            yield inner


def ensure_requirements(step: Step, context: StepContext, *, install: bool) -> None:
    """Raise StepFailed if requirements of *step* are missing; with *install*, install them."""
    missing = missing_requirements(step)
    if not missing:
        return
    listed = ", ".join(f"`{each}`" for each in missing)
    if not install:
        hint = "Install them, or pass `--install-requirements`."
        raise StepFailed(f"`{step.name}` requires {listed}, which this environment does not have.", hint=hint)
    from syntask_yaml.steps.pip import pip_install

    with _ONE_AT_A_TIME:
        if still_missing := missing_requirements(step):
            pip_install(still_missing, context)
    forget_installed()
    if missing_requirements(step):
        raise StepFailed(f"pip reported success, but {listed} are still missing.")
