"""How many inputs the tests with generated ones try: SYNTASK_INPUTS in all, two thousand by default."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

_ALL = int(os.environ.get("SYNTASK_INPUTS", "2000"))
# In so many parts, which can be tried side by side.
_PARTS = 8

in_parts = pytest.mark.parametrize("part", range(_PARTS))


def seeds(share: float, part: int) -> range:
    """The seeds of one *part* of a *share* of the inputs."""
    count = round(_ALL * share)
    return range(count * part // _PARTS, count * (part + 1) // _PARTS)


@contextmanager
def seeded(what: str, seed: int) -> Iterator[Random]:
    """A source of chance. What is raised meanwhile says the seed."""
    try:
        yield Random(f"{what} {seed}")
    except BaseException as error:
        error.add_note(f"{what}, seed {seed}")
        raise
