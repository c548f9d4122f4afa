"""What the tests install is pinned, and the pins are within the bounds of the package."""

from __future__ import annotations

import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_CHECKOUT = Path(__file__).parents[2]


def requirements() -> Iterator[Requirement]:
    """What pyproject.toml asks for, extras and groups included."""
    project = tomllib.loads((_CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    for each in [*lists, *project["dependency-groups"].values()]:
        yield from map(Requirement, each)


@pytest.mark.parametrize("requirement", list(requirements()), ids=lambda requirement: str(requirement.name))
def test_every_requirement_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    """Whoever adds a dependency, or raises a bound, runs `make lock`."""
    pinned: dict[str, str] = runpy.run_path(str(_CHECKOUT / ".ci/versions.py"))["pinned"]()

    assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)], prereleases=True)


def test_packages_that_differ_from_the_pins_are_told_with_both_versions() -> None:
    """What is as pinned is not told; what is not pinned at all is."""
    functions = runpy.run_path(str(_CHECKOUT / ".ci/versions.py"))
    click = functions["pinned"]()["click"]

    assert functions["differences"]({"click": click}) == {}
    assert functions["differences"]({"click": "0.1", "unheard-of": "1"}) == {
        "click": f"click 0.1 (constraints.txt: {click})",
        "unheard-of": "unheard-of 1 (constraints.txt: none)",
    }
